import { formatCost } from '../experiment/budget';
import { formatSeconds } from '../run/duration';

/** A value in a table of runs. undefined: there is none; null: a setting that is null, or a measurement that was not finite. */
export type CellValue = string | number | boolean | null | undefined | readonly string[];

/** What the values of a column are, and how they are written for people. */
interface CellKind {
  /** Of its numbers as they are in files; people read fractions in %. */
  unit?: string;
  /** Of a number; the unit follows. Absent where the values are no measurements. */
  format?: (value: number) => string;
  /** Written behind numbers, with a space before it. */
  shownUnit?: string;
}

const fixed = (digits: number) => (value: number) => value.toFixed(digits);

const cellKinds = {
  text: {},
  flag: {},
  list: {},
  setting: {},
  /** Of a moment, in ms since 1970. */
  moment: {},
  count: { format: String },
  fraction: { unit: 'in [0, 1]', format: (value) => (100 * value).toFixed(2), shownUnit: '%' },
  percent: { unit: '%', format: fixed(2), shownUnit: '%' },
  loss: { unit: 'nats', format: fixed(4) },
  correlation: { unit: 'in [−1, 1]', format: fixed(3) },
  cost: { unit: 'N', format: (value) => formatCost(value).replace(/ N$/, ''), shownUnit: 'N' },
  speed: { unit: 'images/s', format: fixed(1), shownUnit: 'images/s' },
  duration: { unit: 's', format: formatSeconds },
} as const satisfies Record<string, CellKind>;

export type CellKindName = keyof typeof cellKinds;

const kindOf = (name: CellKindName): CellKind => cellKinds[name];

/** Of the numbers of a column, as machines read them; undefined where they have none. */
export const unitOf = (name: CellKindName): string | undefined => kindOf(name).unit;

/** Whether the values are measurements, of which a mean means something. */
export const isMeasurement = (name: CellKindName): boolean => kindOf(name).format !== undefined;

/** A value as people read it, on one line; "–" where there is none. */
export function formatCell(name: CellKindName, value: CellValue): string {
  if (value === undefined || value === '') return '–';
  if (name === 'flag') return value === true ? '★' : '';
  if (name === 'moment' && typeof value === 'number') return formatMoment(value);
  const { format, shownUnit } = kindOf(name);
  if (format === undefined)
    return onOneLine(typeof value === 'object' && value !== null ? value.join(', ') : String(value));
  if (typeof value !== 'number') return 'NaN';
  return withUnit(format(value), shownUnit);
}

/** A mean as people read it, with the deviation where values differ: "52.30 ± 0.41 %". @param mean null: not finite */
export function formatMean(name: CellKindName, mean: number | null, deviation: number | null | undefined): string {
  const { format = String, shownUnit } = kindOf(name);
  if (mean === null) return 'NaN';
  // A mean of counts is none.
  const written = name === 'count' ? (value: number) => String(Number(value.toFixed(2))) : format;
  const around = deviation ? ` ± ${written(deviation)}` : '';
  return withUnit(`${written(mean)}${around}`, shownUnit);
}

const withUnit = (text: string, unit: string | undefined): string => (unit === undefined ? text : `${text} ${unit}`);

/** Without what would move a terminal's cursor or end a line of a table. */
export const onOneLine = (text: string): string => text.replace(/\s+/g, ' ').replace(/\p{Cc}/gu, '\ufffd');

/** "2026-12-01 14:05", local. */
function formatMoment(time: number): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return '–';
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
