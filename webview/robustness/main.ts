import type { FromRobustness, RobustnessState, ToRobustness } from '../../common/panels/robustness/robustness-contract';
import { startPanel } from '../shared/start-panel';
import css from './robustness.css';
import { RobustnessPanel } from './robustness-panel';

startPanel<ToRobustness, FromRobustness, RobustnessState>(
  'robustness',
  css,
  (root, messenger) => new RobustnessPanel(root, messenger),
);
