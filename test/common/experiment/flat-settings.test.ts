import { expect, test } from 'vitest';
import { flatSettings } from '../../../common/experiment/flat-settings';

test('fields by their path; lists of plain values as text, missing ones not at all', () => {
  expect(
    flatSettings({
      name: 'a',
      model: { width: 16, initialWeights: null },
      schedule: { milestones: [1, 2] },
      sweep: undefined,
    }),
  ).toEqual({ name: 'a', 'model.width': 16, 'model.initialWeights': null, 'schedule.milestones': '1, 2' });
  expect(flatSettings({ list: [{ a: 1 }, { a: 2 }] })).toEqual({ 'list.0.a': 1, 'list.1.a': 2 });
});
