import { checkEntry, type MenuEntry } from '../../shared/chart-menu';
import { drawable, type Range, valueAt } from '../../shared/plot/axis-transform';
import { framedPicture } from '../../shared/plot/picture';
import { PlotCanvas } from '../../shared/plot/plot-canvas';
import { saveEntries } from '../../shared/save-entries';
import { sized } from '../../shared/sized-canvas';
import { lineSwatch } from '../../shared/swatches';
import { type AxisAction, fraction } from '../axes/gestures';
import { axisTexts } from '../axes/x-axis';
import { positionAxes, xView } from '../axes/x-view';
import { type ZoomableAxis, zoomChange } from '../axes/zoom-state';
import { chartDefinitions, type LineChartId } from '../data/chart-definitions';
import type { PanelRun } from '../data/panel-runs';
import { dashedKinds, paintCurves } from '../lines/curve-painter';
import { type DrawnLine, ViewPreparation } from '../lines/drawn-line';
import { type OverlayContents, paintOverlay } from '../lines/overlay';
import { checkpointMarks, learningRateMarks, restartMarks } from '../lines/run-markers';
import { type TooltipRow, tooltipRows } from '../lines/tooltip-rows';
import { countNotPositive, yRange } from '../lines/y-range';
import { type ChartData, chartCsv, chartJson } from '../text/chart-data';
import { emptyChartText } from '../text/empty-chart-text';
import { tooltipContents } from '../text/tooltip-text';
import type { ChartContext, ChartHost } from './chart-context';
import { ChartFrame } from './chart-frame';
import { arrangementEntries } from './chart-menu-entries';
import { CheckpointButtons } from './checkpoint-buttons';
import { listenToPlot } from './plot-interaction';

/** The numbered checkpoints of more runs would cover the lines; the best ones stay. */
const maxRunsWithNumbered = 6;

/** A chart of lines over steps or time. */
export class LineChart {
  readonly frame: ChartFrame;
  private readonly canvas: PlotCanvas;
  private readonly views = new ViewPreparation();
  private readonly checkpoints: CheckpointButtons;
  private lines: DrawnLine[] = [];
  private context: ChartContext | undefined;
  private view: ZoomableAxis | undefined;
  private yAxis: ZoomableAxis | undefined;
  private overlay: OverlayContents = { x: undefined, rows: [] };
  /** How many values have no place on a logarithmic y axis. */
  private dropped = 0;

  constructor(
    readonly id: LineChartId,
    private readonly host: ChartHost,
  ) {
    this.frame = new ChartFrame(id, {
      menu: () => this.menu(),
      onHeight: (height) => host.changeChart(id, { height }),
      onReset: () => this.act({ kind: 'reset' }),
    });
    this.canvas = new PlotCanvas(this.frame.canvas, () => host.redraw());
    this.checkpoints = new CheckpointButtons(this.frame.marks, host.openEpoch);
    listenToPlot(this.frame.plot, {
      area: () => (this.yAxis === undefined ? undefined : this.canvas.area),
      onAction: (action) => this.act(action),
      onPointer: (place) => this.follow(place),
      onBox: (box) => this.paintOverlay({ ...this.overlay, box }),
    });
  }

  /** What the chart's y axis covers, for the summary. */
  get yRange(): Range | undefined {
    return this.yAxis?.range;
  }

  draw(context: ChartContext): void {
    const { state, groups, runs, theme, styleOf } = context;
    const choices = state.charts[this.id] ?? {};
    const definition = chartDefinitions[this.id];
    const view = xView(context, choices.logX === true);
    const series = context.series.prepare(this.id, groups, state);
    const columns = this.canvas.pixelColumns;
    this.context = context;
    this.view = view;
    this.lines = series.map((line) => this.views.lineInView(line, view.range, view.scale, columns));
    const yScale = choices.logY === true ? 'log' : 'linear';
    const whole = yRange(this.lines, view.range, {
      scale: yScale,
      ignoreOutliers: state.ignoreOutliers,
      fromZero: choices.fromZero ?? definition.fromZero === true,
      minSpan: definition.minSpan,
      maxValue: definition.maxValue,
    });
    const zoomed = state.zoom.y[this.id];
    const range = drawable(yScale, zoomed ?? whole, whole[0]);
    this.yAxis = { scale: yScale, range, whole, zoomed: zoomed !== undefined };
    this.dropped = yScale === 'log' ? countNotPositive(series.map(({ raw }) => raw)) : 0;
    const title = definition.title(state);
    this.frame.update({
      title,
      label: `${title} ${axisTexts[state.xAxis].phrase}, ${lineCount(series.length)}. The summary has the numbers.`,
      note: this.note(runs, choices.logX === true),
      empty: series.every(({ y }) => y.length === 0) ? emptyChartText(this.id, started(context)) : undefined,
      paired: series.some(({ kind }) => kind === 'aux'),
      zoomed: zoomed !== undefined || state.zoom.x !== undefined,
      state,
    });
    const checkpoints =
      this.id === 'top1' && state.markCheckpoints && !state.groupSeeds
        ? runs
            .flatMap((run) => checkpointMarks(run, state.xAxis))
            .filter(({ best }) => best || runs.length <= maxRunsWithNumbered)
        : [];
    const axes = positionAxes(context, view, this.canvas.size.width);
    const y = { scale: yScale, range, formatTick: definition.formatTick } as const;
    const overSteps = this.id !== 'learning-rate';
    const cropped = { x: view.zoomed, y: zoomed !== undefined || state.ignoreOutliers };
    this.canvas.draw({
      axes: { ...axes, y, cropped },
      theme,
      paint: (pen, plot) =>
        paintCurves(pen, plot, {
          lines: this.lines,
          styleOf,
          shadeGap: this.id === 'loss' && state.shadeGap,
          restarts: state.markRestarts ? restartMarks(runs, state.xAxis) : [],
          learningRates: overSteps && state.markLearningRate ? learningRateMarks(runs, state.xAxis) : [],
          checkpoints,
          labelsBelow: definition.rises === true,
          theme,
        }),
    });
    if (this.canvas.plot !== undefined) this.checkpoints.place(checkpoints, this.canvas.plot, context.labelOf);
    this.paintOverlay(this.overlay);
  }

  /** Shows the cross-hair that all charts share, with the values in this one if the pointer is here. */
  showCrossHair(x: number | undefined, place: { x: number; y: number } | undefined): void {
    const { context, view, yAxis, canvas } = this;
    const { plot } = canvas;
    if (x === undefined || context === undefined || view === undefined || yAxis === undefined || plot === undefined) {
      this.frame.tooltip.hide();
      this.paintOverlay({ x: undefined, rows: [] });
      return;
    }
    const y =
      place === undefined
        ? undefined
        : valueAt(yAxis.scale, yAxis.range, fraction(place.y, plot.area.bottom, plot.area.top));
    const reach = (at: number) => Math.abs(plot.x(at) - plot.x(x));
    const rows = tooltipRows(
      this.lines.map(({ series }) => series),
      x,
      y,
      context.state.tooltipOrder,
      reach,
    );
    this.paintOverlay({ x, pointerY: place?.y, rows });
    if (place === undefined || rows.length === 0) this.frame.tooltip.hide();
    else this.showTooltip(rows, x, place);
  }

  private showTooltip(rows: readonly TooltipRow[], x: number, place: { x: number; y: number }): void {
    const { context } = this;
    if (context === undefined) return;
    const { formatValue } = chartDefinitions[this.id];
    const { title, headings, lines, more, spoken } = tooltipContents(rows, x, context, formatValue);
    const swatched = lines.map(({ row, label, cells }) => ({
      swatch: lineSwatch(
        context.styleOf(row.series.runKey),
        dashedKinds.has(row.series.kind),
        context.theme.background,
      ),
      label,
      cells,
    }));
    this.frame.tooltip.show({ title, headings, rows: swatched, more }, place, this.frame.plot.getBoundingClientRect());
    this.frame.plot.dataset.tooltip = spoken;
  }

  private act(action: AxisAction): void {
    const { view, yAxis } = this;
    if (view === undefined || yAxis === undefined) return;
    if (action.kind === 'leave') {
      this.host.point(this.id, undefined);
      return;
    }
    if (action.kind === 'point') {
      this.pointByKey(view, action.by);
      return;
    }
    const { x, y } = zoomChange(action, view, yAxis);
    if (x === undefined && y === undefined) return;
    const { zoom } = this.host.state();
    const ys = { ...zoom.y };
    if (y === null) delete ys[this.id];
    else if (y !== undefined) ys[this.id] = [y[0], y[1]];
    const xs: Range | undefined = x === undefined ? zoom.x : (x ?? undefined);
    this.host.setState({ zoom: { ...(xs === undefined ? {} : { x: [xs[0], xs[1]] }), y: ys } });
    this.host.redraw();
  }

  /** Moves the cross-hair and says what is there. */
  private pointByKey(view: ZoomableAxis, by: number): void {
    const { plot } = this.canvas;
    if (plot === undefined) return;
    const { left, right, top, bottom } = plot.area;
    const before = this.overlay.x === undefined ? 0.5 : fraction(plot.x(this.overlay.x), left, right);
    const share = Math.min(1, Math.max(0, before + by));
    const x = valueAt(view.scale, view.range, share);
    this.host.point(this.id, x, { x: plot.x(x), y: (top + bottom) / 2 });
    this.host.announce(this.frame.plot.dataset.tooltip ?? '');
  }

  private follow(place: { x: number; y: number } | undefined): void {
    const { view } = this;
    const { area } = this.canvas;
    if (
      place === undefined ||
      view === undefined ||
      area === undefined ||
      place.x < area.left - 2 ||
      place.x > area.right + 2
    ) {
      this.host.point(this.id, undefined);
      return;
    }
    this.host.point(this.id, valueAt(view.scale, view.range, fraction(place.x, area.left, area.right)), place);
  }

  private paintOverlay(contents: OverlayContents): void {
    this.overlay = contents;
    const { context, frame } = this;
    const { plot, size, pixelRatio } = this.canvas;
    if (context === undefined || plot === undefined) return;
    const pen = sized(frame.overlay, size.width, size.height, pixelRatio);
    if (pen !== null) paintOverlay(pen, plot, contents, context.theme, context.styleOf);
  }

  /** What is measured where the title does not say it all, and what the axes leave out. */
  private note(runs: readonly PanelRun[], wantsLogX: boolean): string | undefined {
    const described = chartDefinitions[this.id].describe?.(runs);
    const notes = described === undefined ? [] : [described];
    if (this.dropped > 0) {
      const values =
        this.dropped === 1 ? 'One value is 0 or below and has' : `${this.dropped} values are 0 or below and have`;
      notes.push(`${values} no place on the logarithmic axis.`);
    }
    if (wantsLogX && this.view?.scale !== 'log') notes.push('Wall time has no zero: its axis stays linear.');
    return notes.length === 0 ? undefined : notes.join(' ');
  }

  private menu(): MenuEntry[] {
    const { id, host } = this;
    const choices = host.state().charts[id] ?? {};
    const check = (label: string, name: 'logY' | 'logX' | 'fromZero', checked: boolean, disabled = false) =>
      checkEntry(label, checked, () => host.changeChart(id, { [name]: !checked }), disabled);
    const zeroed = choices.fromZero ?? chartDefinitions[id].fromZero === true;
    return [
      check('Logarithmic y', 'logY', choices.logY === true),
      check('Logarithmic x', 'logX', choices.logX === true, host.state().xAxis === 'wall'),
      check('y from 0', 'fromZero', zeroed, choices.logY === true),
      { kind: 'action', label: 'Reset zoom', act: () => this.act({ kind: 'reset' }) },
      { kind: 'separator' },
      ...arrangementEntries(id, host, (by) => this.frame.changeHeight(by)),
      { kind: 'separator' },
      ...this.saveEntries(),
    ];
  }

  private saveEntries(): MenuEntry[] {
    const { id, host } = this;
    const title = () => chartDefinitions[id].title(host.state());
    const lines = ({ labelOf }: ChartContext) =>
      this.lines.map(({ series }) => ({ label: labelOf(series.runKey), series }));
    const data = (): ChartData | undefined => {
      const { context, view } = this;
      if (context === undefined || view === undefined) return undefined;
      const { xAxis, smoothing } = context.state;
      return { title: title(), xAxis, smoothing, lines: lines(context), view: view.range };
    };
    const picture = () => {
      const { context } = this;
      const { drawing } = this.canvas;
      if (context === undefined || drawing === undefined) return undefined;
      const legend = lines(context).map(({ label, series }) => ({
        label: series.kind === 'main' || series.kind === 'aux' ? `${label} ${series.kind}` : label,
        style: context.styleOf(series.runKey),
        dash: dashedKinds.has(series.kind) ? [5, 3.5] : [],
      }));
      return framedPicture(drawing, { title: title(), legend, theme: context.theme });
    };
    const text = (format: (data: ChartData) => string) => () => {
      const found = data();
      return found && format(found);
    };
    return saveEntries(title, { picture, csv: text(chartCsv), json: text(chartJson) }, host.save);
  }
}

function lineCount(count: number): string {
  return count === 1 ? 'one line' : `${count} lines`;
}

function started({ runs, runCount }: ChartContext) {
  return { shown: runs.length, total: runCount, started: runs.some(({ steps }) => steps.step.length > 0) };
}
