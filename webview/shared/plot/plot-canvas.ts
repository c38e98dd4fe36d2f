import {
  Chart,
  type ChartOptions,
  LinearScale,
  LineController,
  LogarithmicScale,
  type Scale,
  type ScaleOptionsByType,
} from 'chart.js';
import type { Pen } from '../pen';
import type { SvgPen } from '../svg-pen';
import type { Theme } from '../theme';
import { projection, type Range, type ScaleKind } from './axis-transform';

Chart.register(LineController, LinearScale, LogarithmicScale);

/** One axis. */
export interface PlotAxis {
  scale: ScaleKind;
  range: Range;
  formatTick: (value: number) => string;
  /** Places of the ticks, where round numbers are not what people read as round. */
  ticks?: number[];
  /** Ticks only at whole numbers. */
  whole?: boolean;
  /** Stands in the corner beside the first tick. */
  name?: string;
}

export interface PlotAxes {
  x: PlotAxis;
  y: PlotAxis;
  /** The same places as x in another unit, above the plot. */
  top?: PlotAxis;
  /** Lines end at the borders: what is beyond was zoomed away. */
  cropped?: { x: boolean; y: boolean };
}

/** The plot inside its axes, in CSS pixels of the canvas. */
export interface PlotArea {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** What paints inside the axes. */
export interface Plot {
  area: PlotArea;
  /** From values to pixels; NaN where the axis has no place. */
  x: (value: number) => number;
  y: (value: number) => number;
}

/** One width for the y axes of all charts, so that their x axes line up. */
const yAxisWidthPixels = 50;
/** Lines on the border of the plot are drawn whole. */
const bleedPixels = 9;

/** A canvas with axes by Chart.js; what is inside them is painted by a function, to the screen as to a picture. */
export class PlotCanvas {
  private readonly chart: Chart<'line', never[]>;
  private axes: PlotAxes | undefined;
  private theme: Theme | undefined;
  private paint: ((pen: Pen, plot: Plot) => void) | undefined;

  constructor(canvas: HTMLCanvasElement, onResize: () => void) {
    this.chart = new Chart<'line', never[]>(canvas, {
      type: 'line',
      data: { datasets: [] },
      options: { animation: false, responsive: true, maintainAspectRatio: false, events: [], onResize },
      plugins: [{ id: 'contents', afterDraw: (chart) => this.paintContents(chart) }],
    });
  }

  get area(): PlotArea {
    const { left, right, top, bottom } = this.chart.chartArea;
    return { left, right, top, bottom };
  }

  /** In CSS pixels. */
  get size(): { width: number; height: number } {
    return { width: this.chart.width, height: this.chart.height };
  }

  get pixelRatio(): number {
    return this.chart.currentDevicePixelRatio;
  }

  /** Width of the drawing in device pixels. */
  get pixelColumns(): number {
    return Math.max(100, Math.round(this.chart.width * this.pixelRatio));
  }

  /** The current plot, for what is painted above it. */
  get plot(): Plot | undefined {
    return this.axes === undefined ? undefined : plotOf(this.axes, this.area);
  }

  draw(axes: PlotAxes, theme: Theme, paint: (pen: Pen, plot: Plot) => void): void {
    this.axes = axes;
    this.theme = theme;
    this.paint = paint;
    this.chart.options = chartOptions(axes, theme, this.chart.options.onResize);
    this.chart.update('none');
  }

  /** Paints axes and contents with another pen: the same strokes as on the screen. */
  paintWith(pen: SvgPen): void {
    const { chart } = this;
    const screen = chart.ctx;
    const scales = Object.values(chart.scales);
    // Chart.js draws with whatever context its parts hold.
    const use = (ctx: unknown) => {
      for (const owner of [chart, ...scales]) Object.assign(owner, { ctx });
    };
    use(pen);
    try {
      chart.draw();
    } finally {
      use(screen);
      chart.draw();
    }
  }

  /** The canvas drawn with so many device pixels to a CSS pixel, for the time of `use`. */
  atPixelRatio(ratio: number, use: (canvas: HTMLCanvasElement) => void): void {
    const { chart } = this;
    const before = chart.options.devicePixelRatio;
    const { onResize } = chart.options;
    chart.options.onResize = () => {};
    chart.options.devicePixelRatio = ratio;
    chart.resize();
    try {
      use(chart.canvas);
    } finally {
      if (before === undefined) delete chart.options.devicePixelRatio;
      else chart.options.devicePixelRatio = before;
      chart.resize();
      if (onResize !== undefined) chart.options.onResize = onResize;
    }
  }

  private paintContents({ ctx, chartArea }: Chart): void {
    if (this.axes === undefined || this.theme === undefined || this.paint === undefined) return;
    const { left, right, top, bottom } = chartArea;
    paintAxisNames(ctx, this.axes, chartArea, this.theme);
    ctx.save();
    ctx.beginPath();
    const across = this.axes.cropped?.x === true ? 0 : bleedPixels;
    const along = this.axes.cropped?.y === true ? 0 : bleedPixels;
    ctx.rect(left - across, top - along, right - left + 2 * across, bottom - top + 2 * along);
    ctx.clip();
    this.paint(ctx, plotOf(this.axes, chartArea));
    ctx.restore();
  }
}

function plotOf({ x, y }: PlotAxes, { left, right, top, bottom }: PlotArea): Plot {
  return {
    area: { left, right, top, bottom },
    x: projection(x.scale, x.range, left, right),
    y: projection(y.scale, y.range, bottom, top),
  };
}

/** Names the x axes in the corner beside their first tick, where they need no line of their own. */
function paintAxisNames(pen: Pen, { x, top }: PlotAxes, area: PlotArea, theme: Theme): void {
  const { family, size } = axisFont(theme);
  pen.save();
  pen.font = `${size}px ${family}`;
  pen.fillStyle = theme.mutedForeground;
  pen.textAlign = 'right';
  pen.textBaseline = 'middle';
  // Beside the label of the first tick, which is centred at the corner.
  const rightOf = (axis: PlotAxis) =>
    area.left - Math.max(10, pen.measureText(axis.formatTick(axis.ticks?.[0] ?? axis.range[0])).width / 2 + 5);
  // Chart.js puts labels behind a tick of 8 pixels and a gap of 3, in lines of 1.2 times the font size.
  const toLabel = 11 + size * 0.6;
  if (x.name !== undefined) pen.fillText(x.name, rightOf(x), area.bottom + toLabel);
  if (top?.name !== undefined) pen.fillText(top.name, rightOf(top), area.top - toLabel);
  pen.restore();
}

/** In CSS pixels. */
export function axisFont(theme: Theme): { family: string; size: number } {
  return { family: theme.fontFamily, size: Math.max(10, theme.fontSize - 2) };
}

function chartOptions(
  { x, y, top }: PlotAxes,
  theme: Theme,
  onResize: ChartOptions<'line'>['onResize'],
): ChartOptions<'line'> {
  const font = axisFont(theme);
  const border = { color: theme.axisLine };
  const grid = { color: theme.gridLine, tickColor: theme.axisLine };
  const across = { color: theme.mutedForeground, font, maxRotation: 0, autoSkipPadding: 24, includeBounds: false };
  const scale = (axis: PlotAxis, ticks: Record<string, unknown>, rest: Record<string, unknown>) =>
    ({
      type: axis.scale === 'log' ? 'logarithmic' : 'linear',
      min: axis.range[0],
      max: axis.range[1],
      ticks: {
        ...ticks,
        ...(axis.whole === true && axis.scale === 'linear' ? { precision: 0 } : {}),
        callback: (value: number | string) => axis.formatTick(Number(value)),
      },
      ...(axis.ticks === undefined
        ? axis.scale === 'log'
          ? { afterBuildTicks: (built: Scale) => thinLogTicks(built) }
          : {}
        : {
            afterBuildTicks: (built: Scale) => {
              built.ticks = axis.ticks!.map((value) => ({ value }));
            },
          }),
      ...rest,
    }) as unknown as ScaleOptionsByType<'linear'>;
  return {
    animation: false,
    responsive: true,
    maintainAspectRatio: false,
    events: [],
    ...(onResize === undefined ? {} : { onResize }),
    layout: { padding: { right: 10, top: top === undefined ? 8 : 0 } },
    scales: {
      x: scale(x, across, { grid: { ...grid, drawOnChartArea: top === undefined }, border }),
      ...(top === undefined ? {} : { top: scale(top, across, { position: 'top', grid, border: { display: false } }) }),
      y: scale(
        y,
        { color: theme.mutedForeground, font, maxTicksLimit: 7, includeBounds: false },
        {
          grid,
          border,
          afterFit: (fitted: Scale) => {
            fitted.width = yAxisWidthPixels;
          },
        },
      ),
    },
    plugins: {},
  };
}

/** Of many ticks on a logarithm those at powers of ten stay; of few, those at 1, 2 and 5. */
function thinLogTicks(scale: Scale): void {
  const leading = ({ value }: { value: number }) =>
    Number((value / 10 ** Math.floor(Math.log10(value) + 1e-9)).toFixed(6));
  const inside = scale.ticks.filter(
    (tick) =>
      tick.value >= scale.min * (1 - 1e-9) &&
      tick.value <= scale.max * (1 + 1e-9) &&
      // Chart.js adds the ends of the axis, wherever they are.
      Number(leading(tick).toFixed(1)) === leading(tick),
  );
  const decades = inside.filter((tick) => leading(tick) === 1);
  const rounder = inside.filter((tick) => [1, 2, 5].includes(leading(tick)));
  scale.ticks = decades.length >= 4 ? decades : rounder.length >= 3 ? rounder : inside;
}
