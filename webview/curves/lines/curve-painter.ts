import { withAlpha } from '../../shared/palette';
import type { Pen } from '../../shared/pen';
import { axisFont, type Plot } from '../../shared/plot/axes';
import type { RunStyle } from '../../shared/run-style';
import { drawMarker, starPoints } from '../../shared/shapes';
import type { Theme } from '../../shared/theme';
import type { LineKind } from '../data/chart-definitions';
import type { DrawnLine } from './drawn-line';
import { type LineStroke, LongLines } from './long-lines';
import type { CheckpointMark, StepMark } from './run-markers';

/** Everything inside the axes of a chart of lines. */
export interface CurvePicture {
  lines: readonly DrawnLine[];
  styleOf: (runKey: string) => RunStyle;
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
/** Of many lines each has fewer: they would hide them. */
const markersAmongMany = 3;
/** With more lines than that, markers at every point would be all that one sees. */
const mostMarkedLines = 12;
/** More pairs than that would shade everything. */
const mostShadedPairs = 4;
/** More labels than that would cover each other. */
const mostLabels = 8;
export const dashedKinds: ReadonlySet<LineKind> = new Set(['aux']);

export function paintCurves(pen: Pen, plot: Plot, picture: CurvePicture): void {
  const { lines, theme, styleOf } = picture;
  paintStepMarks(pen, plot, picture);
  if (picture.shadeGap) paintGaps(pen, plot, picture);
  for (const line of lines) paintBand(pen, plot, line, picture);
  // Many ghosts on top of each other would hide the smoothed lines.
  const opacity = (lines.length <= 4 ? 0.22 : 0.12) * (theme.highContrast ? 1.6 : 1);
  const long = LongLines.for(pen, plot, lines);
  for (const line of lines) {
    if (!line.hasGhost) continue;
    strokeLine(pen, plot, long, line, 'ghost', { colour: styleOf(line.series.runKey).colour, opacity, width: 1 });
  }
  for (const line of lines) {
    const { colour } = styleOf(line.series.runKey);
    const stroke = { colour, opacity: 1 };
    if (dashedKinds.has(line.series.kind)) {
      strokeLine(pen, plot, long, line, 'line', { ...stroke, width: 1.6, dash: [6, 4] });
    } else strokeLine(pen, plot, long, line, 'line', { ...stroke, width: 2 });
  }
  long?.paint();
  paintLineMarkers(pen, plot, picture);
  for (const mark of picture.checkpoints) paintCheckpoint(pen, plot, mark, picture);
}

function strokeLine(
  pen: Pen,
  plot: Plot,
  long: LongLines | undefined,
  line: DrawnLine,
  part: 'line' | 'ghost',
  stroke: LineStroke,
): void {
  const { series } = line;
  const y = part === 'line' ? series.y : series.raw;
  if (long !== undefined) {
    long.draw(line, y, stroke);
    return;
  }
  pen.strokeStyle = stroke.opacity === 1 ? stroke.colour : withAlpha(stroke.colour, stroke.opacity);
  pen.lineWidth = stroke.width;
  strokeColumn(pen, plot, series.x, y, part === 'line' ? line.indices : line.ghost, [...(stroke.dash ?? [])]);
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
    const aux = lines.find(({ series }) => series.kind === 'aux' && series.runKey === main.series.runKey);
    return main.series.kind === 'main' && aux !== undefined ? [[main, aux] as const] : [];
  });
  if (pairs.length > mostShadedPairs) return;
  for (const [main, aux] of pairs) {
    pen.fillStyle = withAlpha(styleOf(main.series.runKey).colour, theme.highContrast ? 0.2 : 0.1);
    fillBetween(
      pen,
      places(plot, main.series.x, main.series.y, main.indices),
      places(plot, aux.series.x, aux.series.y, aux.indices),
    );
  }
}

function paintBand(pen: Pen, plot: Plot, line: DrawnLine, { styleOf, theme }: CurvePicture): void {
  const { series } = line;
  if (series.band === undefined) return;
  // On a logarithm the lower border may have no place: the band then ends at the bottom of the plot.
  const low = (value: number) => (value <= 0 && Number.isNaN(plot.y(value)) ? plot.area.bottom : plot.y(value));
  pen.fillStyle = withAlpha(styleOf(series.runKey).colour, theme.highContrast ? 0.3 : 0.18);
  fillBetween(
    pen,
    places(plot, series.x, series.band.high, line.indices),
    places({ ...plot, y: low }, series.x, series.band.low, line.indices),
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
  const oneRun = lines.every(({ series }) => series.runKey === lines[0]?.series.runKey);
  lines.forEach(({ series: { runKey, kind, x, y } }, lineIndex) => {
    const { colour, marker } = styleOf(runKey);
    const paint = { stroke: colour, fill: dashedKinds.has(kind) ? theme.background : colour };
    const { left, right } = plot.area;
    // What a logarithmic axis has no place for comes before everything else.
    const start = firstAt(0, x.length, (index) => plot.x(x[index]!) >= left - 1);
    const end = firstAt(start, x.length, (index) => plot.x(x[index]!) > right + 1);
    if (end - start <= fullyMarkedPoints && lines.length <= mostMarkedLines) {
      const radius = end - start > fullyMarkedPoints / 4 ? 2.5 : 3.5;
      for (let index = start; index < end; index++) {
        const place: [number, number] = [plot.x(x[index]!), plot.y(y[index]!)];
        if (Number.isFinite(place[1])) drawMarker(pen, marker, place, radius, paint);
      }
      return;
    }
    // A line that ended before the view has no points in it.
    if (oneRun || start === end) return;
    const [from, to] = [plot.x(x[start]!), plot.x(x[end - 1]!)];
    const markers = lines.length <= mostMarkedLines ? markersOfLongLine : markersAmongMany;
    for (let count = 0; count < markers; count++) {
      const at = from + ((count + lineIndex / lines.length) / markers) * (to - from);
      let index = firstAt(start, end, (candidate) => plot.x(x[candidate]!) >= at);
      while (index < end && !Number.isFinite(plot.y(y[index]!))) index++;
      if (index < end) drawMarker(pen, marker, [plot.x(x[index]!), plot.y(y[index]!)], 3.5, paint);
    }
  });
}

/** The first of `start` … `end - 1` that `holds`, or `end`: it holds for all behind one that it holds for. */
function firstAt(start: number, end: number, holds: (place: number) => boolean): number {
  let [from, to] = [start, end];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (holds(middle)) to = middle;
    else from = middle + 1;
  }
  return from;
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
  for (const { x: value, runKeys } of restarts) {
    const x = plot.x(value);
    if (!inside(x)) continue;
    const { colour } = styleOf(runKeys[0]!);
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
  const { colour } = styleOf(mark.runKey);
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
