import { alignedLines } from './aligned-lines';
import { type CellKindName, type CellValue, isMeasurement } from './cell-kinds';
import type { Statistics } from './group-rows';
import type { StudyTable, TableCell, TableColumn } from './study-table';

/** A table as text; each ends with an end of line. */
export const tableFormats = { table: plainText, csv: csvText, markdown: markdownText, latex: latexText } as const;

/** Aligned for a terminal. */
function plainText({ columns, rows }: StudyTable): string {
  const lines = [columns.map(({ title }) => title), ...rows.map((cells) => cells.map(({ text }) => text))];
  return alignedLines(lines, columns.map(isRight))
    .map((line) => `${line}\n`)
    .join('');
}

/** RFC 4180: numbers in full, fractions as fractions; a statistic is three columns. Empty: there is no value. */
function csvText({ columns, rows }: StudyTable): string {
  const header = columns.flatMap(({ name, isStatistic }) =>
    isStatistic ? [`${name}.mean`, `${name}.sd`, `${name}.n`] : [name],
  );
  const line = ({ value }: TableCell, index: number): string[] => {
    const { kind, isStatistic } = columns[index]!;
    if (!isStatistic) return [csvValue(kind, value as CellValue)];
    const { n = 0, mean, standardDeviation } = (value ?? {}) as Partial<Statistics>;
    return [csvValue(kind, mean), csvValue(kind, standardDeviation), String(n)];
  };
  return [header, ...rows.map((cells) => cells.flatMap(line))]
    .map((fields) => `${fields.map(csvField).join(',')}\r\n`)
    .join('');
}

function csvValue(kind: CellKindName, value: CellValue): string {
  const plain = machineValue(kind, value);
  if (plain === undefined) return '';
  if (plain === null) return isMeasurement(kind) ? 'NaN' : 'null';
  return typeof plain === 'object' ? plain.join(', ') : String(plain);
}

/** A value for machines: moments as ISO 8601, everything else as it is. */
export const machineValue = (kind: CellKindName, value: CellValue): CellValue =>
  kind === 'moment' && typeof value === 'number' && !Number.isNaN(new Date(value).getTime())
    ? new Date(value).toISOString()
    : value;

const csvField = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** The best value of a column is bold. */
function markdownText({ columns, rows }: StudyTable): string {
  const escaped = (text: string) => text.replace(/[\\|<>*`]/g, '\\$&');
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  return [
    line(columns.map(({ title }) => escaped(title))),
    line(columns.map((column) => (isRight(column) ? '---:' : '---'))),
    ...rows.map((cells) => line(cells.map(({ text, isBest }) => (isBest ? `**${escaped(text)}**` : escaped(text))))),
  ].join('');
}

/** For the package booktabs, in UTF-8. The best value of a column is bold. */
function latexText({ columns, rows }: StudyTable): string {
  const line = (cells: readonly string[]) => `${cells.join(' & ')} \\\\\n`;
  const cell = ({ text, isBest }: TableCell) => (isBest ? `\\textbf{${latexEscaped(text)}}` : latexEscaped(text));
  return [
    '% \\usepackage{booktabs}\n',
    `\\begin{tabular}{${columns.map((column) => (isRight(column) ? 'r' : 'l')).join('')}}\n`,
    '\\toprule\n',
    line(columns.map(({ title }) => latexEscaped(title))),
    '\\midrule\n',
    ...rows.map((cells) => line(cells.map(cell))),
    '\\bottomrule\n',
    '\\end{tabular}\n',
  ].join('');
}

const latexSpellings: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
  '±': '$\\pm$',
  '×': '$\\times$',
  '★': '$\\star$',
  '−': '$-$',
  '–': '--',
};

const latexEscaped = (text: string): string =>
  text.replace(/[\\~^<>±×★−–&%$#_{}]/g, (character) => latexSpellings[character] ?? `\\${character}`);

const isRight = ({ kind }: TableColumn): boolean => isMeasurement(kind);
