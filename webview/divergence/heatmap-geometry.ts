/** What decides how a heatmap is laid out. Lengths in CSS pixels. */
export interface HeatmapSize {
  /** Room for the cells. */
  width: number;
  columns: number;
  rows: number;
}

/** Where the cells of a heatmap are. */
export interface HeatmapGeometry extends HeatmapSize {
  cellWidth: number;
  rowHeight: number;
  /** Of all cells together. */
  mapWidth: number;
  mapHeight: number;
}

/** So that a few epochs do not become slabs in a wide panel. */
const maxCellWidth = 46;

/** Rows are lower the more there are: a ResNet-50 fits a screen. */
export function rowHeight(rows: number): number {
  if (rows <= 24) return 20;
  return rows <= 40 ? 16 : 13;
}

export function heatmapGeometry({ width, columns, rows }: HeatmapSize): HeatmapGeometry {
  const cellWidth = columns === 0 ? 0 : Math.min(maxCellWidth, width / columns);
  const height = rowHeight(rows);
  const map = { mapWidth: cellWidth * columns, mapHeight: height * rows };
  return { width, columns, rows, cellWidth, rowHeight: height, ...map };
}

export interface CellRectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A cell on the pixel grid, so that neighbours meet without a seam. @param pixelRatio device pixels a CSS pixel */
export function cellRectangle(
  { cellWidth, rowHeight }: Pick<HeatmapGeometry, 'cellWidth' | 'rowHeight'>,
  row: number,
  column: number,
  pixelRatio: number,
): CellRectangle {
  const snap = (value: number) => Math.round(value * pixelRatio) / pixelRatio;
  const x = snap(column * cellWidth);
  const y = snap(row * rowHeight);
  return { x, y, width: snap((column + 1) * cellWidth) - x, height: snap((row + 1) * rowHeight) - y };
}

/** The cell at a point, or undefined beside the map. */
export function cellAt(
  { cellWidth, rowHeight, columns, rows }: HeatmapGeometry,
  x: number,
  y: number,
): { row: number; column: number } | undefined {
  if (cellWidth === 0) return undefined;
  const [row, column] = [Math.floor(y / rowHeight), Math.floor(x / cellWidth)];
  return row >= 0 && row < rows && column >= 0 && column < columns ? { row, column } : undefined;
}

/** Columns that get a label: the first, then round ones, at least a label's width apart. */
export function labelledColumns(keys: readonly number[], cellWidth: number, labelWidth: number): number[] {
  const minColumns = Math.max(1, Math.ceil(labelWidth / Math.max(cellWidth, 1e-6)));
  const distance = keys.length > 1 ? keys[1]! - keys[0]! : 1;
  const power = 10 ** Math.floor(Math.log10(minColumns));
  const every = power * ([1, 2, 5, 10].find((factor) => factor * power >= minColumns) ?? 10);
  const spacing = every * distance;
  const labelled: number[] = [];
  for (const [index, key] of keys.entries()) {
    const last = labelled.at(-1);
    const isRound = index === 0 || Math.floor(key / spacing) > Math.floor(keys[index - 1]! / spacing);
    if (isRound && (last === undefined || index - last >= minColumns)) labelled.push(index);
  }
  return labelled;
}

/** How many runs fit beside each other behind one drawing of the network. */
export function runsPerRow(width: number, runs: number, namesWidth: number, minMapWidth: number, gap: number): number {
  const fitting = Math.floor((width - namesWidth + gap) / (minMapWidth + gap));
  return Math.max(1, Math.min(runs, fitting));
}
