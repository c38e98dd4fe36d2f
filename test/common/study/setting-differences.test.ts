import { expect, test } from 'vitest';
import { settingDifferences } from '../../../common/study/setting-differences';

test('fields that are equal in all, and fields that none has, make no difference', () => {
  expect(
    settingDifferences([
      { seed: 1, 'model.width': 8 },
      { seed: 1, 'model.width': 8 },
    ]),
  ).toEqual([]);
});

test('a field that one lacks differs, as does null from a number and text from a number', () => {
  expect(
    settingDifferences([
      { a: 1, b: null, c: 1 },
      { a: 1, b: 0, c: '1', d: true },
    ]),
  ).toEqual([
    { path: 'b', values: [null, 0] },
    { path: 'c', values: [1, '1'] },
    { path: 'd', values: [undefined, true] },
  ]);
});

test('an experiment that could not be read does not make every field differ', () => {
  expect(settingDifferences([{ a: 1 }, {}, { a: 1 }])).toEqual([]);
  expect(settingDifferences([{ a: 1 }, {}, { a: 2 }])).toEqual([{ path: 'a', values: [1, undefined, 2] }]);
});
