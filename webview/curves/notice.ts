import type { LineChartId } from './curve-series';
import type { PanelRuns } from './panel-runs';

/** What stands in place of the charts, with what to do about it. */
export interface Notice {
  title: string;
  advice: string;
  /** Whether a button to choose runs helps. */
  offersRuns: boolean;
}

/** The notice for the panel as it is, or undefined when it has runs to show. */
export function panelNotice(
  runs: Pick<PanelRuns, 'hydrated' | 'runs' | 'unreadable'>,
  live: boolean,
): Notice | undefined {
  if (!runs.hydrated) return { title: 'Loading the runs…', advice: 'Long runs take a few seconds.', offersRuns: false };
  if (runs.runs.length > 0) return undefined;
  if (runs.unreadable.length > 0) {
    return { title: 'None of the runs could be read', advice: 'The reasons are above.', offersRuns: live };
  }
  return {
    title: 'No run to show',
    advice: live
      ? 'Start one with “MixProp: Run Experiment” in the command palette, or choose among the runs that are there.'
      : 'The report was made without runs.',
    offersRuns: live,
  };
}

/** What stands in an empty chart. */
export function emptyChartText(chart: LineChartId, runs: { shown: number; total: number; started: boolean }): string {
  if (runs.shown === 0 && runs.total > 0) return 'All runs are hidden. Check one in the list to see its lines.';
  if (chart === 'images-per-second' && runs.started) return 'The runs do not say their batch size.';
  if ((chart === 'top1' || chart === 'validation-loss') && runs.started)
    return 'No validation yet. The first comes at the end of an epoch.';
  return 'Waiting for the first step.';
}
