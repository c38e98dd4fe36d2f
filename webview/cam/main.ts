import type { CamState, FromCam, ToCam } from '../../common/panels/cam/cam-contract';
import { startPanel } from '../shared/start-panel';
import css from './cam.css';
import { CamPanel } from './cam-panel';

startPanel<ToCam, FromCam, CamState>('cam', css, (root, messenger) => new CamPanel(root, messenger));
