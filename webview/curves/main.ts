import { startPanel } from '../shared/start-panel';
import tooltipCss from '../shared/value-tooltip.css';
import css from './curves.css';
import { CurvesPanel } from './curves-panel';

startPanel('curves', tooltipCss + css, CurvesPanel);
