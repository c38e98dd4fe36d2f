import { escapeHtml } from '../../common/panels/panel-html';
import { alignedLines } from '../../common/study/aligned-lines';

/** A column of a table, whose rows are made of rows of another kind. */
export interface Column<Row> {
  title: string;
  /** Whether it is aligned to the right, as numbers are. */
  numeric: boolean;
  /** undefined: shown as a dash. */
  cell: (row: Row) => string | undefined;
}

/** A table of text. */
export interface TextTable {
  columns: readonly Omit<Column<never>, 'cell'>[];
  rows: readonly (readonly string[])[];
}

export const textColumn = <Row>(title: string, cell: Column<Row>['cell']): Column<Row> => ({
  title,
  numeric: false,
  cell,
});

export const numberColumn = <Row>(title: string, cell: Column<Row>['cell']): Column<Row> => ({
  title,
  numeric: true,
  cell,
});

export const tableOf = <Row>(columns: readonly Column<Row>[], rows: readonly Row[]): TextTable => ({
  columns,
  rows: rows.map((row) => columns.map(({ cell }) => cell(row) ?? '–')),
});

/** The table as lines of aligned columns, for a terminal. */
export function linesOf({ columns, rows }: TextTable): string[] {
  const isRight = columns.map(({ numeric }) => numeric);
  return alignedLines([columns.map(({ title }) => title), ...rows], isRight);
}

/** The table as Markdown, with a newline at the end. */
export function markdownOf({ columns, rows }: TextTable): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
  return [
    line(columns.map(({ title }) => title)),
    line(columns.map(({ numeric }) => (numeric ? '---:' : '---'))),
    ...rows.map(line),
  ].join('');
}

/** The table as HTML. */
export function htmlOf({ columns, rows }: TextTable): string {
  const className = (numeric: boolean) => (numeric ? ' class="number"' : '');
  const head = columns
    .map(({ title, numeric }) => `<th scope="col"${className(numeric)}>${escapeHtml(title)}</th>`)
    .join('');
  const body = rows.map((cells) => {
    const inner = cells.map((cell, i) => `<td${className(columns[i].numeric)}>${escapeHtml(cell)}</td>`);
    return `<tr>${inner.join('')}</tr>`;
  });
  return `<table>
<thead><tr>${head}</tr></thead>
<tbody>
${body.join('\n')}
</tbody>
</table>`;
}
