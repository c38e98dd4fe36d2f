import type { CellValue } from './cell-kinds';

/** One of several things to sort by. */
export interface SortKey<T> {
  value(item: T): CellValue;
  descending: boolean;
}

/** Sorted by the first key, what is equal by the second, and so on. What has no value, or none that is finite, comes last. */
export function sortedBy<T>(items: readonly T[], keys: readonly SortKey<T>[]): T[] {
  const sorted = items.map((item) => ({ item, values: keys.map((key) => sortable(key.value(item))) }));
  sorted.sort((a, b) => {
    for (const [index, { descending }] of keys.entries()) {
      const order = compare(a.values[index], b.values[index], descending);
      if (order !== 0) return order;
    }
    return 0;
  });
  return sorted.map(({ item }) => item);
}

type Sortable = number | string | undefined;

function sortable(value: CellValue): Sortable {
  if (value === null || value === undefined || value === '') return undefined;
  if (typeof value === 'boolean') return Number(value);
  if (typeof value === 'number') return Number.isNaN(value) ? undefined : value;
  if (typeof value === 'string') return value;
  return value.length === 0 ? undefined : value.join(', ');
}

/** Numbers come before texts; in texts, numbers are in their order. */
function compare(a: Sortable, b: Sortable, descending: boolean): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  const sign = descending ? -1 : 1;
  if (typeof a === 'number' && typeof b === 'number') return sign * Math.sign(a - b);
  if (typeof a === 'string' && typeof b === 'string') return sign * collator.compare(a, b);
  return sign * (typeof a === 'number' ? -1 : 1);
}

const collator = new Intl.Collator('en', { numeric: true });
