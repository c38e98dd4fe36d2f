import type { CurvesState, FromCurves, ToCurves } from '../../common/panels/curves/curves-contract';
import { startPanel } from '../shared/start-panel';
import tooltipCss from '../shared/value-tooltip.css';
import css from './curves.css';
import { CurvesPanel } from './curves-panel';

startPanel<ToCurves, FromCurves, CurvesState>(
  'curves',
  tooltipCss + css,
  (root, messenger) => new CurvesPanel(root, messenger),
);
