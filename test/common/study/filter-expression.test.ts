import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  FilterError,
  type FilterExpression,
  operators,
  parseFilter,
  printFilter,
} from '../../../common/study/filter-expression';

/** Without offsets, which depend on how an expression is spelt. */
const plain = (expression: FilterExpression): unknown =>
  JSON.parse(JSON.stringify(expression, (key, value) => (key === 'at' ? undefined : value)));

const isKeyword = (word: string) => /^(and|or|not)$/i.test(word);
const word = fc
  .oneof(
    fc.string({ unit: fc.constantFrom(...'abcXYZ0189._-+/:,;%µ表🙂'), minLength: 1, maxLength: 8 }),
    fc.constantFrom('method', 'seed', 'model.width', '1e-3', '90%', '2026-12-01', 'nota', 'ORDER'),
  )
  .filter((text) => !isKeyword(text));
const value = fc.oneof(
  word.map((text) => ({ text, quoted: false, at: 0 })),
  fc.string({ unit: 'binary', maxLength: 12 }).map((text) => ({ text, quoted: true, at: 0 })),
);
const name = word.map((text) => ({ text, at: 0 }));
const { expression } = fc.letrec<{ expression: FilterExpression; leaf: FilterExpression }>((tie) => ({
  leaf: fc.oneof(
    fc.record({ kind: fc.constant('flag' as const), name }),
    fc.record({ kind: fc.constant('comparison' as const), name, operator: fc.constantFrom(...operators), value }),
  ),
  expression: fc.oneof(
    { depthSize: 'small', maxDepth: 5 },
    tie('leaf'),
    fc.record({ kind: fc.constant('not' as const), part: tie('expression') }),
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      parts: fc.array(tie('expression'), { minLength: 2, maxLength: 3 }),
    }),
  ),
}));

describe('filter expressions', () => {
  test('are what they were when they are printed and parsed', () => {
    fc.assert(
      fc.property(expression, (original) => {
        const printed = printFilter(original);
        const parsed = parseFilter(printed);
        expect(plain(parsed)).toEqual(plain(original));
        expect(printFilter(parsed)).toBe(printed);
      }),
    );
  });

  test('of any text are parsed or refused with a place in it', () => {
    const part = fc.oneof(
      fc.constantFrom('and', 'or', 'not', '(', ')', '=', '!', '<=', '"', "'", '\\', ' ', '&&', 'seed', '3'),
      fc.string({ unit: 'binary', maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
        const text = parts.join('');
        try {
          parseFilter(text);
        } catch (error) {
          expect(error).toBeInstanceOf(FilterError);
          const { at, pointed } = error as FilterError;
          expect(at).toBeGreaterThanOrEqual(0);
          expect(at).toBeLessThanOrEqual(text.length);
          expect(pointed.split('\n')).toHaveLength(3);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('bind "and" more closely than "or", and "not" most', () => {
    const spelt = (text: string) => printFilter(parseFilter(text));
    expect(plain(parseFilter('not a = 1 and b = 2 or c'))).toEqual(
      plain(parseFilter('((not (a = 1)) and b = 2) or c')),
    );
    expect(spelt('a=1 AND (b==2 Or c!=3)')).toBe('a = 1 and (b = 2 or c != 3)');
    expect(spelt(`note ~ 'say "no"' and folder ~ "C:\\data"`)).toBe('note ~ "say \\"no\\"" and folder ~ "C:\\\\data"');
  });

  test.each([
    ['', 0, 'expected a name'],
    ['seed', undefined, ''],
    ['seed <', 6, 'expected a value after "<", such as 3'],
    ['seed < )', 7, 'expected a value after "<"'],
    ['seed 3', 5, 'expected = != < <= > >= ~ after seed'],
    ['seed = 3 width = 4', 9, 'expected "and" or "or"'],
    ['(seed = 3', 9, 'expected ")"'],
    ['seed = 3)', 8, 'there is no "(" for this ")"'],
    ['name = "a', 7, 'the quote that begins here does not end'],
    ['name = and', 7, 'if and is it, write it in quotes'],
    ['"seed" = 3', 0, 'expected a name without quotes'],
    ['a = 1 && b = 2', 6, 'write "and" instead of "&"'],
    ['a = 1 || b = 2', 6, 'write "or" instead of "|"'],
    ['!a', 0, 'write "not" instead of "!"'],
    ['a = 1 and', 9, 'expected a name'],
    [`${'('.repeat(5000)}a`, 100, 'more than 100 levels'],
    [`${'not '.repeat(5000)}a`, 400, 'more than 100 levels'],
  ])('%s', (text, at, message) => {
    if (at === undefined) {
      parseFilter(text);
      return;
    }
    try {
      parseFilter(text);
      expect.unreachable();
    } catch (error) {
      expect((error as FilterError).message).toContain(message);
      expect((error as FilterError).at).toBe(at);
    }
  });

  test('are shown with a mark under the place, whatever they hold', () => {
    const error = new FilterError('here', 'a\n🙂 = (', 5);
    expect(error.pointed).toBe('here\n  a 🙂 = (\n      ^');
  });
});
