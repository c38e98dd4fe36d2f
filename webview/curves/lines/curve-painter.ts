import { withAlpha } from '../../shared/palette';
import type { Pen } from '../../shared/pen';
import { axisFont, type Plot } from '../../shared/plot/axes';
import { strokeLine } from '../../shared/plot/stroke-line';
import type { RunStyle } from '../../shared/run-style';
import { drawMarker, starPoints } from '../../shared/shapes';
import type { Theme } from '../../shared/theme';
import type { LineKind } from '../data/chart-definitions';
import { firstAt } from '../data/columns';
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

type Place = readonly [left: number, top: number];

/** A line with at most this many points has a marker at each; a longer one has a few, to recognise the run by. */
const maxMarkedPoints = 60;
const markersOfLongLine = 5;
/** Among many lines each has fewer, or the markers would hide them. */
const markersAmongMany = 3;
/** With more lines, markers at every point would be all that one sees. */
const maxMarkedLines = 12;
/** More pairs would shade everything. */
const maxShadedPairs = 4;
/** More labels would cover each other. */
const maxLabels = 8;
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
    strokeCurve(pen, plot, long, line, 'ghost', { colour: styleOf(line.series.runKey).colour, opacity, width: 1 });
  }
  for (const line of lines) {
    const { colour } = styleOf(line.series.runKey);
    const stroke = { colour, opacity: 1 };
    if (dashedKinds.has(line.series.kind)) {
      strokeCurve(pen, plot, long, line, 'line', { ...stroke, width: 1.6, dash: [6, 4] });
    } else strokeCurve(pen, plot, long, line, 'line', { ...stroke, width: 2 });
  }
  long?.paint();
  paintLineMarkers(pen, plot, picture);
  for (const mark of picture.checkpoints) paintCheckpoint(pen, plot, mark, picture);
}

function strokeCurve(
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
  const { opacity, width, dash = [] } = stroke;
  const colour = opacity === 1 ? stroke.colour : withAlpha(stroke.colour, opacity);
  pen.lineJoin = 'bevel';
  strokeLine(pen, places(plot, series.x, y, part === 'line' ? line.indices : line.ghost), { colour, width, dash });
}

/** Shades between the main and the aux line of each run. */
function paintGaps(pen: Pen, plot: Plot, { lines, styleOf, theme }: CurvePicture): void {
  const pairs = lines.flatMap((main) => {
    const aux = lines.find(({ series }) => series.kind === 'aux' && series.runKey === main.series.runKey);
    return main.series.kind === 'main' && aux !== undefined ? [[main, aux] as const] : [];
  });
  if (pairs.length > maxShadedPairs) return;
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

function* places(
  plot: Pick<Plot, 'x' | 'y'>,
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  indices: ArrayLike<number>,
): Generator<Place> {
  for (let place = 0; place < indices.length; place++) {
    const index = indices[place]!;
    yield [plot.x(x[index]!), plot.y(y[index]!)];
  }
}

const isFinitePlace = (place: Place): boolean => place.every(Number.isFinite);

function fillBetween(pen: Pen, ...edges: [Iterable<Place>, Iterable<Place>]): void {
  const [one, other] = edges.map((edge) => [...edge].filter(isFinitePlace)) as [Place[], Place[]];
  if (one.length < 2 || other.length < 2) return;
  // Only as far as both lines go.
  const end = Math.min(one.at(-1)![0], other.at(-1)![0]) + 0.5;
  pen.beginPath();
  for (const [x, y] of [...one, ...other.reverse()]) if (x <= end) pen.lineTo(x, y);
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
    if (end - start <= maxMarkedPoints && lines.length <= maxMarkedLines) {
      const radius = end - start > maxMarkedPoints / 4 ? 2.5 : 3.5;
      for (let index = start; index < end; index++) {
        const place: [number, number] = [plot.x(x[index]!), plot.y(y[index]!)];
        if (Number.isFinite(place[1])) drawMarker(pen, marker, place, radius, paint);
      }
      return;
    }
    // A line that ended before the view has no points in it.
    if (oneRun || start === end) return;
    const [from, to] = [plot.x(x[start]!), plot.x(x[end - 1]!)];
    const markers = lines.length <= maxMarkedLines ? markersOfLongLine : markersAmongMany;
    for (let count = 0; count < markers; count++) {
      const at = from + ((count + lineIndex / lines.length) / markers) * (to - from);
      let index = firstAt(start, end, (candidate) => plot.x(x[candidate]!) >= at);
      while (index < end && !Number.isFinite(plot.y(y[index]!))) index++;
      if (index < end) drawMarker(pen, marker, [plot.x(x[index]!), plot.y(y[index]!)], 3.5, paint);
    }
  });
}

/** Vertical lines where runs were resumed and where the learning rate changed. */
function paintStepMarks(
  pen: Pen,
  plot: Plot,
  { restarts, learningRates, labelsBelow, styleOf, theme }: CurvePicture,
): void {
  const { top, bottom } = plot.area;
  const { family, size } = axisFont(theme);
  const vertical = (x: number, dash: number[], colour: string) =>
    strokeLine(
      pen,
      [top, bottom].map((y): Place => [x, y]),
      { colour, width: 1, dash },
    );
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
    if (x < labelEnd || labelled >= maxLabels) continue;
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
