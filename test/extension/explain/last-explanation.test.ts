import { expect, test } from 'vitest';
import { explanationOf } from '../../../extension/explain/last-explanation';
import { camMaps } from '../../webview/cam/cam-fixture';

test('what the branches take an image for, with the map of that class', () => {
  const [main, aux] = explanationOf([camMaps('r', 2)], 'two') ?? [];
  expect(main).toMatchObject({ branch: 'main', predicted: 'a', isRight: false });
  expect(main?.confidence).toBeCloseTo(0.9);
  expect(main?.map).toEqual({ values: Float32Array.from([5, 6]), height: 1, width: 2 });
  expect(aux).toMatchObject({ branch: 'aux', predicted: 'b', isRight: true });
  expect(aux?.confidence).toBeCloseTo(0.8);
  expect(aux?.map?.values).toEqual(Float32Array.from([7, 9]));
});

test('an image without maps, without a known class, of one branch, or whose predicted class was not kept', () => {
  const maps = camMaps('r', 2);
  expect(explanationOf([maps], 'other')).toBeUndefined();
  expect(explanationOf([], 'one')).toBeUndefined();
  maps.images = [{ path: 'one' }, { path: 'file.png' }];
  maps.branches = { main: { ...maps.branches.main!, kept: [0, 1, 1, 1] } };
  const explained = explanationOf([camMaps('r', 2), maps], 'file.png');
  expect(explained).toHaveLength(1);
  expect(explained?.[0]).not.toHaveProperty('isRight');
  expect(explained?.[0]).not.toHaveProperty('map');
});
