import { chartDefinitions, type LineChartId } from '../data/chart-definitions';

/** What stands in an empty chart. */
export function emptyChartText(chart: LineChartId, runs: { shown: number; total: number; started: boolean }): string {
  if (runs.shown === 0 && runs.total > 0) return 'All runs are hidden. Check one in the list to see its lines.';
  const { emptyText } = chartDefinitions[chart];
  return runs.started && emptyText !== undefined ? emptyText : 'Waiting for the first step.';
}
