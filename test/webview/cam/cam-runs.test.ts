import { expect, test } from 'vitest';
import { CamRuns, epochOf, offeredEpochs } from '../../../webview/cam/cam-runs';
import { nearestIndex } from '../../../webview/cam/epoch-control';
import { camRun } from './cam-fixture';

test('complete contents replace what was there; news replaces a run', () => {
  const panel = new CamRuns();
  expect(panel.hydrated).toBe(false);
  panel.apply({ type: 'hydrate', version: 1, runs: [camRun('a')], corruptions: ['fog'] });
  panel.apply({ type: 'unreadable', runKey: 'c', label: 'c', message: 'torn' });
  panel.apply({ type: 'append', run: camRun('a', { epochs: [1, 2, 3] }) });
  expect(panel.runs.map(({ epochs }) => epochs)).toEqual([[1, 2, 3]]);
  expect(panel.unreadable).toEqual([['c', 'torn']]);
  expect(() => panel.apply({ type: 'append', run: camRun('x') })).toThrow('run x');
  panel.apply({ type: 'hydrate', version: 1, runs: [], corruptions: [] });
  expect([panel.runs, panel.unreadable]).toEqual([[], []]);
});

test('epochs with maps and those with checkpoints are offered; without a choice each run shows its last', () => {
  const runs = [camRun('a', { epochs: [2, 4], checkpoints: [1] }), camRun('b', { epochs: [], checkpoints: [3] })];
  expect(offeredEpochs(runs)).toEqual([1, 2, 3, 4]);
  expect(runs.map((run) => epochOf(run, null))).toEqual([4, 3]);
  expect(runs.map((run) => epochOf(run, 2))).toEqual([2, 2]);
  expect(epochOf(camRun('c', { epochs: [] }), null)).toBeUndefined();
  expect([nearestIndex([2, 4, 9], 3), nearestIndex([2, 4, 9], 100), nearestIndex([], 1)]).toEqual([0, 2, -1]);
});
