import type { ChartId } from '../protocol';
import { element } from '../shared/dom';
import type { ChartContext, ChartHost } from './chart-context';
import { chartsFor } from './chart-order';
import { lineChartIds } from './curve-series';
import { LineChart } from './line-chart';
import { ScatterChart } from './scatter-chart';

/** The charts in their order, with one cross-hair. Those that are hidden are not drawn. */
export class ChartBoard {
  readonly element = element('div', { class: 'charts' });
  private readonly charts: Map<ChartId, LineChart | ScatterChart>;
  private arrangement = '';

  constructor(host: Omit<ChartHost, 'point'>) {
    const linked: ChartHost = { ...host, point: (chart, x, place) => this.point(chart, x, place) };
    this.charts = new Map<ChartId, LineChart | ScatterChart>([
      ...lineChartIds.map((id) => [id, new LineChart(id, linked)] as const),
      ['scatter', new ScatterChart(linked)],
    ]);
  }

  draw(context: ChartContext): void {
    const ids = chartsFor(context.state, context.runs);
    this.arrange(ids);
    for (const id of ids) this.charts.get(id)?.draw(context);
  }

  /** Moves what is not in its place: whoever has the focus keeps it. */
  private arrange(ids: readonly ChartId[]): void {
    const key = ids.join();
    if (key === this.arrangement) return;
    this.arrangement = key;
    const focused = document.activeElement;
    for (const [id, { frame }] of this.charts) if (!ids.includes(id)) frame.section.remove();
    ids.forEach((id, place) => {
      const { section } = this.charts.get(id)!.frame;
      const there = this.element.children[place];
      if (there !== section) this.element.insertBefore(section, there ?? null);
    });
    if (focused instanceof HTMLElement && focused.isConnected) focused.focus({ preventScroll: true });
  }

  private point(chart: ChartId, x: number | undefined, place: { x: number; y: number } | undefined): void {
    for (const [id, other] of this.charts) {
      if (other.frame.section.isConnected) other.showCrossHair(x, id === chart ? place : undefined);
    }
  }
}
