import { element, setText } from '../shared/dom';
import { markerSwatch } from '../shared/marker-swatch';
import type { RunStyle } from '../shared/run-style';
import { button } from '../shared/toolkit';
import type { CamColumn, CamRow } from './cam-table';
import { type CellText, kindLabel } from './cell-text';

/** What is drawn in a cell, and what stands around it. */
export interface GridCell {
  text: CellText;
  /** In place of a picture. */
  message: string | undefined;
  /** Changes when the picture has to be drawn anew; undefined: there is none. */
  drawing: string | undefined;
  /** Numbers for tests and for whoever scripts the panel. */
  data: Record<string, string>;
}

export interface GridContents {
  rows: readonly CamRow[];
  columns: readonly CamColumn[];
  runLabel: (runId: string) => string;
  styleOf: (runId: string) => RunStyle;
  /** Of a picture, in CSS pixels. */
  size: number;
  selection: { image: string; column: string } | undefined;
  /** @param column undefined: the original */
  cell(row: CamRow, column: CamColumn | undefined): GridCell;
}

export interface GridHandlers {
  onSelect(image: string, column: string): void;
  onCompute(column: CamColumn): void;
  onCancel(requestId: number): void;
  /** Draws a cell's picture; false where it is not there yet. */
  paint(canvas: HTMLCanvasElement, row: CamRow, column: CamColumn | undefined): boolean;
}

interface CellParts {
  element: HTMLElement;
  canvas: HTMLCanvasElement;
  message: HTMLElement;
  caption: HTMLElement;
  confidence: HTMLElement;
  note: HTMLElement;
  /** What is on the canvas. */
  drawn: string | undefined;
  wanted: string | undefined;
  column: CamColumn | undefined;
}

interface RowParts {
  element: HTMLElement;
  row: CamRow;
  cells: CellParts[];
  isNear: boolean;
}

/** Rows out of sight are brought up to date so many at a time. */
const rowsAtATime = 12;
/** Rows within so many pixels of what is seen are drawn too. */
const nearby = '300px';

/** The table of pictures: a row an image, first the original. Pictures out of sight are not drawn and take no memory. */
export class GridView {
  readonly element: HTMLElement;
  private readonly head = element('div', { role: 'row', class: 'grid-row head' });
  private readonly rows = new Map<string, RowParts>();
  private readonly observer: IntersectionObserver;
  private contents: GridContents | undefined;
  private headKey = '';
  /** Rows out of sight that say what was true before, in their order. */
  private readonly stale = new Map<RowParts, number>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** The cell that the Tab key reaches: row and column, from 0; column 0 is the original. */
  private active = { row: 0, column: 0 };

  constructor(private readonly handlers: GridHandlers) {
    this.element = element('div', { role: 'grid', class: 'cam-grid', 'aria-label': 'Overlays' }, this.head);
    this.observer = new IntersectionObserver((entries) => this.observe(entries), {
      root: this.element,
      rootMargin: nearby,
    });
    this.element.addEventListener('click', (event) => this.click(event));
    this.element.addEventListener('keydown', (event) => this.press(event));
  }

  update(contents: GridContents): void {
    this.contents = contents;
    const { rows, columns, size } = contents;
    this.element.style.setProperty('--picture', `${size}px`);
    this.element.setAttribute('aria-rowcount', String(rows.length + 1));
    this.element.setAttribute('aria-colcount', String(columns.length + 1));
    this.updateHead(contents);
    const present = new Set(rows.map(({ key }) => key));
    for (const [key, parts] of this.rows) {
      if (present.has(key)) continue;
      this.observer.unobserve(parts.element);
      parts.element.remove();
      this.rows.delete(key);
      this.stale.delete(parts);
    }
    let before: Element = this.head;
    for (const [index, row] of rows.entries()) {
      const parts = this.rowParts(row, columns.length);
      if (before.nextElementSibling !== parts.element) before.after(parts.element);
      before = parts.element;
      parts.row = row;
      if (parts.isNear) this.updateRow(parts, index);
      else this.stale.set(parts, index);
    }
    this.active = {
      row: Math.min(this.active.row, Math.max(0, rows.length - 1)),
      column: Math.min(this.active.column, columns.length),
    };
    this.markActive();
    for (const parts of this.rows.values()) if (parts.isNear) this.paintRow(parts);
    this.timer ??= setTimeout(() => this.updateSome());
  }

  /** Draws what could not be drawn before. */
  repaint(): void {
    for (const parts of this.rows.values()) if (parts.isNear) this.paintRow(parts);
  }

  private updateHead({ columns, runLabel, styleOf }: GridContents): void {
    const words = columns.map((column) => ({
      column,
      label: runLabel(column.runId),
      style: styleOf(column.runId),
      state: column.maps?.state,
      progress: column.maps?.state === 'computing' || column.maps?.state === 'failed' ? column.maps.message : '',
    }));
    const key = JSON.stringify(
      words.map(({ column: { key, epoch, canCompute }, ...rest }) => [key, epoch, canCompute, rest]),
    );
    if (key === this.headKey) return;
    this.headKey = key;
    const original = element(
      'div',
      { role: 'columnheader', class: 'grid-cell first', 'aria-colindex': '1' },
      'Original',
    );
    this.head.replaceChildren(
      original,
      ...words.map(({ column, label, style, progress }, index) => {
        const swatch = element('span', { class: 'swatch', 'aria-hidden': 'true' }, markerSwatch(style));
        const name = element('span', { class: 'name', title: label }, label);
        // The difference stands beside the branches, whose epoch it has.
        const isPlain = column.epoch === undefined || column.kind === 'difference';
        const epoch = isPlain ? '' : ` · epoch ${column.epoch}`;
        const cell = element(
          'div',
          { role: 'columnheader', class: 'grid-cell', 'aria-colindex': String(index + 2), 'data-column': column.key },
          element('span', { class: 'title' }, swatch, name),
          element('span', { class: 'caption' }, `${kindLabel(column)}${epoch}`),
        );
        // The branches of a run come from one file: one of them offers to compute it.
        if (column.kind !== 'main') return cell;
        if (column.maps?.state === 'failed') {
          cell.append(element('span', { class: 'problem', title: progress }, progress));
          if (column.canCompute) cell.append(button('Compute', () => this.handlers.onCompute(column)));
        }
        if (column.maps?.state === 'computing') {
          const { requestId } = column.maps;
          cell.append(element('span', { class: 'problem', title: progress }, progress));
          cell.append(button('Cancel', () => this.handlers.onCancel(requestId)));
        }
        return cell;
      }),
    );
  }

  private rowParts(row: CamRow, columns: number): RowParts {
    let parts = this.rows.get(row.key);
    if (parts === undefined) {
      parts = { element: element('div', { role: 'row', class: 'grid-row' }), row, cells: [], isNear: false };
      this.rows.set(row.key, parts);
      this.observer.observe(parts.element);
    }
    while (parts.cells.length < columns + 1) parts.cells.push(this.newCell(parts.cells.length, parts.element));
    for (const surplus of parts.cells.splice(columns + 1)) surplus.element.remove();
    return parts;
  }

  private newCell(index: number, row: HTMLElement): CellParts {
    const canvas = element('canvas', { 'aria-hidden': 'true', width: '1', height: '1' }) as HTMLCanvasElement;
    const message = element('p', { class: 'message' });
    const caption = element('span', { class: 'name' });
    const confidence = element('span', { class: 'confidence' });
    const note = element('span', { class: 'note' });
    const cell = element(
      'div',
      {
        role: index === 0 ? 'rowheader' : 'gridcell',
        class: index === 0 ? 'grid-cell first' : 'grid-cell',
        tabindex: '-1',
        'aria-colindex': String(index + 1),
      },
      element('div', { class: 'picture' }, canvas, message),
      element('span', { class: 'cell-caption' }, caption, ' ', confidence),
      ' ',
      note,
    );
    row.append(cell);
    const nothing = { drawn: undefined, wanted: undefined, column: undefined };
    return { element: cell, canvas, message, caption, confidence, note, ...nothing };
  }

  /** So that scrubbing is quick, rows that nobody sees come later; whoever listens or searches finds them soon. */
  private updateSome(): void {
    this.timer = undefined;
    let count = 0;
    for (const [parts, index] of this.stale) {
      if (count++ === rowsAtATime) {
        this.timer = setTimeout(() => this.updateSome());
        return;
      }
      this.updateRow(parts, index);
    }
  }

  private updateRow(parts: RowParts, index: number): void {
    this.stale.delete(parts);
    const { contents } = this;
    if (contents === undefined) return;
    const { row } = parts;
    parts.element.setAttribute('aria-rowindex', String(index + 2));
    parts.element.dataset.index = String(index);
    for (const [position, cell] of parts.cells.entries()) {
      const column = position === 0 ? undefined : contents.columns[position - 1];
      cell.column = column;
      const { text, message, drawing, data } = contents.cell(row, column);
      setText(cell.caption, text.caption);
      setText(cell.confidence, text.confidence);
      setText(cell.note, text.note);
      setText(cell.message, message ?? '');
      cell.message.hidden = message === undefined;
      cell.canvas.classList.toggle('absent', drawing === undefined);
      cell.element.setAttribute('aria-label', text.label);
      cell.element.title = text.label;
      cell.element.classList.toggle('wrong', text.isRight === false);
      cell.element.classList.toggle('right', text.isRight === true);
      const { selection } = contents;
      const isSelected = column !== undefined && selection?.image === row.key && selection.column === column.key;
      if (column !== undefined) cell.element.setAttribute('aria-selected', String(isSelected));
      for (const name of Object.keys(cell.element.dataset)) if (!(name in data)) delete cell.element.dataset[name];
      for (const [name, value] of Object.entries(data)) {
        if (cell.element.dataset[name] !== value) cell.element.dataset[name] = value;
      }
      cell.wanted = drawing;
    }
  }

  private observe(entries: readonly IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      const parts = [...this.rows.values()].find((row) => row.element === target);
      if (parts === undefined) continue;
      parts.isNear = isIntersecting;
      if (isIntersecting) {
        const index = this.stale.get(parts);
        if (index !== undefined) this.updateRow(parts, index);
        this.paintRow(parts);
      } else {
        for (const cell of parts.cells) {
          cell.canvas.width = 1;
          cell.canvas.height = 1;
          cell.drawn = undefined;
        }
      }
    }
  }

  private paintRow({ row, cells }: RowParts): void {
    for (const cell of cells) {
      if (cell.wanted === cell.drawn || cell.wanted === undefined) continue;
      if (this.handlers.paint(cell.canvas, row, cell.column)) cell.drawn = cell.wanted;
    }
  }

  private click(event: MouseEvent): void {
    const cell = (event.target as Element).closest<HTMLElement>('.grid-row:not(.head) > .grid-cell');
    if (cell === null) return;
    this.active = {
      row: Number(cell.parentElement!.dataset.index),
      column: Number(cell.getAttribute('aria-colindex')) - 1,
    };
    this.markActive();
    cell.focus();
    this.open();
  }

  private press(event: KeyboardEvent): void {
    const { rows, columns } = this.contents ?? { rows: [], columns: [] };
    if ((event.target as Element).closest('.grid-row:not(.head)') === null || rows.length === 0) return;
    const { row, column } = this.active;
    const page = Math.max(1, Math.floor(this.element.clientHeight / (this.contents!.size + 50)));
    const last = rows.length - 1;
    const to: Record<string, [row: number, column: number]> = {
      ArrowLeft: [row, column - 1],
      ArrowRight: [row, column + 1],
      ArrowUp: [row - 1, column],
      ArrowDown: [row + 1, column],
      PageUp: [row - page, column],
      PageDown: [row + page, column],
      Home: event.ctrlKey ? [0, 0] : [row, 0],
      End: event.ctrlKey ? [last, columns.length] : [row, columns.length],
    };
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      this.open();
      return;
    }
    const target = to[event.key];
    if (target === undefined) return;
    event.preventDefault();
    this.active = {
      row: Math.min(last, Math.max(0, target[0])),
      column: Math.min(columns.length, Math.max(0, target[1])),
    };
    this.markActive();
    this.activeCell?.focus();
  }

  /** The first column has nothing to magnify but the picture itself: its row's first map is shown. */
  private open(): void {
    const row = this.contents?.rows[this.active.row];
    const column = this.contents?.columns[Math.max(0, this.active.column - 1)];
    if (row !== undefined && column !== undefined) this.handlers.onSelect(row.key, column.key);
  }

  private get activeCell(): HTMLElement | undefined {
    const key = this.contents?.rows[this.active.row]?.key;
    return key === undefined ? undefined : this.rows.get(key)?.cells[this.active.column]?.element;
  }

  private markActive(): void {
    for (const marked of this.element.querySelectorAll('.grid-cell[tabindex="0"]'))
      marked.setAttribute('tabindex', '-1');
    this.activeCell?.setAttribute('tabindex', '0');
  }
}
