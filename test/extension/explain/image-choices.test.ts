import { describe, expect, test } from 'vitest';
import type { EvaluationPredictions } from '../../../common/run/evaluation-predictions';
import {
  disagreements,
  hardestImages,
  parseListedImages,
  randomOfEachClass,
} from '../../../extension/explain/image-choices';

const predictions = (predicted: number[], confidence: number[]): EvaluationPredictions => ({
  classes: ['a', 'b', 'c'],
  conditions: [
    {
      name: 'clean',
      severity: null,
      prefix: 'val/',
      names: ['a/1', 'a/2', 'b/1', 'c/1'],
      labels: [0, 0, 1, 2],
      branches: { main: { predicted: Uint16Array.from(predicted), confidence: Float32Array.from(confidence) } },
    },
  ],
});

describe('proposals', () => {
  const images = [0, 1, 2, 3, 4].map((index) => ({ index, path: `p${index}`, class: index < 3 ? 'a' : 'b' }));

  test('at random: the same number of each class, none twice', () => {
    const draws = [0.99, 0.5, 0, 0.99];
    expect(randomOfEachClass(images, 2, () => draws.shift() ?? 0)).toEqual(['p2', 'p1', 'p3', 'p4']);
    expect(new Set(randomOfEachClass(images, 9, Math.random)).size).toBe(5);
  });

  test('the hardest: the most confident mistakes first', () => {
    expect(hardestImages(predictions([1, 0, 2, 0], [0.4, 0.9, 0.8, 0.6]))).toEqual(['val/b/1', 'val/c/1', 'val/a/1']);
    expect(hardestImages({ classes: [], conditions: [] })).toEqual([]);
  });

  test('where two runs disagree: the most confident pairs first', () => {
    const first = predictions([0, 0, 1, 2], [0.5, 0.9, 0.9, 0.9]);
    const second = predictions([1, 0, 2, 2], [0.9, 0.9, 0.7, 0.9]);
    expect(disagreements(first, second)).toEqual(['val/b/1', 'val/a/1']);
  });
});

test('a list of images is read, with readable names; anything else is no list', () => {
  const image = { index: 0, path: 'a', class: 'b', thumbnail: 'iVBO' };
  expect(parseListedImages(JSON.stringify({ images: [image] }))).toEqual([image]);
  const readableNames = { b: 'bee' };
  const others = [image, { ...image, class: 'c' }, { ...image, class: 'constructor' }];
  expect(parseListedImages(JSON.stringify({ images: others, readableNames }))).toEqual([
    { ...image, readable: 'bee' },
    ...others.slice(1),
  ]);
  for (const text of ['', '{', '[]', 'null', '{"images":3}', '{"images":[{"index":"x"}]}'])
    expect(parseListedImages(text)).toBeUndefined();
});
