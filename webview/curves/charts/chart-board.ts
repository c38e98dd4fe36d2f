import type { ChartId } from '../../../common/panels/curves/curves-contract';
import { element } from '../../shared/dom';
import { lineChartIds } from '../data/chart-definitions';
import { chartsFor } from '../data/chart-order';
import type { ChartContext, ChartHost } from './chart-context';
import { LineChart } from './line-chart';
import { ScatterChart } from './scatter-chart';

/** Charts a little outside of the window are drawn too, so that they are there when scrolled in. */
const drawnMargin = '120px';

/** The charts in their order, with one cross-hair. Those that are hidden or scrolled away are not drawn. */
export class ChartBoard {
  readonly element = element('div', { class: 'charts' });
  private readonly charts: Map<ChartId, LineChart | ScatterChart>;
  private arrangement: readonly ChartId[] = [];
  /** Sections that are scrolled away. */
  private readonly away = new Set<Element>();
  /** Charts that show less than the last context has. */
  private readonly behind = new Set<ChartId>();
  private context: ChartContext | undefined;

  constructor(host: Omit<ChartHost, 'point' | 'shownCharts'>) {
    const linked: ChartHost = {
      ...host,
      shownCharts: () => this.arrangement,
      point: (chart, x, place) => this.point(chart, x, place),
    };
    this.charts = new Map<ChartId, LineChart | ScatterChart>([
      ...lineChartIds.map((id) => [id, new LineChart(id, linked)] as const),
      ['scatter', new ScatterChart(linked)],
    ]);
    const observer = new IntersectionObserver((changes) => this.follow(changes), { rootMargin: drawnMargin });
    for (const { frame } of this.charts.values()) observer.observe(frame.section);
  }

  draw(context: ChartContext): void {
    const ids = chartsFor(context.state, context.runs);
    this.arrange(ids);
    const isFirst = this.context === undefined;
    this.context = context;
    for (const id of ids) {
      const chart = this.charts.get(id)!;
      // At first all are drawn: it is not known yet which are in view.
      if (!isFirst && this.away.has(chart.frame.section)) this.behind.add(id);
      else this.drawChart(id, context);
    }
  }

  private drawChart(id: ChartId, context: ChartContext): void {
    this.behind.delete(id);
    this.charts.get(id)!.draw(context);
  }

  private follow(changes: readonly IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of changes) {
      if (isIntersecting) this.away.delete(target);
      else this.away.add(target);
    }
    if (this.context === undefined) return;
    for (const id of [...this.behind]) {
      const { section } = this.charts.get(id)!.frame;
      if (section.isConnected && !this.away.has(section)) this.drawChart(id, this.context);
    }
  }

  /** Moves what is not in its place, and keeps the focus. */
  private arrange(ids: readonly ChartId[]): void {
    if (ids.join() === this.arrangement.join()) return;
    this.arrangement = ids;
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
