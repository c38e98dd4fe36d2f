import fc from 'fast-check';
import { applyEdits } from 'jsonc-parser';
import { describe, expect, test } from 'vitest';
import { editField } from '../../../common/experiment/edit-field';
import { type JsonPath, plainValue, readJson } from '../../../common/experiment/json-text';

const images = ['explain', 'images'];
const edited = (text: string, path: JsonPath = images, value: unknown = [1, 'a.png']) =>
  applyEdits(text, editField(text, path, value));

describe('a field is', () => {
  test.each([
    // Replaced.
    [
      '{"training":{"epochs":5},"explain":{"images":[0,1]}}',
      '{"training":{"epochs":5},"explain":{"images":[1, "a.png"]}}',
    ],
    [
      '{ "explain": { "images": [0], "every": 2 }, "training": { "epochs": 5 } } // end',
      '{ "explain": { "images": [1, "a.png"], "every": 2 }, "training": { "epochs": 5 } } // end',
    ],
    [
      '{\n\t"explain": {\n\t\t"images": [\n\t\t\t7\n\t\t]\n\t}\n}',
      '{\n\t"explain": {\n\t\t"images": [\n\t\t\t1,\n\t\t\t"a.png"\n\t\t]\n\t}\n}',
    ],
    ['{ "explain": null } // off', '{ "explain": { "images": [1, "a.png"] } } // off'],
    // Added to a section that is there.
    ['{"explain":{"every":2}}', '{"explain":{"every":2, "images": [1, "a.png"]}}'],
    ['{ "explain": {} }', '{ "explain": { "images": [1, "a.png"] } }'],
    ['{ "explain": { } }', '{ "explain": { "images": [1, "a.png"] } }'],
    ['{ "explain": { /* none yet */ } }', '{ "explain": { /* none yet */ "images": [1, "a.png"] } }'],
    [
      '{\n    "explain": {\n        // none yet\n    }\n}',
      '{\n    "explain": {\n        // none yet\n        "images": [1, "a.png"]\n    }\n}',
    ],
    // Added with its section.
    [
      '{\n  "name": "a",\n  "training": { "epochs":5 }\n}\n',
      '{\n  "name": "a",\n  "training": { "epochs":5 },\n  "explain": { "images": [1, "a.png"] }\n}\n',
    ],
    [
      '{\r\n\t"name": "a", // its name\r\n\t// The end.\r\n}\r\n',
      '{\r\n\t"name": "a", // its name\r\n\t"explain": { "images": [1, "a.png"] },\r\n\t// The end.\r\n}\r\n',
    ],
    ['{\n  "name": "a" // its name\n}', '{\n  "name": "a", // its name\n  "explain": { "images": [1, "a.png"] }\n}'],
    [
      '{ "name": "a", "seed": 1 // both\n}',
      '{ "name": "a", "seed": 1, // both\n"explain": { "images": [1, "a.png"] }\n}',
    ],
    ['{ "name": "a" /* it */ , }', '{ "name": "a" /* it */ , "explain": { "images": [1, "a.png"] }, }'],
    ['{}', '{\n  "explain": { "images": [1, "a.png"] }\n}'],
    ['// new\n{\n}\n', '// new\n{\n  "explain": { "images": [1, "a.png"] }\n}\n'],
  ])('written into %j', (text, expected) => {
    expect(edited(text)).toBe(expected);
  });

  test('not written where it has the value', () => {
    expect(editField('{"explain":{"images":[ 1,"a.png" /* mine */ ]}}', images, [1, 'a.png'])).toEqual([]);
  });

  test('broken into lines where it is long', () => {
    const paths = Array.from({ length: 8 }, (_, i) => `val/a long class/picture-${i}.png`);
    const lines = edited('{\n  "explain": { "every": 1 },\n  "seed": 1\n}', images, paths).split('\n');
    expect(lines.slice(1, 4)).toEqual([
      '  "explain": { "every": 1, "images": [',
      '    "val/a long class/picture-0.png",',
      '    "val/a long class/picture-1.png",',
    ]);
    expect(lines.slice(-3)).toEqual(['  ] },', '  "seed": 1', '}']);
  });

  test('refused in what is no object', () => {
    expect(() => editField('{"explain": 3}', images, [])).toThrow('"explain" is a number, not an object');
    expect(() => editField('[]', images, [])).toThrow('the file is a list of 0');
  });
});

test('whatever the text looks like, its values are the same but for the field', () => {
  const blank = fc.constantFrom('', ' ', '\n', '\n    ', '\r\n\t', ' // note\n  ', ' /* note */ ');
  const entry = fc.tuple(fc.constantFrom('name', 'seed', 'training', 'explain'), blank, blank, blank);
  const texts = fc
    .tuple(fc.uniqueArray(entry, { selector: ([key]) => key }), blank, fc.boolean(), blank)
    .map(([entries, start, hasComma, end]) => {
      const fields = entries.map(([key, before, between, after]) => {
        const json = { name: '"a"', seed: '1', training: '{"epochs":5}', explain: '{ "every": 1,"images":[3 ] }' }[key];
        return `${before}"${key}":${between}${json}${after}`;
      });
      return `${start}{${fields.join(',')}${hasComma && fields.length > 0 ? ',' : ''}${end}}${end}`;
    });
  fc.assert(
    fc.property(
      texts,
      fc.constantFrom<JsonPath[]>(['explain', 'images'], ['training', 'epochs'], ['seed'], ['new', 'one']),
      (text, path) => {
        const before = plainValue(readJson(text).root!) as Record<string, Record<string, unknown>>;
        const changed = edited(text, path, [1]);
        const { root, mistakes } = readJson(changed);
        expect(mistakes).toEqual([]);
        const [section, field] = path;
        const expected =
          field === undefined
            ? { ...before, [section]: [1] }
            : { ...before, [section]: { ...before[section], [field]: [1] } };
        expect(plainValue(root!)).toEqual(expected);
        // All but one value stays, character for character.
        expect(editField(text, path, [1]).filter(({ length }) => length > 0).length).toBeLessThanOrEqual(1);
        for (const comment of text.match(/\/\/ note|\/\* note \*\//g) ?? []) expect(changed).toContain(comment);
      },
    ),
    { numRuns: 300 },
  );
});
