import type { Pen } from '../pen';
import type { Theme } from '../theme';
import { scaleTicks } from '../value-scale';
import { projection, type Range, type ScaleKind } from './axis-transform';

/** One axis. */
export interface PlotAxis {
  scale: ScaleKind;
  range: Range;
  formatTick: (value: number) => string;
  /** Values of the ticks, where round numbers would not look round: times, categories. */
  ticks?: readonly number[];
  /** Ticks only at whole numbers. */
  whole?: boolean;
  /** In the corner beside the first tick. */
  name?: string;
  /** What the axis shows, on a separate line: below the x axis, above the y axis. */
  title?: string;
}

export interface PlotAxes {
  x: PlotAxis;
  y: PlotAxis;
  /** The same positions as x in another unit, above the plot. */
  top?: PlotAxis;
  /** Lines end at the borders, since what is beyond was zoomed away. */
  cropped?: { x: boolean; y: boolean };
}

/** The plot inside its axes, in CSS pixels of the drawing. */
export interface PlotArea {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** What paints inside the axes. */
export interface Plot {
  area: PlotArea;
  /** From values to pixels; NaN for what a logarithmic axis cannot show. */
  x: (value: number) => number;
  y: (value: number) => number;
}

/** One width for the y axes of all plots, so that their x axes line up. */
const yAxisWidth = 50;
const rightMargin = 18;
const tickLength = 5;
/** Between a tick and its label. */
const labelGap = 3;
/** Between the labels of neighbouring ticks. */
const labelDistance = 14;
const maxXTicks = 11;
const maxYTicks = 6;
/** Height of the plot for each tick of the y axis. */
const pixelsPerYTick = 28;

/** In CSS pixels. */
export function axisFont(theme: Theme): { family: string; size: number } {
  return { family: theme.fontFamily, size: Math.max(10, theme.fontSize - 2) };
}

/** Where the plot lies in a drawing of this size. */
export function plotIn(
  { x, y, top }: PlotAxes,
  theme: Theme,
  { width, height }: { width: number; height: number },
): Plot {
  const { size } = axisFont(theme);
  const line = Math.ceil(size * 1.4);
  const labels = tickLength + labelGap + line;
  const area = {
    left: yAxisWidth,
    right: Math.max(yAxisWidth + 1, width - rightMargin),
    top: (y.title === undefined ? 0 : line + 4) + (top === undefined ? 8 : labels),
    bottom: height - labels - (x.title === undefined ? 0 : line),
  };
  return {
    area,
    x: projection(x.scale, x.range, area.left, area.right),
    y: projection(y.scale, y.range, area.bottom, area.top),
  };
}

/** Grid, ticks with their labels, and the axes' names. */
export function paintAxes(pen: Pen, { x, y, top }: PlotAxes, plot: Plot, theme: Theme): void {
  const { area } = plot;
  const { family, size } = axisFont(theme);
  pen.save();
  pen.font = `${size}px ${family}`;
  pen.fillStyle = theme.mutedForeground;
  pen.lineWidth = 1;
  pen.setLineDash([]);
  paintYAxis(pen, y, plot, theme);
  // Two grids across each other would be hard to tell apart: with a second axis only its grid is drawn.
  paintXAxis(pen, x, area, area.bottom, 1, top === undefined, theme);
  if (top !== undefined) paintXAxis(pen, top, area, area.top, -1, true, theme);
  pen.strokeStyle = theme.axisLine;
  segment(pen, area.left + 0.5, area.top, area.left + 0.5, area.bottom);
  segment(pen, area.left, area.bottom + 0.5, area.right, area.bottom + 0.5);
  pen.textBaseline = 'middle';
  const line = size * 1.4;
  pen.textAlign = 'center';
  if (x.title !== undefined) {
    const below = area.bottom + tickLength + labelGap + line * 1.5;
    pen.fillText(x.title, (area.left + area.right) / 2, below);
  }
  pen.textAlign = 'left';
  if (y.title !== undefined) pen.fillText(y.title, 4, line / 2 + 1);
  pen.restore();
}

function paintYAxis(pen: Pen, axis: PlotAxis, { area, y }: Plot, theme: Theme): void {
  pen.textAlign = 'right';
  pen.textBaseline = 'middle';
  const count = Math.min(maxYTicks, Math.max(2, Math.floor((area.bottom - area.top) / pixelsPerYTick)));
  for (const tick of ticksOf(axis, count)) {
    const place = Math.round(y(tick)) + 0.5;
    pen.strokeStyle = theme.gridLine;
    segment(pen, area.left, place, area.right, place);
    pen.strokeStyle = theme.axisLine;
    segment(pen, area.left - tickLength, place, area.left, place);
    pen.fillText(axis.formatTick(tick), area.left - tickLength - labelGap, place);
  }
}

/** @param outward 1 for an axis below the plot, −1 for one above it */
function paintXAxis(
  pen: Pen,
  axis: PlotAxis,
  { left, right, top, bottom }: PlotArea,
  base: number,
  outward: 1 | -1,
  hasGrid: boolean,
  theme: Theme,
): void {
  const { size } = axisFont(theme);
  const x = projection(axis.scale, axis.range, left, right);
  const halfWidth = (tick: number) => pen.measureText(axis.formatTick(tick)).width / 2;
  const ticks = xTicks(axis, x, halfWidth);
  const label = base + outward * (tickLength + labelGap + size * 0.6);
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  for (const tick of ticks) {
    const place = Math.round(x(tick)) + 0.5;
    pen.strokeStyle = theme.gridLine;
    if (hasGrid) segment(pen, place, top, place, bottom);
    pen.strokeStyle = theme.axisLine;
    segment(pen, place, base, place, base + outward * tickLength);
    if (place + halfWidth(tick) <= right + rightMargin) pen.fillText(axis.formatTick(tick), place, label);
  }
  if (axis.name === undefined) return;
  // Beside the label of the first tick, which may reach over the corner.
  const [first] = ticks;
  const reach = first === undefined ? 0 : left - (x(first) - halfWidth(first)) + 5;
  pen.textAlign = 'right';
  pen.fillText(axis.name, left - Math.max(10, reach), label);
}

/** As many ticks as have room for their labels. */
function xTicks(axis: PlotAxis, x: (value: number) => number, halfWidth: (tick: number) => number): readonly number[] {
  const haveRoom = (ticks: readonly number[]) =>
    ticks.every((tick, index) => {
      const before = ticks[index - 1];
      return before === undefined || x(tick) - x(before) >= halfWidth(tick) + halfWidth(before) + labelDistance;
    });
  for (let count = maxXTicks; count > 1; count--) {
    const ticks = ticksOf(axis, count);
    if (haveRoom(ticks)) return ticks;
  }
  return ticksOf(axis, 1).slice(0, 1);
}

/** At most about `count` ticks within the range. */
export function ticksOf({ ticks, scale, range: [from, to], whole }: PlotAxis, count: number): readonly number[] {
  if (ticks !== undefined) {
    const every = Math.ceil(ticks.length / count);
    return ticks.filter((_, index) => index % every === 0);
  }
  const round = scaleTicks({ kind: scale, from, to }, count);
  return whole === true ? round.filter(Number.isInteger) : round;
}

function segment(pen: Pen, fromX: number, fromY: number, toX: number, toY: number): void {
  pen.beginPath();
  pen.moveTo(fromX, fromY);
  pen.lineTo(toX, toY);
  pen.stroke();
}
