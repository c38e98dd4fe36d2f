import { cssColour } from '../shared/colour-scale';
import { element } from '../shared/dom';
import { type CellPlace, gridTarget, withinGrid } from '../shared/grid-keys';
import {
  type Cell,
  cellColours,
  cellText,
  columnLabel,
  columnsOf,
  type HeatmapContents,
  rowLabel,
  spansRows,
  valueAt,
} from './heatmap-contents';

/** Lower groups have no room for their name. */
const minNamedGroupRows = 3;

interface HeatmapHandlers {
  /** A corruption at a severity was selected. */
  onSelect(cell: Cell): void;
  /** The pointer or the keyboard is on a cell; undefined when it left. `anchor` is the cell's place in the window. */
  onPoint(text: string | undefined, anchor?: DOMRect): void;
}

/** Corruption × severity as a table whose cells are coloured: a grid in which the arrow keys move. */
export class HeatmapTable {
  readonly element = element('table', { class: 'heatmap', role: 'grid' });
  private contents: HeatmapContents | undefined;
  /** By row, then in the order of the columns; cells that span all rows are in each. */
  private cells: HTMLElement[][] = [];
  private active = { row: 0, column: 1 };
  private drawn = '';

  constructor(private readonly handlers: HeatmapHandlers) {
    this.element.addEventListener('click', (event) => this.select(this.placeOf(event.target)));
    this.element.addEventListener('pointerover', (event) => this.point(this.placeOf(event.target)));
    this.element.addEventListener('pointerleave', () => handlers.onPoint(undefined));
    this.element.addEventListener('focusout', () => handlers.onPoint(undefined));
    this.element.addEventListener('keydown', (event) => this.press(event));
  }

  update(contents: HeatmapContents): void {
    this.contents = contents;
    const { matrix, selected } = contents;
    const drawn = JSON.stringify([
      contents.title,
      contents.caption,
      matrix,
      contents.scale,
      selected,
      contents.colours.colourAt(0),
    ]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    const hadFocus = this.element.contains(document.activeElement);
    this.draw(contents);
    this.activate(withinGrid(this.active, this.last), hadFocus);
  }

  private draw(contents: HeatmapContents): void {
    const { matrix, title, caption } = contents;
    const columns = columnsOf(matrix);
    this.element.classList.toggle('with-stylized', matrix.hasStylized);
    this.element.setAttribute('aria-label', `${caption} of ${title}, corruption by severity`);
    const heads = columns.map((column) => {
      const label = columnLabel(column, matrix);
      const name = typeof column === 'number' ? `severity ${label}` : column;
      const seen = element('span', { 'aria-hidden': 'true', title: name }, label);
      return element('th', { scope: 'col', 'aria-label': name }, seen);
    });
    const corner = element('td', { class: 'corner', colspan: '2' });
    const head = element('thead', {}, element('tr', {}, corner, ...heads));
    const spanning = columns.filter(spansRows).map((column) => this.cell({ row: 0, column }, contents));
    for (const cell of spanning) cell.setAttribute('rowspan', String(Math.max(1, matrix.rows.length)));
    this.cells = [];
    const rows = matrix.rows.map((row, index) => {
      const own = columns.filter((column) => !spansRows(column));
      const cells = own.map((column) => this.cell({ row: index, column }, contents));
      this.cells.push([...spanning, ...cells]);
      const begins = matrix.rows[index - 1]?.group !== row.group;
      const line = element('tr', { class: begins ? 'group-start' : '' });
      if (begins) line.append(groupCell(row.group, matrix.rows.filter(({ group }) => group === row.group).length));
      line.append(element('th', { scope: 'row' }, rowLabel(row, matrix)));
      if (index === 0) line.append(...spanning);
      line.append(...cells);
      if (row.corruption === undefined) line.classList.add('mean');
      return line;
    });
    if (rows.length === 0) {
      this.cells.push(spanning);
      rows.push(element('tr', {}, element('td', { class: 'group' }), element('th', { scope: 'row' }), ...spanning));
    }
    const widths = element('colgroup', {}, element('col', { class: 'group' }), element('col', { class: 'label' }));
    this.element.replaceChildren(widths, head, element('tbody', {}, ...rows));
  }

  private cell(cell: Cell, contents: HeatmapContents): HTMLElement {
    const value = valueAt(cell, contents.matrix);
    const { selected } = contents;
    const isSelected = selected?.row === cell.row && selected.column === cell.column;
    const kind = typeof cell.column === 'number' ? 'severity' : cell.column;
    const node = element(
      'td',
      {
        class: `cell ${kind}`,
        tabindex: '-1',
        'aria-label': cellText(cell, contents),
        ...(typeof cell.column === 'number' ? { 'aria-selected': String(isSelected) } : {}),
      },
      value === undefined ? '' : contents.format(value),
    );
    const colours = cellColours(value, contents);
    if (colours === undefined) node.classList.add('missing');
    else {
      node.style.backgroundColor = cssColour(colours.fill);
      node.style.color = cssColour(colours.text);
    }
    return node;
  }

  /** Where an element of the table is, if it is a cell. */
  private placeOf(target: EventTarget | null): CellPlace | undefined {
    for (const [row, cells] of this.cells.entries()) {
      const column = cells.indexOf(target as HTMLElement);
      if (column < 0) continue;
      // A cell that spans all rows is in each: the keyboard stays in its own.
      const isEverywhere = this.cells[0]![column] === this.cells.at(-1)![column];
      return { row: isEverywhere ? Math.min(this.active.row, this.cells.length - 1) : row, column };
    }
    return undefined;
  }

  private activate(place: CellPlace, focus: boolean): void {
    this.nodeAt(this.active)?.setAttribute('tabindex', '-1');
    this.active = place;
    const node = this.nodeAt(place);
    node?.setAttribute('tabindex', '0');
    if (focus) node?.focus({ preventScroll: true });
  }

  private select(place: CellPlace | undefined): void {
    if (place === undefined || this.contents === undefined) return;
    this.activate(place, true);
    const column = columnsOf(this.contents.matrix)[place.column]!;
    this.handlers.onSelect({ row: place.row, column });
  }

  private point(place: CellPlace | undefined): void {
    if (place === undefined || this.contents === undefined) {
      this.handlers.onPoint(undefined);
      return;
    }
    const column = columnsOf(this.contents.matrix)[place.column]!;
    const text = cellText({ row: place.row, column }, this.contents);
    this.handlers.onPoint(text, this.nodeAt(place)?.getBoundingClientRect());
  }

  private press(event: KeyboardEvent): void {
    const target = gridTarget(event, this.active, this.last, (direction) => this.neighbouringGroup(direction));
    if (target !== undefined) {
      this.activate(target, true);
      this.nodeAt(target)?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
      this.point(target);
    } else if (event.key === 'Enter' || event.key === ' ') this.select(this.active);
    else return;
    event.preventDefault();
  }

  /** The first row of the group before or after that of the active cell. */
  private neighbouringGroup(direction: -1 | 1): number {
    const groups = this.contents?.matrix.rows.map(({ group }) => group) ?? [];
    const starts = [...groups.keys()].filter((index) => index === 0 || groups[index] !== groups[index - 1]);
    const at = starts.findLastIndex((start) => start <= this.active.row);
    return starts[Math.max(0, Math.min(starts.length - 1, at + direction))] ?? 0;
  }

  private get last(): CellPlace {
    return { row: this.cells.length - 1, column: (this.cells[0]?.length ?? 1) - 1 };
  }

  private nodeAt({ row, column }: CellPlace): HTMLElement | undefined {
    return this.cells[row]?.[column];
  }
}

function groupCell(group: string, rows: number): HTMLElement {
  const text = rows < minNamedGroupRows ? [] : [element('span', {}, group)];
  return element('td', { class: 'group', rowspan: String(rows), title: group }, ...text);
}
