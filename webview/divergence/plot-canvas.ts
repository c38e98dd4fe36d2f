import { element, setText } from '../shared/dom';
import { sized } from '../shared/sized-canvas';
import type { Theme } from '../shared/theme';
import { position, scaleTicks, type ValueScale } from '../shared/value-scale';
import { formatMeasure } from './measures';

/** Room around the plot for its axes, in CSS pixels. */
const margins = { left: 52, right: 12, top: 8, bottom: 36 };

export interface PlotAxes {
  x: { scale: ValueScale; label: string };
  y: { scale: ValueScale; label: string };
}

/** A plot with its axes drawn: where values are, and what to draw on. */
export interface PlotFrame {
  context: CanvasRenderingContext2D;
  left: number;
  top: number;
  width: number;
  height: number;
  xOf: (value: number) => number | undefined;
  yOf: (value: number) => number | undefined;
}

/** A small plot on a canvas, with a heading and what it shows in words. */
export class PlotCanvas {
  readonly element: HTMLElement;
  readonly canvas = element('canvas', { role: 'img' }) as HTMLCanvasElement;
  private readonly heading = element('figcaption');

  constructor(className: string) {
    this.element = element('figure', { class: `plot ${className}` }, this.heading, this.canvas);
  }

  /** Draws the axes; the caller draws the rest into the frame. Undefined while the plot has no room. */
  begin(
    heading: string,
    label: string,
    size: { width: number; height: number },
    axes: PlotAxes,
    theme: Theme,
  ): PlotFrame | undefined {
    setText(this.heading, heading);
    this.canvas.setAttribute('aria-label', label);
    const context = sized(this.canvas, size.width, size.height, window.devicePixelRatio);
    const width = size.width - margins.left - margins.right;
    const height = size.height - margins.top - margins.bottom;
    if (context === null || width < 20 || height < 20) return undefined;
    const { left, top } = margins;
    const along = (scale: ValueScale, length: number, value: number) => {
      const place = position(scale, value);
      return place === undefined ? undefined : place * length;
    };
    const xOf = (value: number) => {
      const x = along(axes.x.scale, width, value);
      return x === undefined ? undefined : left + x;
    };
    const yOf = (value: number) => {
      const y = along(axes.y.scale, height, value);
      return y === undefined ? undefined : top + height - y;
    };
    const frame = { context, left, top, width, height, xOf, yOf };
    drawAxes(frame, axes, theme);
    return frame;
  }
}

function drawAxes({ context, left, top, width, height, xOf, yOf }: PlotFrame, axes: PlotAxes, theme: Theme): void {
  const size = Math.max(10, theme.fontSize - 2);
  context.font = `${size}px ${theme.fontFamily}`;
  context.lineWidth = 1;
  context.strokeStyle = theme.gridLine;
  context.fillStyle = theme.mutedForeground;
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  for (const tick of scaleTicks(axes.y.scale, 5)) {
    const y = Math.round(yOf(tick)!) + 0.5;
    line(context, left, y, left + width, y);
    context.fillText(formatMeasure(tick), left - 6, y);
  }
  context.textAlign = 'center';
  context.textBaseline = 'top';
  let free = Number.NEGATIVE_INFINITY;
  for (const tick of scaleTicks(axes.x.scale, Math.max(4, Math.floor(width / 40)))) {
    const x = Math.round(xOf(tick)!) + 0.5;
    line(context, x, top, x, top + height);
    const text = formatMeasure(tick);
    const half = context.measureText(text).width / 2;
    if (x - half < free) continue;
    free = x + half + 6;
    context.fillText(text, x, top + height + 5);
  }
  context.strokeStyle = theme.axisLine;
  context.strokeRect(left + 0.5, top + 0.5, width, height);
  context.textBaseline = 'bottom';
  context.fillText(axes.x.label, left + width / 2, top + height + margins.bottom - 1);
  context.save();
  context.translate(1, top + height / 2);
  context.rotate(-Math.PI / 2);
  context.textBaseline = 'top';
  context.fillText(axes.y.label, 0, 0);
  context.restore();
}

export function line(context: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number): void {
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
  context.stroke();
}
