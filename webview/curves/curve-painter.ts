import { withAlpha } from '../shared/palette';
import type { RunStyle } from '../shared/run-style';
import type { Theme } from '../shared/theme';
import type { CurveSeries, LineKind } from './curve-series';
import type { DrawnLine } from './drawn-line';
import type { Pen } from './pen';
import { axisFont, type Plot } from './plot-canvas';
import type { CheckpointMark, StepMark } from './run-markers';
import { drawMarker, starPoints } from './shapes';

/** Everything inside the axes of a chart of lines. */
export interface CurvePicture {
  lines: readonly DrawnLine[];
  styleOf: (runId: string) => RunStyle;
  shadeGap: boolean;
  restarts: readonly StepMark[];
  learningRates: readonly StepMark[];
  checkpoints: readonly CheckpointMark[];
  /** Labels of learning-rate steps stand at the foot of the plot. */
  labelsBelow: boolean;
  theme: Theme;
}

/** Up to so many points every point is marked; a longer line has a few markers, to recognise the run by. */
const fullyMarkedPoints = 60;
const markersOfLongLine = 5;
/** With more lines than that, markers at every point would be all that one sees. */
const mostMarkedLines = 12;
/** More pairs than that would shade everything. */
const mostShadedPairs = 4;
/** More labels than that would cover each other. */
const mostLabels = 8;
export const dashedKinds: ReadonlySet<LineKind> = new Set(['aux']);

export function paintCurves(pen: Pen, plot: Plot, picture: CurvePicture): void {
  const { lines, theme } = picture;
  paintStepMarks(pen, plot, picture);
  if (picture.shadeGap) paintGaps(pen, plot, picture);
  for (const line of lines) paintBand(pen, plot, line, picture);
  // Many ghosts on top of each other would hide the smoothed lines.
  const opacity = lines.length <= 4 ? 0.22 : 0.12;
  for (const { series, ghost } of lines) {
    if (ghost.length === 0) continue;
    pen.strokeStyle = withAlpha(picture.styleOf(series.runId).colour, theme.highContrast ? opacity * 1.6 : opacity);
    pen.lineWidth = 1;
    strokeColumn(pen, plot, series.x, series.raw, ghost, []);
  }
  for (const line of lines) paintLine(pen, plot, line, picture);
  paintLineMarkers(pen, plot, picture);
  for (const mark of picture.checkpoints) paintCheckpoint(pen, plot, mark, picture);
}

function paintLine(pen: Pen, plot: Plot, { series, indices }: DrawnLine, { styleOf }: CurvePicture): void {
  const dashed = dashedKinds.has(series.kind);
  pen.strokeStyle = styleOf(series.runId).colour;
  pen.lineWidth = dashed ? 1.6 : 2;
  strokeColumn(pen, plot, series.x, series.y, indices, dashed ? [6, 4] : []);
}

/** Draws a column as a line; what is not finite or has no place on an axis is a gap. */
function strokeColumn(
  pen: Pen,
  plot: Plot,
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  indices: ArrayLike<number>,
  dash: number[],
): void {
  pen.setLineDash(dash);
  pen.lineJoin = 'bevel';
  pen.beginPath();
  let drawing = false;
  for (let place = 0; place < indices.length; place++) {
    const index = indices[place]!;
    const left = plot.x(x[index]!);
    const top = plot.y(y[index]!);
    if (!Number.isFinite(left) || !Number.isFinite(top)) drawing = false;
    else if (drawing) pen.lineTo(left, top);
    else {
      pen.moveTo(left, top);
      drawing = true;
    }
  }
  pen.stroke();
  pen.setLineDash([]);
}

/** Shades between the main and the aux line of each run. */
function paintGaps(pen: Pen, plot: Plot, { lines, styleOf, theme }: CurvePicture): void {
  const pairs = lines.flatMap((main) => {
    const aux = lines.find(({ series }) => series.kind === 'aux' && series.runId === main.series.runId);
    return main.series.kind === 'main' && aux !== undefined ? [[main, aux] as const] : [];
  });
  if (pairs.length > mostShadedPairs) return;
  for (const [main, aux] of pairs) {
    pen.fillStyle = withAlpha(styleOf(main.series.runId).colour, theme.highContrast ? 0.2 : 0.1);
    fillBetween(
      pen,
      places(plot, main.series.x, main.series.y, main.indices),
      places(plot, aux.series.x, aux.series.y, aux.indices),
    );
  }
}

function paintBand(pen: Pen, plot: Plot, { series, indices }: DrawnLine, { styleOf, theme }: CurvePicture): void {
  if (series.band === undefined) return;
  // On a logarithm the lower border may have no place: the band then ends at the bottom of the plot.
  const low = (value: number) => (value <= 0 && Number.isNaN(plot.y(value)) ? plot.area.bottom : plot.y(value));
  pen.fillStyle = withAlpha(styleOf(series.runId).colour, theme.highContrast ? 0.3 : 0.18);
  const { band } = series;
  fillBetween(
    pen,
    places(plot, series.x, band.high, indices),
    places({ ...plot, y: low }, series.x, band.low, indices),
  );
}

function places(
  plot: Pick<Plot, 'x' | 'y'>,
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  indices: ArrayLike<number>,
): [left: number, top: number][] {
  const found: [number, number][] = [];
  for (let place = 0; place < indices.length; place++) {
    const index = indices[place]!;
    const [left, top] = [plot.x(x[index]!), plot.y(y[index]!)];
    if (Number.isFinite(left) && Number.isFinite(top)) found.push([left, top]);
  }
  return found;
}

function fillBetween(pen: Pen, one: readonly [number, number][], other: readonly [number, number][]): void {
  if (one.length < 2 || other.length < 2) return;
  // Only as far as both lines go.
  const end = Math.min(one[one.length - 1]![0], other[other.length - 1]![0]) + 0.5;
  pen.beginPath();
  for (const [x, y] of one.filter(([left]) => left <= end)) pen.lineTo(x, y);
  for (const [x, y] of other.filter(([left]) => left <= end).reverse()) pen.lineTo(x, y);
  pen.closePath();
  pen.fill();
}

/** Short lines have a marker at every point. Those of long lines are shifted from line to line: none covers another. */
function paintLineMarkers(pen: Pen, plot: Plot, { lines, styleOf, theme }: CurvePicture): void {
  const oneRun = lines.every(({ series }) => series.runId === lines[0]?.series.runId);
  lines.forEach(({ series, indices }, lineIndex) => {
    const { colour, marker } = styleOf(series.runId);
    const paint = { stroke: colour, fill: dashedKinds.has(series.kind) ? theme.background : colour };
    const inside = placesInside(plot, series, indices);
    if (inside.length <= fullyMarkedPoints && lines.length <= mostMarkedLines) {
      const radius = inside.length > fullyMarkedPoints / 4 ? 2.5 : 3.5;
      for (const place of inside) drawMarker(pen, marker, place, radius, paint);
      return;
    }
    // A line that ended before the view has no points in it.
    if (oneRun || inside.length === 0) return;
    for (let count = 0; count < markersOfLongLine; count++) {
      const share = (count + lineIndex / lines.length) / markersOfLongLine;
      const at = inside[0]![0] + share * (inside[inside.length - 1]![0] - inside[0]![0]);
      const place = inside.find(([x]) => x >= at);
      if (place !== undefined) drawMarker(pen, marker, place, 3.5, paint);
    }
  });
}

function placesInside(plot: Plot, { x, y }: CurveSeries, indices: ArrayLike<number>): [number, number][] {
  const { left, right } = plot.area;
  return places(plot, x, y, indices).filter(([at]) => at >= left - 1 && at <= right + 1);
}

/** Vertical lines where runs were resumed and where the learning rate changed. */
function paintStepMarks(
  pen: Pen,
  plot: Plot,
  { restarts, learningRates, labelsBelow, styleOf, theme }: CurvePicture,
): void {
  const { top, bottom } = plot.area;
  const { family, size } = axisFont(theme);
  const vertical = (x: number, dash: number[], colour: string) => {
    pen.strokeStyle = colour;
    pen.lineWidth = 1;
    pen.setLineDash(dash);
    pen.beginPath();
    pen.moveTo(x, top);
    pen.lineTo(x, bottom);
    pen.stroke();
    pen.setLineDash([]);
  };
  const inside = (x: number) => x >= plot.area.left && x <= plot.area.right;
  pen.font = `${size}px ${family}`;
  pen.textBaseline = 'top';
  pen.textAlign = 'left';
  let labelled = 0;
  let labelEnd = Number.NEGATIVE_INFINITY;
  for (const { x: value, label } of learningRates) {
    const x = plot.x(value);
    if (!inside(x)) continue;
    vertical(x, [2, 3], theme.axisLine);
    if (x < labelEnd || labelled >= mostLabels) continue;
    const text = `lr ${label}`;
    labelEnd = x + 4 + pen.measureText(text).width + 6;
    if (labelEnd > plot.area.right) continue;
    labelled++;
    pen.fillStyle = theme.mutedForeground;
    pen.fillText(text, x + 4, labelsBelow ? bottom - size - 4 : top + 3);
  }
  for (const { x: value, runIds } of restarts) {
    const x = plot.x(value);
    if (!inside(x)) continue;
    const { colour } = styleOf(runIds[0]!);
    vertical(x, [6, 3, 1, 3], withAlpha(colour, 0.8));
    // An arrow head that points onwards, at the foot of the line.
    pen.fillStyle = colour;
    pen.beginPath();
    pen.moveTo(x, bottom - 10);
    pen.lineTo(x + 8, bottom - 5);
    pen.lineTo(x, bottom);
    pen.closePath();
    pen.fill();
  }
}

/** The best checkpoint is a star, a numbered one a ring. */
function paintCheckpoint(pen: Pen, plot: Plot, mark: CheckpointMark, { styleOf, theme }: CurvePicture): void {
  const [x, y] = [plot.x(mark.x), plot.y(mark.y)];
  if (!Number.isFinite(x) || !Number.isFinite(y)) return;
  const { colour } = styleOf(mark.runId);
  pen.strokeStyle = theme.foreground;
  pen.lineWidth = 1.2;
  pen.beginPath();
  if (mark.best) {
    pen.lineJoin = 'round';
    pen.fillStyle = colour;
    for (const [dx, dy] of starPoints(8)) pen.lineTo(x + dx, y + dy);
    pen.closePath();
    pen.fill();
  } else {
    pen.arc(x, y, 5.5, 0, 2 * Math.PI);
  }
  pen.stroke();
}
