import type { RunStyle } from '../shared/run-style';
import type { Theme } from '../shared/theme';
import type { RobustnessSource } from './robustness-runs';

/** What sources are called in the panel, and how they are drawn. */
export interface SourceLooks {
  labelOf: (source: RobustnessSource) => string;
  styleOf: (runKey: string) => RunStyle;
  theme: Theme;
}
