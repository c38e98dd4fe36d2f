import type { Drawing } from '../shared/painted-picture';
import type { Pen } from '../shared/pen';
import type { RunStyle } from '../shared/run-style';
import { drawMarker } from '../shared/shapes';
import type { Theme } from '../shared/theme';
import { linearTicks } from '../shared/value-scale';
import type { RobustnessMatrix, Value } from './robustness-matrix';

/** A source's values from clean to the highest severity. */
export interface SeverityLine {
  label: string;
  style: RunStyle;
  /** Main is solid, aux dashed, a choice between them dotted. */
  branch: string;
  /** The severity, 0 for clean; ascending. */
  points: readonly { severity: number; value: Value }[];
}

export interface SeverityCurves {
  title: string;
  /** "Top-1 error, %". */
  caption: string;
  lines: readonly SeverityLine[];
  format: (value: Value) => string;
  theme: Theme;
}

/** @param corruption of the row; undefined for the mean */
export function severityPoints(
  { clean, severities, rows }: RobustnessMatrix,
  corruption: string | undefined,
): SeverityLine['points'] {
  const row = rows.find((candidate) => candidate.corruption === corruption);
  if (row === undefined) return [];
  return [
    { severity: 0, value: clean },
    ...severities.map((severity, index) => ({ severity, value: row.values[index] })),
  ];
}

const margins = { left: 44, right: 14, top: 24, bottom: 36 };
const headHeight = 44;
const legendLine = 20;

/** The plot alone, as the page shows it. */
export function curvesDrawing(curves: SeverityCurves, width: number, height: number): Drawing {
  return { width, height, paint: (pen) => paintPlot(pen, curves, width, 0, height) };
}

/** The plot with title and legend. */
export function curvesPicture(curves: SeverityCurves, width: number, height: number): Drawing {
  const { theme, lines, title } = curves;
  const whole = headHeight + height + lines.length * legendLine + 8;
  const paint = (pen: Pen) => {
    pen.fillStyle = theme.background;
    pen.fillRect(0, 0, width, whole);
    pen.textAlign = 'left';
    pen.textBaseline = 'middle';
    pen.fillStyle = theme.foreground;
    pen.font = `600 ${theme.fontSize}px ${theme.fontFamily}`;
    pen.fillText(title, 16, 22);
    paintPlot(pen, curves, width, headHeight, height);
    pen.textAlign = 'left';
    pen.textBaseline = 'middle';
    for (const [index, line] of lines.entries()) {
      const y = headHeight + height + (index + 0.5) * legendLine;
      stroke(pen, line, [
        [20, y],
        [52, y],
      ]);
      mark(pen, line, [36, y], theme);
      pen.fillStyle = theme.foreground;
      pen.fillText(line.label, 60, y);
    }
  };
  return { width, height: whole, paint };
}

function paintPlot(pen: Pen, { lines, caption, theme }: SeverityCurves, width: number, top: number, height: number) {
  const severities = [...new Set(lines.flatMap(({ points }) => points.map(({ severity }) => severity)))].sort(
    (a, b) => a - b,
  );
  const values = lines
    .flatMap(({ points }) => points.map(({ value }) => value))
    .filter((value): value is number => value !== undefined && Number.isFinite(value));
  if (severities.length === 0 || values.length === 0) return;
  const highest = Math.max(...values, 1e-9) * 1.05;
  const ticks = linearTicks(0, highest, 5);
  const box = {
    left: margins.left,
    right: width - margins.right,
    top: top + margins.top,
    bottom: top + height - margins.bottom,
  };
  const x = (severity: number) =>
    box.left + 14 + (severities.indexOf(severity) / Math.max(1, severities.length - 1)) * (box.right - box.left - 28);
  const y = (value: number) => box.bottom - (value / highest) * (box.bottom - box.top);

  pen.font = `${Math.max(10, theme.fontSize - 2)}px ${theme.fontFamily}`;
  pen.lineWidth = 1;
  pen.textBaseline = 'middle';
  pen.textAlign = 'right';
  for (const tick of ticks) {
    const line = Math.round(y(tick)) + 0.5;
    pen.strokeStyle = tick === 0 ? theme.axisLine : theme.gridLine;
    straight(pen, [box.left, line], [box.right, line]);
    pen.fillStyle = theme.mutedForeground;
    pen.fillText(String(tick), box.left - 6, line);
  }
  pen.textAlign = 'center';
  pen.textBaseline = 'top';
  for (const severity of severities)
    pen.fillText(severity === 0 ? 'clean' : String(severity), x(severity), box.bottom + 6);
  pen.fillText('severity', (box.left + box.right) / 2, box.bottom + 20);
  pen.textAlign = 'left';
  pen.textBaseline = 'top';
  pen.fillText(caption, box.left - 6, top + 2);

  for (const line of lines) {
    let run: [number, number][] = [];
    const places: [number, number][] = [];
    for (const { severity, value } of line.points) {
      if (value === undefined || !Number.isFinite(value)) {
        stroke(pen, line, run);
        run = [];
      } else {
        run.push([x(severity), y(value)]);
        places.push(run.at(-1)!);
      }
    }
    stroke(pen, line, run);
    for (const place of places) mark(pen, line, place, theme);
  }
}

/** Of the line of a branch. */
function dashOf(branch: string): number[] {
  if (branch === 'main') return [];
  return branch === 'aux' ? [5, 3.5] : [1.5, 3];
}

function stroke(pen: Pen, { style, branch }: SeverityLine, points: readonly (readonly [number, number])[]): void {
  if (points.length < 2) return;
  pen.strokeStyle = style.colour;
  pen.lineWidth = 2;
  pen.setLineDash(dashOf(branch));
  pen.beginPath();
  points.forEach(([x, y], index) => {
    if (index === 0) pen.moveTo(x, y);
    else pen.lineTo(x, y);
  });
  pen.stroke();
  pen.setLineDash([]);
}

function mark(pen: Pen, { style, branch }: SeverityLine, place: readonly [number, number], theme: Theme): void {
  const fill = branch === 'main' ? style.colour : theme.background;
  drawMarker(pen, style.marker, place, 3.5, { stroke: style.colour, fill });
}

function straight(pen: Pen, from: readonly [number, number], to: readonly [number, number]): void {
  pen.beginPath();
  pen.moveTo(...from);
  pen.lineTo(...to);
  pen.stroke();
}

/** The curves in words: "mixprop: clean 12.0, 1 20.1, …". */
export function curvesInWords({ title, caption, lines, format }: SeverityCurves): string {
  const said = lines.map(({ label, points }) => {
    const values = points.map(({ severity, value }) => `${severity === 0 ? 'clean' : severity} ${format(value)}`);
    return `${label}: ${values.join(', ')}`;
  });
  return `${title}. ${caption} by severity. ${said.join('. ')}`;
}
