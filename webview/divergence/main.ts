import type { DivergenceState, FromDivergence, ToDivergence } from '../../common/panels/divergence/divergence-contract';
import { startPanel } from '../shared/start-panel';
import tooltipCss from '../shared/value-tooltip.css';
import css from './divergence.css';
import { DivergencePanel } from './divergence-panel';

startPanel<ToDivergence, FromDivergence, DivergenceState>(
  'divergence',
  tooltipCss + css,
  (root, messenger) => new DivergencePanel(root, messenger),
);
