import type { CellValue } from './cell-kinds';
import { isMeasurement } from './cell-kinds';
import type { Column } from './columns';
import {
  FilterError,
  type FilterExpression,
  type FilterName,
  type FilterValue,
  type Operator,
} from './filter-expression';
import { ColumnError } from './resolve-column';
import type { RunRow } from './run-row';

type Test = (row: RunRow) => boolean;

/**
 * The test that an expression stands for. What there is not, equals nothing and is neither less nor more.
 * @param text of the expression, for errors
 * @param resolveName the column that a name means; throws ColumnError where it means none
 * @throws FilterError for a name that there is not, and for a value that fits its column in no row
 */
export function filterTest(expression: FilterExpression, text: string, resolveName: (name: string) => Column): Test {
  const columnOf = (name: FilterName): Column => {
    try {
      return resolveName(name.text);
    } catch (error) {
      throw error instanceof ColumnError ? new FilterError(error.message, text, name.at) : error;
    }
  };
  const testOf = (inner: FilterExpression): Test => {
    switch (inner.kind) {
      case 'and': {
        const tests = inner.parts.map(testOf);
        return (row) => tests.every((test) => test(row));
      }
      case 'or': {
        const tests = inner.parts.map(testOf);
        return (row) => tests.some((test) => test(row));
      }
      case 'not': {
        const test = testOf(inner.part);
        return (row) => !test(row);
      }
      case 'flag': {
        const column = columnOf(inner.name);
        if (column.kind !== 'flag')
          throw new FilterError(`say what ${inner.name.text} is to be: ${inner.name.text} = …`, text, inner.name.at);
        return (row) => column.value(row) === true;
      }
      case 'comparison':
        return comparisonTest(columnOf(inner.name), inner.operator, inner.value, text);
    }
  };
  return testOf(expression);
}

function comparisonTest(column: Column, operator: Operator, value: FilterValue, text: string): Test {
  if (operator === '!=') {
    const equals = comparisonTest(column, '=', value, text);
    return (row) => !equals(row);
  }
  if (operator === '~') {
    const wanted = value.text.toLowerCase();
    return (row) => spellings(column.value(row), column).some((spelling) => spelling.toLowerCase().includes(wanted));
  }
  const number = value.quoted ? undefined : numberOf(column, value, text);
  if (operator === '=') {
    if (column.kind === 'moment')
      throw new FilterError(`${column.name} is a moment: compare it with < or >`, text, value.at);
    const isNull = !value.quoted && value.text.toLowerCase() === 'null';
    return (row) => {
      const found = column.value(row);
      if (number !== undefined && typeof found === 'number') return found === number;
      if (isNull && found === undefined) return true;
      return spellings(found, column).includes(isNull ? 'null' : value.text);
    };
  }
  if (!isMeasurement(column.kind) && column.kind !== 'setting' && column.kind !== 'moment')
    throw new FilterError(`${column.name} is no number: compare it with =, != or ~`, text, value.at);
  if (number === undefined)
    throw new FilterError(
      column.kind === 'moment'
        ? `expected a day or a time after "${operator}", such as 2026-12-01 or 2026-12-01T14:30`
        : `expected a number after "${operator}"`,
      text,
      value.at,
    );
  const compare = orders[operator];
  return (row) => {
    const found = column.value(row);
    return typeof found === 'number' && compare(found, number);
  };
}

const orders: Readonly<Record<'<' | '<=' | '>' | '>=', (a: number, b: number) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

/** A value as it can be written in an expression; of a list, each. A measurement that was not finite is "nan". */
function spellings(value: CellValue, { kind }: Column): readonly string[] {
  if (value === undefined) return [];
  if (value === null) return [kind === 'setting' ? 'null' : 'nan'];
  return typeof value === 'object' ? value : [String(value)];
}

const numberPattern = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(%?)$/i;
const momentPattern = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?)?$/;

/** The number that a word stands for in a column; undefined where it is none. */
function numberOf({ name, kind }: Column, { text: word, at }: FilterValue, text: string): number | undefined {
  if (kind === 'moment') {
    // Days, unlike times, would be taken for those of Greenwich.
    const time = momentPattern.test(word) ? Date.parse(word.includes('T') ? word : `${word}T00:00`) : Number.NaN;
    return Number.isNaN(time) ? undefined : time;
  }
  const [, digits, percent] = numberPattern.exec(word) ?? [];
  if (digits === undefined) return undefined;
  const number = Number(digits);
  if (kind === 'fraction') {
    if (percent) return number / 100;
    if (Math.abs(number) > 1)
      throw new FilterError(`${name} is a fraction from 0 to 1: write ${digits}% or ${number / 100}`, text, at);
    return number;
  }
  if (percent && kind !== 'percent') throw new FilterError(`${name} is not in %: leave out the %`, text, at);
  return number;
}
