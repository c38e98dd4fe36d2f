import {
  type ActiveElement,
  Chart,
  type ChartDataset,
  type ChartOptions,
  Interaction,
  type InteractionItem,
  type InteractionModeFunction,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
  type TooltipItem,
} from 'chart.js';
import { formatCount, formatStepTick } from '../shared/number-format';
import { withAlpha } from '../shared/palette';
import type { RunStyle } from '../shared/run-style';
import type { Theme } from '../shared/theme';
import type { CurveLine, CurvePoint, LineKind } from './curve-lines';

declare module 'chart.js' {
  interface InteractionModeMap {
    nearestOfEachLine: InteractionModeFunction;
  }
}

type LineDataset = ChartDataset<'line', (CurvePoint | { x: number; y: number })[]>;

/** Lines have the order 0. What is before or behind them takes no part in the tooltip. */
const decorationOrder = { markers: -1, ghosts: 1 } as const;
/** A line whose nearest point is further from the pointer than that of the nearest line by more than so many pixels has ended. */
const sameStepPixels = 20;
/** Up to so many points every point is marked; a longer line has a few markers, to recognise the run by. */
const fullyMarkedPoints = 60;
const markersOfLongLine = 5;
/** One width for the y axes of all charts, so that their x axes line up. */
const yAxisWidthPixels = 50;
const dashedKinds: ReadonlySet<LineKind> = new Set(['aux']);

Interaction.modes.nearestOfEachLine = (chart, event): InteractionItem[] => {
  const items: (InteractionItem & { distance: number })[] = [];
  for (const meta of chart.getSortedVisibleDatasetMetas()) {
    if (chart.data.datasets[meta.index]?.order !== 0) continue;
    let nearest: { element: ActiveElement['element']; index: number; distance: number } | undefined;
    meta.data.forEach((element, index) => {
      const distance = Math.abs(element.x - (event.x ?? 0));
      if (nearest === undefined || distance < nearest.distance) nearest = { element, index, distance };
    });
    if (nearest !== undefined) items.push({ ...nearest, datasetIndex: meta.index });
  }
  const least = Math.min(...items.map(({ distance }) => distance));
  return items.filter(({ distance }) => distance <= least + sameStepPixels);
};

Chart.register(LineController, LineElement, PointElement, LinearScale, Tooltip);

/** What one of the charts shows. */
export interface CurveChartSettings {
  /** A value in the tooltip. */
  formatValue: (value: number) => string;
  /** A value on the y axis. */
  formatTick: (value: number) => string;
  beginAtZero: boolean;
  /** The y axis covers at least so much, so that noise does not look like a trend. */
  minimumSpan: number;
}

/** What may change from one drawing to the next. */
export interface CurveChartContents {
  lines: readonly CurveLine[];
  styleOf: (runId: string) => RunStyle;
  labelOf: (runId: string) => string;
  /** Steps on the x axis. */
  range: readonly [from: number, to: number];
  /** For the epoch marks, where the runs agree. */
  stepsPerEpoch: number | undefined;
  theme: Theme;
}

/** One chart over training steps, with epoch marks on top. */
export class CurveChart {
  private readonly chart: Chart<'line', LineDataset['data']>;
  private theme: Theme | undefined;

  constructor(
    canvas: HTMLCanvasElement,
    private readonly settings: CurveChartSettings,
    onResize: () => void,
  ) {
    this.chart = new Chart<'line', LineDataset['data']>(canvas, {
      type: 'line',
      data: { datasets: [] },
      options: { animation: false, responsive: true, maintainAspectRatio: false, onResize },
      plugins: [{ id: 'axisNames', afterDraw: (chart) => this.drawAxisNames(chart) }],
    });
  }

  /** Width of the drawing in device pixels. */
  get pixelColumns(): number {
    return Math.max(100, Math.round(this.chart.width * this.chart.currentDevicePixelRatio));
  }

  draw(contents: CurveChartContents): void {
    const lines = contents.lines.map((line) => drawnLine(line, contents));
    const ghosts = contents.lines.filter(({ ghost }) => ghost.length > 0).map((line) => ghostLine(line, contents));
    this.chart.data.datasets = [...lines, ...markerPoints(contents), ...ghosts];
    this.theme = contents.theme;
    this.chart.options = this.options(contents);
    this.chart.update('none');
  }

  /** Names the x axes in the corner beside their first tick, where they need no line of their own. */
  private drawAxisNames({ ctx, scales, chartArea }: Chart): void {
    if (this.theme === undefined) return;
    const { family, size } = axisFont(this.theme);
    ctx.save();
    ctx.font = `${size}px ${family}`;
    ctx.fillStyle = this.theme.mutedForeground;
    ctx.textAlign = 'right';
    ctx.textBaseline = 'middle';
    const right = chartArea.left - 10;
    // Chart.js puts labels behind a tick of 8 pixels and a gap of 3, in lines of 1.2 times the font size.
    const toLabel = 11 + size * 0.6;
    ctx.fillText('step', right, chartArea.bottom + toLabel);
    if (scales.epoch) ctx.fillText('epoch', right, chartArea.top - toLabel);
    ctx.restore();
  }

  private options({ lines, labelOf, range, stepsPerEpoch, theme }: CurveChartContents): ChartOptions<'line'> {
    const { formatValue, formatTick, beginAtZero, minimumSpan } = this.settings;
    const font = axisFont(theme);
    const ticks = { color: theme.mutedForeground, font };
    const epochAt = (step: number) => Math.max(1, Math.ceil(step / (stepsPerEpoch ?? 1)));
    return {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      ...(this.chart.options.onResize === undefined ? {} : { onResize: this.chart.options.onResize }),
      parsing: false,
      normalized: true,
      layout: { padding: { right: 10 } },
      // A marker on the border of the plot is drawn whole.
      clip: { left: 6, right: 6, top: 6, bottom: 6 },
      interaction: { mode: 'nearestOfEachLine', intersect: false },
      scales: {
        x: {
          type: 'linear',
          min: range[0],
          max: range[1],
          ticks: {
            ...ticks,
            maxRotation: 0,
            autoSkipPadding: 24,
            includeBounds: false,
            precision: 0,
            callback: (value) => formatStepTick(Number(value)),
          },
          grid: { color: theme.gridLine, drawOnChartArea: stepsPerEpoch === undefined, tickColor: theme.axisLine },
          border: { color: theme.axisLine },
        },
        ...(stepsPerEpoch === undefined
          ? {}
          : {
              epoch: {
                type: 'linear',
                position: 'top',
                min: range[0] / stepsPerEpoch,
                max: range[1] / stepsPerEpoch,
                ticks: { ...ticks, precision: 0, maxRotation: 0, autoSkipPadding: 24, includeBounds: false },
                grid: { color: theme.gridLine, tickColor: theme.axisLine },
                border: { display: false },
              },
            }),
        y: {
          type: 'linear',
          beginAtZero,
          grace: '4%',
          ticks: { ...ticks, maxTicksLimit: 7, callback: (value) => formatTick(Number(value)) },
          grid: { color: theme.gridLine, tickColor: theme.axisLine },
          border: { color: theme.axisLine },
          afterDataLimits: (scale) => {
            const missing = minimumSpan - (scale.max - scale.min);
            if (missing <= 0) return;
            scale.min = Math.max(0, scale.min - missing / 2);
            scale.max = scale.min + minimumSpan;
          },
          afterFit: (scale) => {
            scale.width = yAxisWidthPixels;
          },
        },
      },
      plugins: {
        tooltip: {
          enabled: true,
          backgroundColor: theme.hoverBackground,
          titleColor: theme.hoverForeground,
          bodyColor: theme.hoverForeground,
          borderColor: theme.hoverBorder,
          borderWidth: 1,
          cornerRadius: 3,
          padding: 8,
          boxPadding: 5,
          usePointStyle: true,
          titleFont: { ...font, weight: 600 },
          bodyFont: font,
          callbacks: {
            title: (items: TooltipItem<'line'>[]) => {
              const step = items[0]?.parsed.x ?? 0;
              const epoch = stepsPerEpoch === undefined ? '' : ` · epoch ${epochAt(step)}`;
              return `step ${formatCount(step)}${epoch}`;
            },
            label: (item: TooltipItem<'line'>) => {
              const line = lines[item.datasetIndex];
              if (line === undefined) return '';
              const { y, raw } = item.raw as CurvePoint;
              const smoothed = raw === y ? '' : ` (raw ${formatValue(raw)})`;
              return `${labelOf(line.runId)} ${line.kind}  ${formatValue(y)}${smoothed}`;
            },
          },
        },
      },
    };
  }
}

/** In CSS pixels. */
function axisFont(theme: Theme): { family: string; size: number } {
  return { family: theme.fontFamily, size: Math.max(10, theme.fontSize - 2) };
}

function drawnLine(line: CurveLine, { styleOf, theme }: CurveChartContents): LineDataset {
  const { colour, marker } = styleOf(line.runId);
  const dashed = dashedKinds.has(line.kind);
  const { length } = line.points;
  return {
    data: line.points,
    order: 0,
    borderColor: colour,
    borderWidth: dashed ? 1.6 : 2,
    borderDash: dashed ? [6, 4] : [],
    borderJoinStyle: 'round',
    pointStyle: marker,
    pointRadius: length > fullyMarkedPoints ? 0 : length > fullyMarkedPoints / 4 ? 2.5 : 3.5,
    pointBackgroundColor: dashed ? theme.background : colour,
    pointBorderColor: colour,
    pointBorderWidth: 1.4,
    pointHoverRadius: 4.5,
    pointHoverBackgroundColor: dashed ? theme.background : colour,
    pointHoverBorderColor: colour,
  };
}

/**
 * The markers of long lines. They are points of their own: Chart.js is many times slower where the points of a line are not
 * all alike. Their places are shifted from line to line, so that they do not cover each other.
 */
function markerPoints(contents: CurveChartContents): LineDataset[] {
  const { lines } = contents;
  if (lines.every(({ runId }) => runId === lines[0]?.runId)) return [];
  return lines.flatMap((line, index) => {
    const { length } = line.points;
    if (length <= fullyMarkedPoints) return [];
    const places = Array.from({ length: markersOfLongLine }, (_, marker) => (marker + index / lines.length) * length);
    const points = places.map((place) => line.points[Math.floor(place / markersOfLongLine)]!);
    return [
      { ...drawnLine(line, contents), data: points, order: decorationOrder.markers, showLine: false, pointRadius: 3.5 },
    ];
  });
}

function ghostLine(line: CurveLine, { styleOf, lines }: CurveChartContents): LineDataset {
  // Many ghosts on top of each other would hide the smoothed lines.
  const opacity = lines.length <= 4 ? 0.22 : 0.12;
  return {
    data: line.ghost,
    order: decorationOrder.ghosts,
    borderColor: withAlpha(styleOf(line.runId).colour, opacity),
    borderWidth: 1,
    pointRadius: 0,
    pointHoverRadius: 0,
    pointHitRadius: 0,
  };
}
