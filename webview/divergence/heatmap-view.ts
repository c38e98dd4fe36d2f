import { type ColourScale, cssColour } from '../shared/colour-scale';
import type { Rgb } from '../shared/colour-vision';
import { element } from '../shared/dom';
import { type CellPlace, gridTarget, withinGrid } from '../shared/grid-keys';
import { sized } from '../shared/sized-canvas';
import type { Theme } from '../shared/theme';
import { position, type ValueScale } from '../shared/value-scale';
import type { Matrix } from './comparison';
import { cellAt, cellRectangle, type HeatmapGeometry, labelledColumns } from './heatmap-geometry';
import { type NetworkLayout, neighbouringStage } from './network-layout';

/** Wider cells have a line between them. */
const separatedCellWidth = 8;
/** Room for the ring about a cell in the last row or column. */
const ringWidth = 4;
/** Room for the numbers of the columns above the cells, in CSS pixels. */
const axisHeight = 20;

export interface HeatmapHandlers {
  onSelect(cell: CellPlace): void;
  /** The pointer or the keyboard is on a cell; undefined when it left. `anchor` is the cell's place in the window. */
  onPoint(cell: CellPlace | undefined, anchor?: DOMRect): void;
}

export interface HeatmapContents {
  /** For screen readers: "Symmetric KL of AdvProp". */
  label: string;
  layout: NetworkLayout;
  matrix: Matrix;
  /** The epoch or step of each column. */
  keys: readonly number[];
  /** "epoch" or "step". */
  keyName: string;
  geometry: HeatmapGeometry;
  scale: ValueScale;
  colours: ColourScale;
  formatValue: (value: number | undefined) => string;
  selected: CellPlace | undefined;
  theme: Theme;
}

/**
 * A heatmap on a canvas, with one focusable cell over it: a grid for screen readers in which only the row of the active
 * cell exists, so that its size does not matter.
 */
export class HeatmapView {
  readonly element = element('div', { class: 'heatmap' });
  private readonly canvas = element('canvas', { 'aria-hidden': 'true' });
  private readonly grid = element('div', { class: 'grid', role: 'grid' });
  private contents: HeatmapContents | undefined;
  private active: CellPlace = { row: 0, column: 0 };
  private wasMoved = false;

  constructor(private readonly handlers: HeatmapHandlers) {
    this.element.append(this.canvas, this.grid);
    this.grid.addEventListener('pointermove', (event) => this.point(event));
    this.grid.addEventListener('pointerleave', () => handlers.onPoint(undefined));
    this.grid.addEventListener('click', (event) => {
      const cell = this.cellOf(event);
      if (cell === undefined) return;
      this.activate(cell, true);
      handlers.onSelect(cell);
    });
    this.grid.addEventListener('keydown', (event) => this.press(event));
    this.grid.addEventListener('focusout', () => handlers.onPoint(undefined));
  }

  update(contents: HeatmapContents): void {
    this.contents = contents;
    const { keys, layout, selected } = contents;
    // Until it was moved, the keyboard starts at the newest column.
    if (selected !== undefined) this.active = selected;
    else if (!this.wasMoved) this.active = { row: 0, column: keys.length - 1 };
    this.active = withinGrid(this.active, { row: layout.rows.length - 1, column: keys.length - 1 });
    this.draw(contents);
    this.placeCell(this.grid.contains(document.activeElement));
  }

  private draw({ geometry, matrix, scale, colours, keys, selected, theme }: HeatmapContents): void {
    const { mapWidth, mapHeight, width, cellWidth } = geometry;
    const ratio = window.devicePixelRatio;
    const context = sized(this.canvas, width + ringWidth, mapHeight + axisHeight + ringWidth, ratio);
    if (context === null) return;
    this.grid.style.width = `${mapWidth}px`;
    this.grid.style.height = `${mapHeight}px`;
    context.font = `${Math.max(10, theme.fontSize - 2)}px ${theme.fontFamily}`;
    context.fillStyle = theme.mutedForeground;
    context.textAlign = 'center';
    context.textBaseline = 'alphabetic';
    const labelWidth = context.measureText(String(keys.at(-1) ?? '')).width + 12;
    for (const column of labelledColumns(keys, cellWidth, labelWidth)) {
      const half = labelWidth / 2 - 6;
      const x = Math.min(Math.max((column + 0.5) * cellWidth, half), width - half);
      context.fillText(String(keys[column]), x, axisHeight - 6);
    }
    context.translate(0, axisHeight);
    const rectangle = (row: number, column: number) => cellRectangle(geometry, row, column, ratio);
    const colourOf = (value: number) => {
      const place = position(scale, value);
      return place === undefined ? colours.notFinite : colours.colourAt(place);
    };
    if (cellWidth >= separatedCellWidth) {
      for (const [row, values] of matrix.entries()) {
        for (const [column, value] of values.entries()) {
          if (value === undefined) continue;
          const { x, y, width: w, height: h } = rectangle(row, column);
          context.fillStyle = cssColour(colourOf(value));
          context.fillRect(x, y, w - 1 / ratio, h - 1 / ratio);
          if (!Number.isFinite(value)) cross(context, theme.background, x, y, w, h);
        }
      }
    } else if (keys.length > 0) {
      context.imageSmoothingEnabled = false;
      context.drawImage(cellImage(matrix, keys.length, colourOf), 0, 0, mapWidth, mapHeight);
    }
    context.strokeStyle = theme.axisLine;
    context.lineWidth = 1 / ratio;
    context.strokeRect(0.5 / ratio, 0.5 / ratio, mapWidth - 1 / ratio, mapHeight - 1 / ratio);
    if (selected === undefined) return;
    const { x, y, width: w, height: h } = rectangle(selected.row, selected.column);
    context.lineWidth = 3;
    context.strokeStyle = theme.background;
    context.strokeRect(x - 1, y - 1, Math.max(w, 3) + 2, h + 2);
    context.lineWidth = 1.5;
    context.strokeStyle = theme.foreground;
    context.strokeRect(x - 1, y - 1, Math.max(w, 3) + 2, h + 2);
  }

  /** Puts the one row of the grid that exists where the active cell is. */
  private placeCell(focus: boolean): void {
    if (this.contents === undefined) return;
    const { layout, keys, keyName, matrix, formatValue, geometry, label, selected } = this.contents;
    const { row, column } = this.active;
    this.grid.setAttribute('aria-label', label);
    this.grid.setAttribute('aria-rowcount', String(layout.rows.length + 1));
    this.grid.setAttribute('aria-colcount', String(keys.length + 1));
    const value = formatValue(matrix[row]?.[column]);
    const layer = layout.rows[row]?.layer ?? '';
    const isSelected = selected?.row === row && selected.column === column;
    const cell = element(
      'div',
      {
        role: 'gridcell',
        class: 'cell',
        tabindex: '0',
        'aria-colindex': String(column + 2),
        'aria-selected': String(isSelected),
        'aria-label': `${layer}, ${keyName} ${keys[column]}: ${value}`,
      },
      value,
    );
    const { x, y, width, height } = cellRectangle(geometry, row, column, window.devicePixelRatio);
    cell.style.left = `${x}px`;
    cell.style.top = `${y}px`;
    cell.style.width = `${Math.max(width, 4)}px`;
    cell.style.height = `${height}px`;
    const columnName = element(
      'div',
      { role: 'columnheader', 'aria-colindex': String(column + 2) },
      `${keyName} ${keys[column]}`,
    );
    const rowName = element('div', { role: 'rowheader', 'aria-colindex': '1' }, layer);
    this.grid.replaceChildren(
      element('div', { role: 'row', 'aria-rowindex': '1', class: 'for-screen-readers' }, columnName),
      element('div', { role: 'row', 'aria-rowindex': String(row + 2) }, rowName, cell),
    );
    rowName.classList.add('for-screen-readers');
    if (focus) cell.focus({ preventScroll: true });
  }

  private activate(cell: CellPlace, focus: boolean): void {
    this.active = cell;
    this.wasMoved = true;
    this.placeCell(focus);
  }

  private press(event: KeyboardEvent): void {
    if (this.contents === undefined) return;
    const { layout, keys } = this.contents;
    const last = { row: layout.rows.length - 1, column: keys.length - 1 };
    const target = gridTarget(event, this.active, last, (direction) =>
      neighbouringStage(layout, this.active.row, direction),
    );
    if (target !== undefined) {
      this.activate(target, true);
      const cell = this.grid.querySelector('.cell');
      cell?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
      this.handlers.onPoint(target, cell?.getBoundingClientRect());
    } else if (event.key === 'Enter' || event.key === ' ') this.handlers.onSelect(this.active);
    else return;
    event.preventDefault();
  }

  private cellOf(event: MouseEvent): CellPlace | undefined {
    if (this.contents === undefined) return undefined;
    const { left, top } = this.grid.getBoundingClientRect();
    return cellAt(this.contents.geometry, event.clientX - left, event.clientY - top);
  }

  private point(event: PointerEvent): void {
    const cell = this.cellOf(event);
    if (cell === undefined || this.contents === undefined) {
      this.handlers.onPoint(undefined);
      return;
    }
    const { left, top } = this.grid.getBoundingClientRect();
    const { x, y, width, height } = cellRectangle(this.contents.geometry, cell.row, cell.column, 1);
    this.handlers.onPoint(cell, new DOMRect(left + x, top + y, width, height));
  }
}

/** A pixel a cell: many narrow cells are drawn at once. */
function cellImage(matrix: Matrix, columns: number, colourOf: (value: number) => Rgb): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = columns;
  canvas.height = Math.max(1, matrix.length);
  const image = new ImageData(canvas.width, canvas.height);
  for (const [row, values] of matrix.entries()) {
    for (const [column, value] of values.entries()) {
      if (value !== undefined) image.data.set([...colourOf(value), 255], (row * columns + column) * 4);
    }
  }
  canvas.getContext('2d')?.putImageData(image, 0, 0);
  return canvas;
}

/** Marks a value that is not finite by shape, too. */
function cross(context: CanvasRenderingContext2D, colour: string, x: number, y: number, w: number, h: number): void {
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(x + 1, y + 1);
  context.lineTo(x + w - 1, y + h - 1);
  context.moveTo(x + w - 1, y + 1);
  context.lineTo(x + 1, y + h - 1);
  context.stroke();
}
