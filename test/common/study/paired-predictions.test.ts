import { describe, expect, test } from 'vitest';
import { pairPredictions } from '../../../common/study/paired-predictions';
import { somePredictions } from './study-evaluations';

const classes = ['cat', 'dog', 'fox'];
const labels = [0, 0, 1, 1, 2];

test('counts what both, one and none get right, and names the images', () => {
  const first = somePredictions(classes, labels, { main: [0, 0, 1, 0, 0] });
  const second = somePredictions(classes, labels, { main: [0, 2, 0, 1, null] });
  expect(pairPredictions(first, second)).toEqual([
    {
      branch: 'main',
      images: 5,
      bothRight: 1,
      bothWrong: 1,
      firstOnly: [
        { path: 'val/a/1', label: 'cat', mistakenFor: 'fox' },
        { path: 'val/a/2', label: 'dog', mistakenFor: 'cat' },
      ],
      secondOnly: [{ path: 'val/a/3', label: 'dog', mistakenFor: 'cat' }],
      pValue: expect.closeTo(1, 12),
    },
  ]);
});

test('goes through the branches that both have', () => {
  const first = somePredictions(classes, labels, { main: labels, aux: labels });
  const second = somePredictions(classes, labels, { aux: [1, 1, 0, 0, 0] });
  const [{ firstOnly, ...aux }, ...others] = pairPredictions(first, second);
  expect(others).toEqual([]);
  expect(firstOnly).toHaveLength(5);
  expect(aux).toMatchObject({ branch: 'aux', secondOnly: [], pValue: expect.closeTo(2 / 32, 12) });
  expect(pairPredictions(first, somePredictions(classes, labels, { confidence: labels }))).toEqual([]);
});

test('neither the order of images nor that of classes matters', () => {
  const first = somePredictions(classes, [0, 1, 2], { main: [0, 1, 0] }, { names: ['x', 'y', 'z'] });
  const other = ['fox', 'cat', 'dog'];
  // z is a fox, x a cat, y a dog; the last one is taken for a fox.
  const second = somePredictions(other, [0, 1, 2], { main: [0, 1, 0] }, { names: ['z', 'x', 'y'] });
  expect(pairPredictions(first, second)).toMatchObject([
    {
      bothRight: 1,
      firstOnly: [{ path: 'val/y', label: 'dog', mistakenFor: 'fox' }],
      secondOnly: [{ path: 'val/z', label: 'fox', mistakenFor: 'cat' }],
    },
  ]);
});

test('an image whose logits are not finite is wrong for both, though class 0 stands there', () => {
  const diverged = somePredictions(classes, labels, { main: [null, null, null, null, null] });
  expect(pairPredictions(diverged, diverged)).toMatchObject([{ bothRight: 0, bothWrong: 5, pValue: 1 }]);
});

describe('refuses', () => {
  const first = somePredictions(classes, labels, { main: labels });
  const refused = [
    [
      'other classes',
      somePredictions(['cat', 'dog', 'owl'], labels, { main: labels }),
      'the classes are others: 3 and 3 of them, "fox" only of one',
    ],
    [
      'more classes',
      somePredictions([...classes, 'owl'], labels, { main: labels }),
      'the classes are others: 3 and 4 of them',
    ],
    [
      'fewer images',
      somePredictions(classes, labels.slice(1), { main: labels.slice(1) }),
      'the images are others: 5 and 4 of them',
    ],
    [
      'images of another split',
      somePredictions(classes, labels, { main: labels }, { prefix: 'train/' }),
      'the images are others: val/a/0',
    ],
    [
      'other labels',
      somePredictions(classes, [0, 0, 1, 2, 2], { main: labels }),
      'val/a/3 is of class dog and of class fox',
    ],
    ['no clean images', { classes, conditions: [] }, 'no predictions of clean images'],
  ] as const;
  test.each(refused)('%s', (_, second, message) => {
    expect(() => pairPredictions(first, second)).toThrow(message);
  });
});
