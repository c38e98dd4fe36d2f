import { expect, test } from 'vitest';
import { imageAt } from '../../../extension/explain/image-at';
import { lastPredictions } from '../../../extension/explain/last-predictions';
import { camMaps } from '../../webview/cam/cam-fixture';

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

test('what the branches take an image for', () => {
  expect(lastPredictions([camMaps('r', 2)], 'two')).toEqual([
    'r main after epoch 2: a, 90.0 %',
    'r aux after epoch 2: b, 80.0 %',
  ]);
  expect(lastPredictions([camMaps('r', 2)], 'other')).toEqual([]);
});
