import { describe, expect, test } from 'vitest';
import {
  bestEpoch,
  checkpointMarks,
  learningRateMarks,
  numberedCheckpoints,
  restartMarks,
} from '../../../../webview/curves/lines/run-markers';
import { panelRun } from '../panel-run-fixture';

const run = (runKey: string, learningRate: number[], settings: Record<string, number> = {}) => {
  const made = panelRun({ runKey, main: learningRate.map(() => 1), top1: [0.3, 0.5, 0.5] });
  return { ...made, header: { ...made.header, settings }, steps: { ...made.steps, learningRate } };
};

describe('marks', () => {
  test('restarts are where the run goes on', () => {
    const resumed = { ...run('a', [0.1, 0.1, 0.1]), restarts: [2, 9] };
    expect(restartMarks([resumed], 'step').map(({ x }) => x)).toEqual([2, 9]);
    // A step that is not there yet has no time.
    expect(restartMarks([resumed], 'wall').map(({ x }) => x)).toEqual([2]);
  });

  test('learning-rate steps of several runs at one place are one mark', () => {
    const marks = learningRateMarks(
      [run('a', [0.1, 0.1, 0.01]), run('b', [0.1, 0.1, 0.01]), run('c', [0.1, 0.02])],
      'step',
    );
    expect(marks.map(({ x, label, runKeys }) => [x, label, runKeys.join()])).toEqual([
      [2, '0.02', 'c'],
      [3, '0.01', 'a,b'],
    ]);
  });

  test('a learning rate that changes with every step has no marks', () => {
    expect(
      learningRateMarks(
        [
          run(
            'a',
            Array.from({ length: 50 }, (_, index) => index),
          ),
        ],
        'step',
      ),
    ).toEqual([]);
  });

  test('the best checkpoint is the earlier one of a tie; numbered ones as the experiment says', () => {
    const kept = run('a', [0.1, 0.1, 0.1], { 'checkpoint.every': 3 });
    expect(bestEpoch(kept)).toBe(2);
    expect(checkpointMarks(kept, 'step').map(({ epoch, best, y }) => [epoch, best, y])).toEqual([
      [2, true, 0.5],
      [3, false, 0.5],
    ]);
    expect(numberedCheckpoints(kept)).toEqual([3]);
    expect(checkpointMarks(run('b', [0.1, 0.1, 0.1]), 'step').map(({ epoch }) => epoch)).toEqual([2]);
    expect(numberedCheckpoints(run('b', [0.1]))).toEqual([]);
  });
});
