import { expect, test } from 'vitest';
import { explanationIn } from '../../../webview/cam/explanation';
import { camMaps } from './cam-fixture';

test('what a branch says of an image: softmax, prediction, and the map of the class that is shown', () => {
  const first = explanationIn(camMaps('r', 1), 'main', 0, 'predicted')!;
  expect(first).toMatchObject({ predicted: 0, label: 0, isRight: true, shown: 0 });
  expect(first.probabilities[0]).toBeCloseTo(0.75, 12);
  expect(first.grid).toEqual({ values: [1, 2], height: 1, width: 2 });
  const second = explanationIn(camMaps('r', 1), 'main', 1, 'true')!;
  expect(second).toMatchObject({ predicted: 0, label: 1, isRight: false, shown: 1 });
  expect(second.grid?.values).toEqual([7, 8]);
  expect(explanationIn(camMaps('r', 1), 'aux', 0, { name: 'a' })?.grid?.values).toEqual([2, 1]);
});

test('what is not there is left out', () => {
  const { branches, ...maps } = camMaps('r', 1);
  expect(explanationIn({ ...maps, branches: { main: branches.main } }, 'aux', 0, 'predicted')).toBeUndefined();
  const unknown = explanationIn(camMaps('r', 1), 'main', 0, { name: 'zebra' })!;
  expect(unknown.shown).toBeUndefined();
  expect(unknown.grid).toBeUndefined();
  const main = { ...branches.main!, maps: [1, 2, 5, 6], kept: [0, 0] };
  const dropped = explanationIn({ ...maps, branches: { main } }, 'main', 1, { name: 'b' })!;
  expect(dropped.shown).toBe(1);
  expect(dropped.grid).toBeUndefined();
  const unlabelled = { ...maps, images: [{ path: 'one' }, { path: 'two' }], branches };
  expect(explanationIn(unlabelled, 'main', 1, 'true')).toMatchObject({ shown: 0 });
  expect(explanationIn(unlabelled, 'main', 1, 'true')).not.toHaveProperty('isRight');
});
