import { startPanel } from '../shared/start-panel';
import css from './robustness.css';
import { RobustnessPanel } from './robustness-panel';

startPanel('robustness', css, RobustnessPanel);
