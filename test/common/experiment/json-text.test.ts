import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plainValue, readJson } from '../../../common/experiment/json-text';

/** A JSON value as text whose layout is drawn too, and the value. */
type Text = { json: string; value: unknown };

const blank = fc.constantFrom('', ' ', '\n', '\r\n\t', ' // note\n', '/* note */');
const entriesOf = (item: fc.Arbitrary<Text>) =>
  fc.uniqueArray(fc.tuple(fc.string(), item), { selector: ([key]) => key, maxLength: 4 });

const object = (entries: [string, Text][], space: string): Text => ({
  json: `{${entries.map(([key, { json }]) => `${space}${JSON.stringify(key)}:${space}${json}`).join(',')}${space}}`,
  value: Object.fromEntries(entries.map(([key, { value }]) => [key, value])),
});

const { tree } = fc.letrec<{ tree: Text }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc
      .jsonValue({ maxDepth: 0 })
      .map((value) => ({ json: JSON.stringify(value), value: JSON.parse(JSON.stringify(value)) })),
    fc.tuple(fc.array(tie('tree'), { maxLength: 3 }), blank).map(([items, space]) => ({
      json: `[${items.map(({ json }) => space + json).join(',')}${space}]`,
      value: items.map(({ value }) => value),
    })),
    fc.tuple(entriesOf(tie('tree')), blank).map(([entries, space]) => object(entries, space)),
  ),
}));

/** A text with one key twice in one object, which stands at a random depth. */
const withDuplicate = fc
  .tuple(entriesOf(tree), fc.string(), tree, tree, fc.nat(), blank, fc.array(fc.constantFrom('object', 'array')))
  .map(([entries, key, first, second, at, space, around]) => {
    const others = entries.filter(([other]) => other !== key);
    const place = at % (others.length + 1);
    const inner = object([[key, first], ...others.slice(0, place), [key, second], ...others.slice(place)], space).json;
    return around.reduce((json, kind) => (kind === 'array' ? `[1, ${json}]` : `{"a": 1,\n"b": ${json}}`), inner);
  });

describe('a JSON text', () => {
  test('without a key twice is what JSON.parse reads', () => {
    fc.assert(
      fc.property(tree, ({ json, value }) => {
        const { root, mistakes } = readJson(json);
        expect(mistakes).toEqual([]);
        expect(plainValue(root!)).toEqual(value);
      }),
    );
  });

  test('with a key twice, at any depth, has a mistake', () => {
    fc.assert(
      fc.property(withDuplicate, (json) => {
        const { mistakes } = readJson(json);
        expect(mistakes).toHaveLength(1);
        const [{ duplicate, line, message }] = mistakes;
        expect(message).toContain('is there twice');
        expect(message).toContain(`line ${line}`);
        expect(duplicate!.first.line).toBeLessThanOrEqual(line);
      }),
    );
  });

  test('names a key in other letters the same, and each further one', () => {
    const { mistakes } = readJson('{\n "a": 1,\n "b": { "__proto__": 1, "__proto__": 2 },\n "\\u0061": 2,\n "a": 3 }');
    expect(mistakes.map(({ message, duplicate }) => [duplicate!.path.join('.'), message])).toEqual([
      ['b.__proto__', 'is there twice, both in line 3: remove one'],
      ['a', 'is there twice, line 2 and line 4: remove one'],
      ['a', 'is there twice, line 2 and line 5: remove one'],
    ]);
  });

  test.each([
    ["{'seed': 1}", 'names and texts stand in straight double quotes'],
    ['{“seed”: 1}', 'names and texts stand in straight double quotes'],
    ['{seed: 1}', 'names and texts stand in double quotes: "seed"'],
    ['{"type": mix-prop}', 'names and texts stand in double quotes: "mix-prop"'],
    ['# seeds\n{"seed": 1}', 'comments begin with //'],
    ['{\u00A0"seed": 1}', 'the invisible character U+00A0 stands here'],
    ['\uFEFF{"seed": 1}', 'the invisible character U+FEFF stands here'],
    ['{"draws": True}', 'write true'],
    ['{"every": None}', 'write null'],
    ['{"seed": NaN}', 'JSON has no NaN; give a number'],
    ['{"seed": -Infinity}', 'JSON has no -Infinity; give a number'],
    ['{"seed": 0x10}', '"0x10" is not a number: write it as 10, 0.5 or 1e-3'],
    ['{"seed": 01}', '"01" is not a number'],
    ['{"seed": +1}', '"+1" is not a number'],
    ['{"seed": .5}', '".5" is not a number'],
    ['{"seed": 1.}', '"1." is not a number'],
    ['{"seed": 1_000}', '"1_000" is not a number'],
    ['{"learningRate": 0,1}', 'decimals stand behind a point: 0.1'],
    ['{"seed": 1}\n{"seed": 2}', 'a file holds one experiment, which ends before this'],
    ['[1 2]', 'not valid JSON: comma expected'],
    ['{"a": 1 "b": 2}', 'not valid JSON: comma expected'],
    [' \n', 'the file is empty'],
  ])('%j is one mistake, with what to write', (text, remedy) => {
    const { root, mistakes } = readJson(text);
    expect(root).toBeUndefined();
    expect(mistakes.map(({ message }) => message)).toEqual([expect.stringContaining(remedy)]);
  });

  test('has all mistakes that stand on lines of their own', () => {
    expect(readJson("{'a': 1,\r'b': 2,\n'c': 3}").mistakes.map(({ line }) => line)).toEqual([1, 2, 3]);
  });

  test('is refused where it is nested too deep to be read', () => {
    const nested = (depth: number) => readJson(`${'{"a":['.repeat(depth)}1${']}'.repeat(depth)}`);
    expect(nested(50).mistakes).toEqual([]);
    expect(nested(51).mistakes).toMatchObject([{ message: 'is nested more than 100 deep', line: 1, column: 301 }]);
    expect(nested(100_000).mistakes).toHaveLength(1);
  });

  test('with a backslash that begins no escape says what to write', () => {
    const messages = readJson('{ "path": "D:\\data" }').mistakes.map(({ message }) => message);
    expect(messages).toEqual([
      'not valid JSON: invalid escape character: a backslash begins an escape; write paths with / or \\\\',
    ]);
  });
});
