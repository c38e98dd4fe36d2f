import type { ChartId, CurvesChoices } from '../../../common/panels/curves/curves-contract';
import { hasRecords } from './chart-definitions';
import type { PanelRun } from './panel-runs';
import { differingFields } from './scatter-points';

type Arrangement = Pick<CurvesChoices, 'order' | 'charts'>;

/** The charts that are shown, pinned ones first. */
export function shownCharts({ order, charts }: Arrangement): ChartId[] {
  const shown = order.filter((id) => charts[id]?.hidden !== true);
  return [...shown.filter((id) => charts[id]?.pinned === true), ...shown.filter((id) => charts[id]?.pinned !== true)];
}

/** The charts that are shown for these runs: the comparison of settings, and measures of maps, only where there are such. */
export function chartsFor(arrangement: Arrangement, runs: readonly PanelRun[]): ChartId[] {
  const compares = arrangement.charts.scatter?.hidden === false || differingFields(runs).length > 0;
  return shownCharts(arrangement).filter((id) => (id !== 'scatter' || compares) && hasRecords(id, runs));
}

/** The order after a chart has changed places with its neighbour among those `shown`: the one before (-1) or after (1). */
export function movedChart(arrangement: Arrangement, shown: readonly ChartId[], id: ChartId, by: -1 | 1): ChartId[] {
  const neighbour = neighbourOf(arrangement, shown, id, by);
  if (neighbour === undefined) return [...arrangement.order];
  return arrangement.order.map((other) => (other === id ? neighbour : other === neighbour ? id : other));
}

/** Where a chart can go: pinned charts stay among themselves. */
export function neighbourOf(
  arrangement: Arrangement,
  shown: readonly ChartId[],
  id: ChartId,
  by: -1 | 1,
): ChartId | undefined {
  const neighbour = shown[shown.indexOf(id) + by];
  const isPinned = (chart: ChartId) => arrangement.charts[chart]?.pinned === true;
  return neighbour !== undefined && isPinned(neighbour) === isPinned(id) ? neighbour : undefined;
}

/** Whether a chart takes the full width; by default the training loss does. */
export function isWide({ charts }: Pick<CurvesChoices, 'charts'>, id: ChartId): boolean {
  return charts[id]?.wide ?? id === 'loss';
}
