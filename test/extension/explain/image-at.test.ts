import { expect, test } from 'vitest';
import { imageAt } from '../../../extension/explain/image-at';

const text = `{
  // Where it looks.
  "explain": { "images": [12, "val/a.png", { "x": 1 }], "every": 5 },
  "seed": 3
}`;

test('the image that the text names at a place', () => {
  const at = (part: string) => imageAt(text, text.indexOf(part) + 1);
  expect(at('12')).toEqual({ choice: 12, offset: text.indexOf('12'), length: 2 });
  expect(at('"val')).toEqual({ choice: 'val/a.png', offset: text.indexOf('"val'), length: 11 });
  for (const other of ['"images"', '{ "x"', '5 }', '3\n', 'Where']) expect(at(other)).toBeUndefined();
  expect(imageAt('{ "explain": { "images": [ "a', 28)?.choice).toBe('a');
  expect(imageAt('', 0)).toBeUndefined();
});
