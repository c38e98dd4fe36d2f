import type { ScatterMetric } from '../../../common/panels/curves/curves-contract';
import { checkEntry, type MenuEntry } from '../../shared/chart-menu';
import { csvText } from '../../shared/csv-text';
import { formatShort } from '../../shared/number-format';
import type { Pen } from '../../shared/pen';
import type { Plot } from '../../shared/plot/axes';
import { expanded, type Range, type ScaleKind } from '../../shared/plot/axis-transform';
import { framedPicture } from '../../shared/plot/picture';
import { PlotCanvas } from '../../shared/plot/plot-canvas';
import { saveEntries } from '../../shared/save-entries';
import { Select } from '../../shared/select';
import { drawMarker } from '../../shared/shapes';
import { lineSwatch } from '../../shared/swatches';
import {
  differingFields,
  type Scatter,
  type ScatterPoint,
  scatterMetricIds,
  scatterMetrics,
  scatterPoints,
} from '../data/scatter-points';
import type { ChartContext, ChartHost } from './chart-context';
import { ChartFrame } from './chart-frame';
import { arrangementEntries } from './chart-menu-entries';

const markerRadius = 5;
/** The pointer means points at most this many pixels away. */
const reachPixels = 24;
const margin = 0.08;

/** A metric of each run against a field in which the runs differ. */
export class ScatterChart {
  readonly id = 'scatter';
  readonly frame: ChartFrame;
  private readonly canvas: PlotCanvas;
  private readonly metric: Select<ScatterMetric>;
  private readonly field: Select<string>;
  private context: ChartContext | undefined;
  private scatter: Scatter = { points: [], categories: undefined, allowsLog: false };
  private shownField = '';

  constructor(private readonly host: ChartHost) {
    this.frame = new ChartFrame('scatter', {
      menu: () => this.menu(),
      onHeight: (height) => host.changeChart('scatter', { height }),
      onReset: () => {},
    });
    this.canvas = new PlotCanvas(this.frame.canvas, () => host.redraw());
    this.metric = new Select('Metric', (metric) => this.change({ metric }));
    this.field = new Select('Setting', (field) => this.change({ field }));
    this.frame.controls.append(this.metric.element, this.field.element);
    const { plot } = this.frame;
    plot.addEventListener('pointermove', (event) => this.follow(event));
    plot.addEventListener('pointerleave', () => this.frame.tooltip.hide());
  }

  draw(context: ChartContext): void {
    const { state, runs, theme } = context;
    const { metric } = state.scatter;
    const fields = differingFields(runs);
    const field = fields.includes(state.scatter.field) ? state.scatter.field : preferredField(fields);
    this.context = context;
    this.shownField = field;
    this.scatter = scatterPoints(runs, metric, field);
    this.metric.update(
      scatterMetricIds.map((id) => [id, scatterMetrics[id].name] as const),
      metric,
    );
    this.field.update(
      fields.map((path) => [path, path] as const),
      field,
    );
    const { points } = this.scatter;
    const choices = state.charts.scatter ?? {};
    this.frame.update({
      title: 'Metric against a setting',
      label: this.label(),
      note: undefined,
      empty: this.emptyText(fields),
      paired: false,
      zoomed: false,
      state,
    });
    const { categories } = this.scatter;
    const xScale: ScaleKind = state.scatter.logX && this.scatter.allowsLog ? 'log' : 'linear';
    const x = {
      scale: xScale,
      range:
        categories === undefined
          ? rangeOf(
              points.map((point) => point.x),
              xScale,
            )
          : ([-0.5, Math.max(0.5, categories.length - 0.5)] as Range),
      formatTick: (value: number) =>
        categories === undefined ? formatShort(value, 4, 1e-3, 1e6) : shortened(categories[value] ?? ''),
      ...(categories === undefined ? {} : { ticks: categories.map((_, place) => place) }),
    };
    const yScale: ScaleKind = choices.logY === true && points.every((point) => point.y > 0) ? 'log' : 'linear';
    const y = {
      scale: yScale,
      range: rangeOf(
        points.map((point) => point.y),
        yScale,
      ),
      formatTick: scatterMetrics[metric].formatTick,
    };
    this.canvas.draw({ axes: { x, y }, theme, paint: (pen, plot) => this.paint(pen, plot) });
  }

  /** One line: what the chart shows, for screen readers and the summary. */
  label(): string {
    const { points } = this.scatter;
    const name = this.shownMetric.name;
    const values = points.map(
      ({ runKey, setting, y }) =>
        `${this.context?.labelOf(runKey)} ${setting ?? 'none'}: ${this.shownMetric.formatValue(y)}`,
    );
    return points.length === 0
      ? `${name}, no runs to compare`
      : `${name} against ${this.shownField}. ${values.join('; ')}`;
  }

  /** It has no share in the cross-hair of the charts of lines. */
  showCrossHair(): void {}

  private paint(pen: Pen, plot: Plot): void {
    const { context } = this;
    if (context === undefined) return;
    for (const { runKey, x, y } of this.scatter.points) {
      const { colour, marker } = context.styleOf(runKey);
      drawMarker(pen, marker, [plot.x(x), plot.y(y)], markerRadius, { stroke: colour, fill: colour, width: 2 });
    }
  }

  private follow(event: PointerEvent): void {
    const { context } = this;
    const { plot } = this.canvas;
    if (context === undefined || plot === undefined) return;
    const bounds = this.frame.plot.getBoundingClientRect();
    const place = { x: event.clientX - bounds.left, y: event.clientY - bounds.top };
    const distance = ({ x, y }: ScatterPoint) => Math.hypot(plot.x(x) - place.x, plot.y(y) - place.y);
    const near = this.scatter.points.filter((point) => distance(point) <= reachPixels);
    if (near.length === 0) {
      this.frame.tooltip.hide();
      return;
    }
    const rows = near
      .sort((a, b) => distance(a) - distance(b))
      .map(({ runKey, setting, y }) => ({
        swatch: lineSwatch(context.styleOf(runKey), false, context.theme.background),
        label: context.labelOf(runKey),
        cells: [this.shownMetric.formatValue(y), String(setting ?? 'none')],
      }));
    this.frame.tooltip.show(
      { title: this.shownMetric.name, headings: ['value', this.shownField], rows },
      place,
      bounds,
    );
  }

  private change(change: Partial<{ metric: ScatterMetric; field: string; logX: boolean }>): void {
    this.host.setState({ scatter: { ...this.host.state().scatter, ...change } });
    this.host.redraw();
  }

  private get shownMetric() {
    return scatterMetrics[this.host.state().scatter.metric];
  }

  private emptyText(fields: readonly string[]): string | undefined {
    if (fields.length === 0) return 'Choose runs that differ in a setting to compare them here.';
    return this.scatter.points.length === 0 ? 'None of the runs has this metric yet.' : undefined;
  }

  private menu(): MenuEntry[] {
    const { host } = this;
    const { scatter, charts } = host.state();
    const logY = charts.scatter?.logY === true;
    return [
      checkEntry('Logarithmic y', logY, () => host.changeChart('scatter', { logY: !logY })),
      checkEntry('Logarithmic x', scatter.logX, () => this.change({ logX: !scatter.logX }), !this.scatter.allowsLog),
      { kind: 'separator' },
      ...arrangementEntries('scatter', host, (by) => this.frame.changeHeight(by)),
      { kind: 'separator' },
      ...this.saveEntries(),
    ];
  }

  private saveEntries(): MenuEntry[] {
    const title = () => `${this.shownMetric.name} against ${this.shownField}`;
    const rows = () =>
      this.scatter.points.map(({ runKey, setting, y }) => ({
        run: this.context?.labelOf(runKey) ?? runKey,
        setting,
        value: y,
      }));
    const picture = () => {
      const { context } = this;
      const { drawing } = this.canvas;
      if (context === undefined || drawing === undefined) return undefined;
      const legend = this.scatter.points.map(({ runKey }) => ({
        label: context.labelOf(runKey),
        style: context.styleOf(runKey),
        dash: undefined,
      }));
      return framedPicture(drawing, { title: title(), legend, theme: context.theme });
    };
    const csvRow = ({ run, setting, value }: ReturnType<typeof rows>[number]) =>
      [csvText(run), csvText(String(setting ?? '')), value].join(',');
    const csv = () => ['run,setting,value', ...rows().map(csvRow), ''].join('\r\n');
    const json = () => `${JSON.stringify({ title: title(), setting: this.shownField, points: rows() })}\n`;
    return saveEntries(title, { picture, csv, json }, this.host.save);
  }
}

/** What people compare most often, if the runs differ in it. */
function preferredField(fields: readonly string[]): string {
  const preferred = ['method.type', 'method.alpha', 'optimizer.learningRate', 'model.width'];
  return (
    preferred.find((field) => fields.includes(field)) ?? fields.find((field) => field !== 'seed') ?? fields[0] ?? ''
  );
}

function rangeOf(values: readonly number[], scale: ScaleKind): Range {
  if (values.length === 0) return scale === 'log' ? [0.1, 1] : [0, 1];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (low < high) return expanded(scale, [low, high], margin);
  const room = scale === 'log' ? 2 : Math.abs(low) * 0.1 || 0.5;
  return scale === 'log' ? [low / room, high * room] : [low - room, high + room];
}

/** Names of categories are cut so that their labels stay apart. */
const shortened = (text: string): string => (text.length > 18 ? `${text.slice(0, 17)}…` : text);
