import type { ColourScale } from '../shared/colour-scale';
import { contrast, type Rgb } from '../shared/colour-vision';
import { position, type ValueScale } from '../shared/value-scale';
import { corruptionLabel } from './corruption-groups';
import type { MatrixRow, RobustnessMatrix, Value } from './robustness-matrix';

/** A place in a heatmap: a row of the matrix, and a severity (by its index), the mean, or a column that all rows share. */
export interface Cell {
  row: number;
  column: 'clean' | 'stylized' | 'mean' | number;
}

/** What a heatmap shows, on the page and in a picture. */
export interface HeatmapContents {
  /** Of the source, or of the difference. */
  title: string;
  /** How it was measured, in a line. */
  description: string;
  /** "Top-1 error, %". */
  caption: string;
  matrix: RobustnessMatrix;
  scale: ValueScale;
  colours: ColourScale;
  /** Without unit, for the cells. */
  format: (value: Value) => string;
  /** In words: "%", "percentage points". */
  unit: string;
  selected: Cell | undefined;
}

/** "gaussian noise", "mean of 15". */
export function rowLabel({ corruption }: MatrixRow, { meanOver }: RobustnessMatrix): string {
  return corruption === undefined ? `mean of ${meanOver}` : corruptionLabel(corruption);
}

/** A column's head, short enough for a narrow panel. */
export function columnLabel(column: Cell['column'], { severities }: RobustnessMatrix): string {
  if (column === 'stylized') return 'style';
  return typeof column === 'number' ? String(severities[column]) : column;
}

export function valueAt({ row, column }: Cell, { clean, stylized, rows }: RobustnessMatrix): Value {
  if (column === 'clean') return clean;
  if (column === 'stylized') return stylized;
  return column === 'mean' ? rows[row]?.mean : rows[row]?.values[column];
}

/** The columns from left to right. */
export function columnsOf({ hasStylized, severities }: RobustnessMatrix): Cell['column'][] {
  return ['clean', ...(hasStylized ? (['stylized'] as const) : []), ...severities.keys(), 'mean'];
}

/** Whether one cell of the column stands for all rows: its images are not corrupted. */
export function spansRows(column: Cell['column']): column is 'clean' | 'stylized' {
  return column === 'clean' || column === 'stylized';
}

/** What a cell says, for screen readers and beside the pointer: "gaussian noise, severity 3: 43.2 %". */
export function cellText(cell: Cell, { matrix, format, unit }: HeatmapContents): string {
  const value = valueAt(cell, matrix);
  const said = value === undefined ? 'not evaluated' : `${format(value)} ${unit}`;
  if (spansRows(cell.column)) return `${cell.column}: ${said}`;
  const name = rowLabel(matrix.rows[cell.row]!, matrix);
  const place = cell.column === 'mean' ? 'mean over severities' : `severity ${columnLabel(cell.column, matrix)}`;
  return `${name}, ${place}: ${said}`;
}

/** A cell's colour and that of its text, which everybody can read on it; undefined where nothing was measured. */
export function cellColours(
  value: Value,
  { scale, colours }: Pick<HeatmapContents, 'scale' | 'colours'>,
): { fill: Rgb; text: Rgb } | undefined {
  if (value === undefined) return undefined;
  const place = position(scale, value);
  const fill = place === undefined ? colours.notFinite : colours.colourAt(place);
  const [black, white]: [Rgb, Rgb] = [
    [0, 0, 0],
    [255, 255, 255],
  ];
  return { fill, text: contrast(black, fill) >= contrast(white, fill) ? black : white };
}
