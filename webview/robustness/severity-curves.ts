import type { Drawing } from '../shared/painted-picture';
import type { PlotAxis } from '../shared/plot/axes';
import { framedPicture } from '../shared/plot/picture';
import { type PlotContents, plotDrawing } from '../shared/plot/plot-canvas';
import { strokeLine } from '../shared/plot/stroke-line';
import type { RunStyle } from '../shared/run-style';
import { drawMarker } from '../shared/shapes';
import type { Theme } from '../shared/theme';
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

const pictureSize = { width: 560, height: 300 };
/** Free on either side of the first and the last severity, in severities. */
const sideRoom = 0.25;

/** The plot as the page shows it; undefined without a value. */
export function severityPlot({ lines, caption, theme }: SeverityCurves): PlotContents | undefined {
  const severities = [...new Set(lines.flatMap(({ points }) => points.map(({ severity }) => severity)))].sort(
    (a, b) => a - b,
  );
  const values = lines
    .flatMap(({ points }) => points.map(({ value }) => value))
    .filter((value): value is number => value !== undefined && Number.isFinite(value));
  if (values.length === 0) return undefined;
  const x: PlotAxis = {
    scale: 'linear',
    range: [-sideRoom, severities.length - 1 + sideRoom],
    ticks: severities.map((_, place) => place),
    formatTick: (place) => (severities[place] === 0 ? 'clean' : String(severities[place])),
    title: 'severity',
  };
  const y: PlotAxis = {
    scale: 'linear',
    range: [0, Math.max(...values, 1e-9) * 1.05],
    formatTick: String,
    title: caption,
  };
  return {
    axes: { x, y },
    theme,
    paint: (pen, plot) => {
      for (const { points, style, branch } of lines) {
        const places = points.map(
          ({ severity, value }) => [plot.x(severities.indexOf(severity)), plot.y(value ?? Number.NaN)] as const,
        );
        strokeLine(pen, places, { colour: style.colour, width: 2, dash: dashOf(branch) });
        const fill = branch === 'main' ? style.colour : theme.background;
        for (const place of places)
          if (Number.isFinite(place[1])) drawMarker(pen, style.marker, place, 3.5, { stroke: style.colour, fill });
      }
    },
  };
}

/** The plot with title and legend. */
export function severityPicture(curves: SeverityCurves): Drawing | undefined {
  const plot = severityPlot(curves);
  const legend = curves.lines.map(({ label, style, branch }) => ({ label, style, dash: dashOf(branch) }));
  return plot && framedPicture(plotDrawing(plot, pictureSize), { title: curves.title, legend, theme: curves.theme });
}

/** Of the line of a branch. */
function dashOf(branch: string): number[] {
  if (branch === 'main') return [];
  return branch === 'aux' ? [5, 3.5] : [1.5, 3];
}

/** The curves in words: "mixprop: clean 12.0, 1 20.1, …". */
export function curvesInWords({ title, caption, lines, format }: SeverityCurves): string {
  const said = lines.map(({ label, points }) => {
    const values = points.map(({ severity, value }) => `${severity === 0 ? 'clean' : severity} ${format(value)}`);
    return `${label}: ${values.join(', ')}`;
  });
  return `${title}. ${caption} by severity. ${said.join('. ')}`;
}
