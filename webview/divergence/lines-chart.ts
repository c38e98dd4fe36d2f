import {
  Chart,
  type ChartDataset,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  Tooltip,
} from 'chart.js';
import type { RunStyle } from '../shared/run-style';
import type { Theme } from '../shared/theme';
import { formatMeasure } from './measures';

Chart.register(LineController, LineElement, PointElement, LinearScale, LogarithmicScale, Tooltip);

/** Up to so many points every point is marked. */
const fullyMarkedPoints = 40;

export interface DivergenceLine {
  label: string;
  /** The mean over the layers is solid, a chosen layer dashed. */
  kind: 'mean' | 'layer';
  style: RunStyle;
  /** NaN where there is no value. */
  points: { x: number; y: number }[];
}

export interface LinesContents {
  lines: readonly DivergenceLine[];
  keyName: string;
  scale: 'linear' | 'log';
  /** First and last column. */
  range: readonly [from: number, to: number];
  /** The column that is selected, for a line across. */
  selected: number | undefined;
  theme: Theme;
}

/** Mean over the layers and the chosen layer, over epochs or steps. */
export class LinesChart {
  private readonly chart: Chart<'line', { x: number; y: number }[]>;
  private contents: LinesContents | undefined;

  constructor(canvas: HTMLCanvasElement) {
    this.chart = new Chart<'line', { x: number; y: number }[]>(canvas, {
      type: 'line',
      data: { datasets: [] },
      options: { animation: false, responsive: true, maintainAspectRatio: false },
      plugins: [{ id: 'selectedColumn', beforeDatasetsDraw: (chart) => this.drawSelected(chart) }],
    });
  }

  draw(contents: LinesContents): void {
    this.contents = contents;
    const { lines, keyName, scale, range, theme } = contents;
    const font = { family: theme.fontFamily, size: Math.max(10, theme.fontSize - 2) };
    const axis = {
      ticks: { color: theme.mutedForeground, font },
      grid: { color: theme.gridLine, tickColor: theme.axisLine },
      border: { color: theme.axisLine },
    };
    this.chart.data.datasets = lines.map((line) => dataset(line, theme));
    this.chart.options = {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      layout: { padding: { right: 8, top: 4 } },
      // A marker on the border of the plot is drawn whole.
      clip: { left: 6, right: 6, top: 6, bottom: 6 },
      interaction: { mode: 'nearest', axis: 'x', intersect: false },
      scales: {
        x: {
          type: 'linear',
          min: range[0],
          max: Math.max(range[1], range[0] + 1),
          ...axis,
          ticks: { ...axis.ticks, precision: 0, maxRotation: 0, autoSkipPadding: 20 },
          title: { display: true, text: keyName, color: theme.mutedForeground, font, padding: 0 },
        },
        y: {
          type: scale === 'log' ? 'logarithmic' : 'linear',
          ...(scale === 'log' ? {} : { beginAtZero: true }),
          ...axis,
          ticks: { ...axis.ticks, maxTicksLimit: 6, callback: (value) => formatMeasure(Number(value)) },
        },
      },
      plugins: {
        tooltip: {
          backgroundColor: theme.hoverBackground,
          titleColor: theme.hoverForeground,
          bodyColor: theme.hoverForeground,
          borderColor: theme.hoverBorder,
          borderWidth: 1,
          cornerRadius: 3,
          usePointStyle: true,
          titleFont: font,
          bodyFont: font,
          callbacks: {
            title: (items) => `${keyName} ${items[0]?.parsed.x ?? ''}`,
            label: (item) => `${lines[item.datasetIndex]?.label}  ${formatMeasure(item.parsed.y ?? Number.NaN)}`,
          },
        },
      },
    };
    this.chart.update('none');
  }

  private drawSelected({ ctx, scales, chartArea }: Chart): void {
    const { selected, theme } = this.contents ?? {};
    const x = selected === undefined ? undefined : scales.x?.getPixelForValue(selected);
    if (x === undefined || theme === undefined || x < chartArea.left || x > chartArea.right) return;
    ctx.save();
    ctx.strokeStyle = theme.mutedForeground;
    ctx.setLineDash([3, 3]);
    ctx.beginPath();
    ctx.moveTo(x, chartArea.top);
    ctx.lineTo(x, chartArea.bottom);
    ctx.stroke();
    ctx.restore();
  }
}

function dataset(
  { points, kind, style }: DivergenceLine,
  theme: Theme,
): ChartDataset<'line', { x: number; y: number }[]> {
  const isLayer = kind === 'layer';
  return {
    data: points,
    borderColor: style.colour,
    borderWidth: isLayer ? 1.5 : 2,
    borderDash: isLayer ? [6, 4] : [],
    pointStyle: style.marker,
    pointRadius: points.length > fullyMarkedPoints ? 0 : 3,
    pointHoverRadius: 5,
    pointBorderColor: style.colour,
    pointBackgroundColor: isLayer ? theme.background : style.colour,
    spanGaps: false,
  };
}
