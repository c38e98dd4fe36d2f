import { startPanel } from '../shared/start-panel';
import tooltipCss from '../shared/value-tooltip.css';
import css from './divergence.css';
import { DivergencePanel } from './divergence-panel';

startPanel('divergence', tooltipCss + css, DivergencePanel);
