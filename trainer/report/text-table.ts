import { escapeHtml } from '../../common/panels/panel-html';

/** A table of text. */
export interface TextTable {
  /** Numbers are aligned to the right. */
  columns: readonly { title: string; numeric: boolean }[];
  rows: readonly (readonly string[])[];
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
