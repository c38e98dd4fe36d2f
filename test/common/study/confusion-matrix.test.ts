import { expect, test } from 'vitest';
import { classConfusions, topConfusions } from '../../../common/study/confusion-matrix';
import { somePredictions } from './study-evaluations';

const columnsOf = (labels: number[], predicted: (number | null)[]) =>
  somePredictions([], labels, { main: predicted }).conditions[0].branches.main!;

test('counts images by class and prediction; a class without images has no accuracy', () => {
  const labels = [0, 0, 0, 2, 2];
  expect(classConfusions(labels, columnsOf(labels, [0, 2, 0, 2, 0]), 4)).toEqual({
    matrix: [
      [2, 0, 1, 0],
      [0, 0, 0, 0],
      [1, 0, 1, 0],
      [0, 0, 0, 0],
    ],
    images: [3, 0, 2, 0],
    accuracies: [2 / 3, null, 0.5, null],
  });
});

test('an image whose logits were not finite is wrong, and taken for nothing', () => {
  const { matrix, images, accuracies } = classConfusions([0, 0], columnsOf([0, 0], [null, 0]), 2);
  expect({ matrix, images, accuracies }).toEqual({
    matrix: [
      [1, 0],
      [0, 0],
    ],
    images: [2, 0],
    accuracies: [0.5, null],
  });
});

test('the most frequent confusions come first, of equal ones those of the smaller class', () => {
  const labels = [0, 0, 0, 1, 1, 2, 2, 2, 2];
  const confusions = classConfusions(labels, columnsOf(labels, [1, 1, 0, 0, 1, 0, 1, 1, 2]), 3);
  expect(topConfusions(confusions, 3)).toEqual([
    { label: 0, predicted: 1, count: 2, of: 3 },
    { label: 2, predicted: 1, count: 2, of: 4 },
    { label: 1, predicted: 0, count: 1, of: 2 },
  ]);
});
