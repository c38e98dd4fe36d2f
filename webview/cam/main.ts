import { startPanel } from '../shared/start-panel';
import css from './cam.css';
import { CamPanel } from './cam-panel';

startPanel('cam', css, CamPanel);
