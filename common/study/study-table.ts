import { type CellKindName, type CellValue, formatCell, formatMean, isMeasurement } from './cell-kinds';
import { type Column, metricColumn } from './columns';
import { countedRows, groupStatistics, type RowGroup, type Statistics } from './group-rows';
import type { RunRow } from './run-row';
import { sortedBy } from './sort-rows';

export interface TableColumn {
  name: string;
  title: string;
  kind: CellKindName;
  /** Its cells hold statistics over the runs of a group. */
  isStatistic: boolean;
}

export interface TableCell {
  /** For people, on one line. */
  text: string;
  value: CellValue | Statistics;
  /** The best of its column, of at least two. */
  isBest: boolean;
}

/** A table of runs or of groups, for people and for machines. */
export interface StudyTable {
  columns: readonly TableColumn[];
  rows: readonly (readonly TableCell[])[];
}

/** A line a run. */
export function tableOfRows(rows: readonly RunRow[], columns: readonly Column[]): StudyTable {
  const best = columns.map((column) => bestOf(column, countedRows(rows).map(column.value)));
  return {
    columns: columns.map(({ name, title, kind }) => ({ name, title, kind, isStatistic: false })),
    rows: rows.map((row) =>
      columns.map((column, index) => {
        const value = column.value(row);
        const isBest = best[index] !== undefined && value === best[index] && row.problem === undefined;
        return { text: formatCell(column.kind, value), value, isBest };
      }),
    ),
  };
}

/** A line a group: its keys, the number of its runs, and of each column mean and deviation, or the values that there are. */
export function tableOfGroups(
  groups: readonly RowGroup[],
  by: readonly Column[],
  columns: readonly Column[],
): StudyTable {
  const others = columns.filter(({ name }) => by.every((column) => column.name !== name));
  const best = others.map((column) =>
    bestOf(
      column,
      groups.map((group) => groupValue(group, column)),
    ),
  );
  return {
    columns: [
      ...by.map(({ name, title, kind }) => ({ name, title, kind, isStatistic: false })),
      { name: 'runs', title: 'Runs', kind: 'count', isStatistic: false },
      ...others.map(({ name, title, kind }) => ({ name, title, kind, isStatistic: isMeasurement(kind) })),
    ],
    rows: groups.map((group) => [
      ...by.map((column, index) => plainCell(column.kind, group.keys[index])),
      plainCell('count', group.rows.length),
      ...others.map((column, index) => {
        if (!isMeasurement(column.kind)) return plainCell('list', distinctValues(group, column));
        const cell = statisticsCell(group, column);
        return { ...cell, isBest: best[index] !== undefined && groupValue(group, column) === best[index] };
      }),
    ]),
  };
}

/** What a group is sorted by, and compared with others: a key, a mean, or the values that there are. */
export function groupValue(group: RowGroup, column: Column): CellValue {
  if (!isMeasurement(column.kind)) {
    const values = new Set(group.rows.map((row) => column.value(row)));
    return values.size === 1 ? [...values][0] : distinctValues(group, column);
  }
  return groupStatistics(group, column)?.mean;
}

/** The columns that have a value in some row. */
export const filledColumns = (rows: readonly RunRow[], columns: readonly Column[]): Column[] =>
  columns.filter((column) => rows.some((row) => column.value(row) !== undefined));

/** What a table of runs shows where nobody says what. */
export const usualColumns: readonly Column[] = (
  [
    'run',
    'state',
    'variant',
    'epoch',
    'bestTop1',
    'lastTop1',
    'auxBestTop1',
    'corruptionError',
    'mCE',
    'cost',
    'time',
  ] as const
).map(metricColumn);

/** The same of a table of groups. */
export const usualGroupColumns: readonly Column[] = usualColumns.filter(({ kind }) => isMeasurement(kind));

const plainCell = (kind: CellKindName, value: CellValue): TableCell => ({
  text: formatCell(kind, value),
  value,
  isBest: false,
});

function statisticsCell(group: RowGroup, column: Column): TableCell {
  const statistics = groupStatistics(group, column);
  if (statistics === undefined) return plainCell(column.kind, undefined);
  const { n, mean, standardDeviation } = statistics;
  const measuredIn = n === group.rows.length ? '' : ` (n = ${n})`;
  return {
    text: `${formatMean(column.kind, mean, standardDeviation)}${measuredIn}`,
    value: statistics,
    isBest: false,
  };
}

/** Each value once, in order. */
function distinctValues({ rows }: RowGroup, column: Column): string[] {
  const values = rows.map((row) => column.value(row)).filter((value) => value !== undefined);
  const texts = [...new Set(values.map((value) => formatCell(column.kind, value)))];
  return sortedBy(texts, [{ value: (text) => text, descending: false }]);
}

/** undefined where the column knows no better or worse, or fewer than two values can be compared. */
function bestOf({ better }: Column, values: readonly CellValue[]): number | undefined {
  const numbers = values.filter((value) => typeof value === 'number');
  if (better === undefined || numbers.length < 2) return undefined;
  return numbers.reduce((a, b) => (better === 'higher' ? Math.max(a, b) : Math.min(a, b)));
}
