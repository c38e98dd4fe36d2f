import { expect, test } from 'vitest';
import { epochOf, offeredEpochs } from '../../../webview/cam/cam-runs';
import { nearestIndex } from '../../../webview/shared/epoch-control';
import { camRun } from './cam-fixture';

test('epochs with maps and those with checkpoints are offered; without a choice each run shows its last', () => {
  const runs = [camRun('a', { epochs: [2, 4], checkpoints: [1] }), camRun('b', { epochs: [], checkpoints: [3] })];
  expect(offeredEpochs(runs)).toEqual([1, 2, 3, 4]);
  expect(runs.map((run) => epochOf(run, null))).toEqual([4, 3]);
  expect(runs.map((run) => epochOf(run, 2))).toEqual([2, 2]);
  expect(epochOf(camRun('c', { epochs: [] }), null)).toBeUndefined();
  expect([nearestIndex([2, 4, 9], 3), nearestIndex([2, 4, 9], 100), nearestIndex([], 1)]).toEqual([0, 2, -1]);
});
