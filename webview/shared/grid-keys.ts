/** Of a cell in a grid, from 0. */
export interface CellPlace {
  row: number;
  column: number;
}

/**
 * Where a key leads in a grid: arrow keys, Home and End, with Ctrl or ⌘ over the whole grid, and by page.
 * @param last the cell in the last row and column
 * @param pageRow the row that Page Up (-1) or Page Down (1) leads to
 * @returns undefined for any other key
 */
export function gridTarget(
  { key, ctrlKey, metaKey }: KeyboardEvent,
  { row, column }: CellPlace,
  last: CellPlace,
  pageRow: (direction: -1 | 1) => number,
): CellPlace | undefined {
  const whole = ctrlKey || metaKey;
  const targets: Record<string, CellPlace> = {
    ArrowUp: { row: row - 1, column },
    ArrowDown: { row: row + 1, column },
    ArrowLeft: { row, column: column - 1 },
    ArrowRight: { row, column: column + 1 },
    Home: { row: whole ? 0 : row, column: 0 },
    End: { row: whole ? last.row : row, column: last.column },
    PageUp: { row: pageRow(-1), column },
    PageDown: { row: pageRow(1), column },
  };
  const target = targets[key];
  return target && withinGrid(target, last);
}

/** The cell, or the nearest one of the grid. */
export const withinGrid = ({ row, column }: CellPlace, last: CellPlace): CellPlace => ({
  row: Math.max(0, Math.min(row, last.row)),
  column: Math.max(0, Math.min(column, last.column)),
});
