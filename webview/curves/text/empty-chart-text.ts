import type { LineChartId } from '../lines/curve-series';

/** What stands in an empty chart. */
export function emptyChartText(chart: LineChartId, runs: { shown: number; total: number; started: boolean }): string {
  if (runs.shown === 0 && runs.total > 0) return 'All runs are hidden. Check one in the list to see its lines.';
  if (chart === 'images-per-second' && runs.started) return 'The runs do not say their batch size.';
  if ((chart === 'top1' || chart === 'validation-loss') && runs.started)
    return 'No validation yet. The first comes at the end of an epoch.';
  return 'Waiting for the first step.';
}
