import type { ChartChoices, ChartId, CurvesState } from '../../../common/panels/curves/curves-contract';
import type { SavedFile } from '../../../common/panels/protocol';
import type { RunStyle } from '../../shared/run-style';
import type { Theme } from '../../shared/theme';
import type { PanelRun } from '../data/panel-runs';
import type { SeedGroup } from '../data/seed-groups';
import type { SeriesPreparation } from '../lines/curve-series';

/** What a chart needs to draw. */
export interface ChartContext {
  state: CurvesState;
  /** The runs whose lines are shown, alone or in groups. */
  runs: readonly PanelRun[];
  groups: readonly SeedGroup[];
  /** How many runs the panel has, hidden ones included. */
  runCount: number;
  labelOf: (runKey: string) => string;
  styleOf: (runKey: string) => RunStyle;
  theme: Theme;
  series: SeriesPreparation;
}

/** What a chart asks of the panel. */
export interface ChartHost {
  setState: (change: Partial<CurvesState>) => void;
  changeChart: (chart: ChartId, change: ChartChoices) => void;
  state: () => CurvesState;
  /** The charts on the page, in their order. */
  shownCharts: () => readonly ChartId[];
  save: (file: SavedFile) => void;
  openEpoch: (runKey: string, epoch: number) => void;
  redraw: () => void;
  /** The cross-hair of all charts; undefined hides it. */
  point: (chart: ChartId, x: number | undefined, place?: { x: number; y: number }) => void;
  announce: (text: string) => void;
}
