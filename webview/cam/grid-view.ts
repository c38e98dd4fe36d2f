import { element } from '../shared/dom';
import { gridTarget, withinGrid } from '../shared/grid-keys';
import type { RunStyle } from '../shared/run-style';
import { markerSwatch } from '../shared/swatches';
import { button } from '../shared/toolkit';
import type { CamColumn, CamRow } from './cam-table';
import { type CellText, kindLabel } from './cell-text';

/** What is drawn in a cell, and what stands around it. */
export interface GridCell {
  text: CellText;
  /** In place of a picture. */
  message: string | undefined;
  /** Equal as long as the picture stays the same; undefined: there is none. */
  drawing: string | undefined;
  /** Numbers for tests and for whoever scripts the panel. */
  data: Record<string, string>;
}

export interface GridContents {
  rows: readonly CamRow[];
  columns: readonly CamColumn[];
  runLabel: (runKey: string) => string;
  styleOf: (runKey: string) => RunStyle;
  /** Of a picture, in CSS pixels. */
  size: number;
  selection: { image: string; column: string } | undefined;
  /** @param column undefined: the original */
  cell(row: CamRow, column: CamColumn | undefined): GridCell;
}

export interface GridHandlers {
  onSelect(image: string, column: string): void;
  onCompute(column: CamColumn): void;
  /** Draws a cell's picture on the canvas that it asks for; false, without asking, where it is not there yet. */
  paint(canvas: () => HTMLCanvasElement, row: CamRow, column: CamColumn | undefined): boolean;
}

interface CellParts {
  element: HTMLElement;
  /** Everything visible in it. */
  body: HTMLElement;
  picture: HTMLElement;
  /** Only near what is in view, and once something is drawn on it. */
  canvas: HTMLCanvasElement | undefined;
  message: HTMLElement;
  caption: HTMLElement;
  confidence: HTMLElement;
  note: HTMLElement;
  /** What is on the canvas. */
  drawn: string | undefined;
  wanted: string | undefined;
  column: CamColumn | undefined;
  /** What the cell says. */
  said: GridCell | undefined;
}

interface RowParts {
  element: HTMLElement;
  row: CamRow;
  cells: CellParts[];
  isNear: boolean;
  isSeen: boolean;
}

/** Rows out of sight are updated once nothing has changed for this long, a few at a time. */
const idleMs = 100;
const rowsAtATime = 12;
/** Rows this near to what is seen are drawn too. */
const nearby = '300px';
/** Of a frame, for pictures that come near; those that are seen are drawn always. */
const paintMs = 6;
/** Canvases that are kept for another cell. */
const maxSpareCanvases = 48;

/** The table of pictures: a row an image, first the original. Pictures out of sight are not drawn and take no memory. */
export class GridView {
  readonly element: HTMLElement;
  private readonly head = element('div', { role: 'row', class: 'grid-row head' });
  private readonly rows = new Map<string, RowParts>();
  private readonly byElement = new WeakMap<Element, RowParts>();
  /** Of all rows: whether they are near. */
  private readonly observer: IntersectionObserver;
  /** Of rows that are near: whether they are seen. */
  private readonly seenObserver: IntersectionObserver;
  private readonly spare: HTMLCanvasElement[] = [];
  private contents: GridContents | undefined;
  private headKey = '';
  /** Rows out of sight that are out of date, in their order. */
  private readonly stale = new Map<RowParts, number>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private frame: number | undefined;
  /** The cell that the Tab key reaches: row and column, from 0; column 0 is the original. */
  private active = { row: 0, column: 0 };
  private marked: HTMLElement | undefined;

  constructor(private readonly handlers: GridHandlers) {
    this.element = element('div', { role: 'grid', class: 'cam-grid', 'aria-label': 'Overlays' }, this.head);
    this.observer = new IntersectionObserver((entries) => this.observe(entries), {
      root: this.element,
      rootMargin: nearby,
    });
    this.seenObserver = new IntersectionObserver((entries) => this.see(entries), { root: this.element });
    // A column that stays in place while others scroll costs a compositing layer a row: only where it is needed.
    const widths = new ResizeObserver(() => {
      this.element.classList.toggle('wide', this.element.scrollWidth > this.element.clientWidth);
    });
    widths.observe(this.element);
    widths.observe(this.head);
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
      this.leave(parts);
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
    this.active = withinGrid(this.active, { row: rows.length - 1, column: columns.length });
    this.markActive();
    for (const parts of this.rows.values()) if (parts.isSeen) this.paintRow(parts);
    this.repaintSoon();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.updateSome(), idleMs);
  }

  /** Draws with the next frame what could not be drawn before. */
  repaintSoon(): void {
    this.frame ??= requestAnimationFrame(() => this.paintSome());
  }

  private updateHead({ columns, runLabel, styleOf }: GridContents): void {
    const words = columns.map((column) => ({
      column,
      label: runLabel(column.runKey),
      style: styleOf(column.runKey),
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
          { role: 'columnheader', class: 'grid-cell', 'aria-colindex': String(index + 2), 'data-column': column.name },
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
          const { cancel } = column.maps;
          cell.append(element('span', { class: 'problem', title: progress }, progress), button('Cancel', cancel));
        }
        return cell;
      }),
    );
  }

  private rowParts(row: CamRow, columns: number): RowParts {
    let parts = this.rows.get(row.key);
    if (parts === undefined) {
      const line = element('div', { role: 'row', class: 'grid-row' });
      parts = { element: line, row, cells: [], isNear: false, isSeen: false };
      this.rows.set(row.key, parts);
      this.byElement.set(line, parts);
      this.observer.observe(parts.element);
    }
    while (parts.cells.length < columns + 1) parts.cells.push(this.newCell(parts.cells.length, parts.element));
    for (const surplus of parts.cells.splice(columns + 1)) {
      this.giveBack(surplus);
      surplus.element.remove();
    }
    return parts;
  }

  private newCell(index: number, row: HTMLElement): CellParts {
    const message = element('p', { class: 'message' });
    const caption = element('span', { class: 'name' });
    const confidence = element('span', { class: 'confidence' });
    const note = element('span', { class: 'note' });
    const picture = element('div', { class: 'picture' }, message);
    // The cell's label says all of it: what is seen would be heard a second time, and so would a title of the cell itself.
    const body = element(
      'div',
      { class: 'cell-body', 'aria-hidden': 'true' },
      picture,
      element('span', { class: 'cell-caption' }, caption, ' ', confidence),
      ' ',
      note,
    );
    const cell = element(
      'div',
      {
        role: index === 0 ? 'rowheader' : 'gridcell',
        class: index === 0 ? 'grid-cell first' : 'grid-cell',
        tabindex: '-1',
        'aria-colindex': String(index + 1),
      },
      body,
    );
    row.append(cell);
    const nothing = { canvas: undefined, drawn: undefined, wanted: undefined, column: undefined, said: undefined };
    return { element: cell, body, picture, message, caption, confidence, note, ...nothing };
  }

  /** Rows out of sight come later, so that scrubbing is quick, but soon, for screen readers and searching. */
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
      const said = contents.cell(row, column);
      this.say(cell, said);
      const { selection } = contents;
      const isSelected = column !== undefined && selection?.image === row.key && selection.column === column.key;
      if (column !== undefined) cell.element.setAttribute('aria-selected', String(isSelected));
    }
  }

  /** Changes only what is different: asking the document costs more than remembering. */
  private say(cell: CellParts, said: GridCell): void {
    const { text, message, drawing, data } = said;
    const before = cell.said;
    cell.said = said;
    cell.wanted = drawing;
    // What was drawn before is of something else: better nothing until the picture is there.
    cell.canvas?.classList.toggle('absent', drawing === undefined || drawing !== cell.drawn);
    if (before?.text.caption !== text.caption) cell.caption.textContent = text.caption;
    if (before?.text.confidence !== text.confidence) cell.confidence.textContent = text.confidence;
    if (before?.text.note !== text.note) cell.note.textContent = text.note;
    if (before === undefined || before.message !== message) {
      cell.message.textContent = message ?? '';
      cell.message.hidden = message === undefined;
    }
    if (before?.text.label !== text.label) {
      cell.element.setAttribute('aria-label', text.label);
      cell.body.title = text.label;
    }
    if (before?.text.isRight !== text.isRight) {
      cell.element.classList.toggle('wrong', text.isRight === false);
      cell.element.classList.toggle('right', text.isRight === true);
    }
    for (const name of Object.keys(before?.data ?? {})) if (!(name in data)) delete cell.element.dataset[name];
    for (const [name, value] of Object.entries(data)) {
      if (before?.data[name] !== value) cell.element.dataset[name] = value;
    }
  }

  private observe(entries: readonly IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      const parts = this.byElement.get(target);
      if (parts === undefined || parts.isNear === isIntersecting) continue;
      if (!isIntersecting) {
        this.leave(parts);
        continue;
      }
      parts.isNear = true;
      const index = this.stale.get(parts);
      if (index !== undefined) this.updateRow(parts, index);
      this.seenObserver.observe(parts.element);
    }
    this.repaintSoon();
  }

  private see(entries: readonly IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      const parts = this.byElement.get(target);
      if (parts !== undefined) parts.isSeen = isIntersecting && parts.isNear;
    }
  }

  /** A row is near no longer. */
  private leave(parts: RowParts): void {
    this.seenObserver.unobserve(parts.element);
    parts.isNear = false;
    parts.isSeen = false;
    for (const cell of parts.cells) this.giveBack(cell);
  }

  private giveBack(cell: CellParts): void {
    const { canvas } = cell;
    cell.drawn = undefined;
    cell.canvas = undefined;
    if (canvas === undefined) return;
    canvas.remove();
    if (this.spare.length < maxSpareCanvases) this.spare.push(canvas);
  }

  /** In a frame's time: rows that are seen first. */
  private paintSome(): void {
    this.frame = undefined;
    const end = performance.now() + paintMs;
    const near = [...this.rows.values()].filter(({ isNear }) => isNear);
    for (const parts of near) if (parts.isSeen) this.paintRow(parts);
    for (const parts of near) {
      if (performance.now() > end) {
        this.repaintSoon();
        break;
      }
      this.paintRow(parts);
    }
  }

  private paintRow({ row, cells }: RowParts): void {
    for (const cell of cells) {
      if (cell.wanted === cell.drawn || cell.wanted === undefined) continue;
      let { canvas } = cell;
      const take = () => {
        canvas ??= this.spare.pop() ?? element('canvas', { 'aria-hidden': 'true' });
        return canvas;
      };
      if (!this.handlers.paint(take, row, cell.column) || canvas === undefined) continue;
      canvas.classList.remove('absent');
      if (cell.canvas === undefined) cell.picture.prepend(canvas);
      cell.canvas = canvas;
      cell.drawn = cell.wanted;
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
    const page = Math.max(1, Math.floor(this.element.clientHeight / (this.contents!.size + 50)));
    const last = { row: rows.length - 1, column: columns.length };
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      this.open();
      return;
    }
    const target = gridTarget(event, this.active, last, (direction) => this.active.row + direction * page);
    if (target === undefined) return;
    event.preventDefault();
    this.active = target;
    // It is heard at once, perhaps before its row is near.
    const parts = this.rows.get(rows[this.active.row]!.key);
    if (parts !== undefined && this.stale.has(parts)) this.updateRow(parts, this.active.row);
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
    const { activeCell } = this;
    if (activeCell === this.marked) return;
    this.marked?.setAttribute('tabindex', '-1');
    activeCell?.setAttribute('tabindex', '0');
    this.marked = activeCell;
  }
}
