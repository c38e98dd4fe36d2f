import type { CellValue } from './cell-kinds';
import type { Column } from './columns';
import type { RunRow } from './run-row';
import { mean, standardDeviation } from './statistics/mean';

/** Runs with the same values in some columns. */
export interface RowGroup {
  /** Of the columns that it was made by. */
  keys: readonly CellValue[];
  rows: readonly RunRow[];
}

/** Of what was measured in n runs. */
export interface Statistics {
  n: number;
  /** null: not all of the values were finite. */
  mean: number | null;
  /** Of the sample: the squares are divided by n − 1. Absent for n = 1. */
  standardDeviation?: number | null;
}

/** The groups, in the order of their first rows. Values are the same where they are written the same, as 1 and 1.0 are. */
export function groupRows(rows: readonly RunRow[], by: readonly Column[]): RowGroup[] {
  const groups = new Map<string, { keys: CellValue[]; rows: RunRow[] }>();
  for (const row of rows) {
    const keys = by.map((column) => column.value(row));
    const key = JSON.stringify(keys.map((value) => (value === undefined ? [] : [value])));
    const group = groups.get(key);
    if (group) group.rows.push(row);
    else groups.set(key, { keys, rows: [row] });
  }
  return [...groups.values()];
}

/** Mean and deviation over the runs of a group that measured something; undefined where none did. Runs with damaged records do not count. */
export function groupStatistics({ rows }: Pick<RowGroup, 'rows'>, column: Column): Statistics | undefined {
  return statisticsOf(countedRows(rows).map((row) => column.value(row)));
}

/** Without those with damaged records: the best may be among what is missing. */
export const countedRows = (rows: readonly RunRow[]): RunRow[] => rows.filter(({ problem }) => problem === undefined);

/** @param values null: not finite; what is no number was not measured */
export function statisticsOf(values: readonly CellValue[]): Statistics | undefined {
  const measured = values.filter((value): value is number | null => value === null || typeof value === 'number');
  const n = measured.length;
  if (n === 0) return undefined;
  const finite = measured.filter((value) => value !== null);
  if (finite.length < n) return { n, mean: null, ...(n > 1 && { standardDeviation: null }) };
  return { n, mean: mean(finite), ...(n > 1 && { standardDeviation: standardDeviation(finite) }) };
}
