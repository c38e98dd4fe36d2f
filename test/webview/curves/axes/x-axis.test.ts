import { describe, expect, test } from 'vitest';
import { formatDuration, formatMoment, formatMomentTick, timeTicks } from '../../../../webview/curves/axes/time-format';
import {
  allowsLog,
  formatPosition,
  minPositive,
  positions,
  stepsPerEpoch,
  wholeRange,
} from '../../../../webview/curves/axes/x-axis';
import { panelRun } from '../panel-run-fixture';

const made = panelRun({ runKey: 'a', main: [1, 1, 1, 1], top1: [0.5, 0.6] });
const run = {
  ...made,
  header: { ...made.header, totalSteps: 8, totalEpochs: 4 },
  steps: { ...made.steps, time: [1000, 3000, 2500, 9000] },
  epochs: { ...made.epochs, step: [2, 4], epoch: [1, 2], time: [3100, 9100] },
};
const looked = { ...run, localisation: { ...run.localisation, step: [4], epoch: [2], time: [9300] } };
const places = (column: ArrayLike<number>) => Array.from(column);

describe('x axes', () => {
  test('by step: the run’s own column', () => {
    expect(positions(run, 'steps', 'step')).toBe(run.steps.step);
    expect(wholeRange([run, panelRun({ runKey: 'b', main: [1] })], 'step')).toEqual([0, 4]);
    expect(wholeRange([], 'step')).toEqual([0, 1]);
  });

  test('by epoch: parts of epochs, so that runs of other batch sizes compare', () => {
    expect(places(positions(run, 'steps', 'epoch'))).toEqual([0.5, 1, 1.5, 2]);
    expect(places(positions(run, 'epochs', 'epoch'))).toEqual([1, 2]);
    expect(wholeRange([run], 'epoch')).toEqual([0, 2]);
  });

  test('by relative and wall time: a clock that was set back does not turn the line around', () => {
    expect(places(positions(run, 'steps', 'relative'))).toEqual([0, 2000, 2000, 8000]);
    expect(places(positions(run, 'epochs', 'relative'))).toEqual([2100, 8100]);
    expect(places(positions(run, 'steps', 'wall'))).toEqual([1000, 3000, 3000, 9000]);
    // The last validation is on it, too: it comes after the last step.
    expect(wholeRange([run], 'relative')).toEqual([0, 8100]);
    expect(wholeRange([run], 'wall')).toEqual([1000, 9100]);
    // The maps of an epoch come after its validation.
    expect(wholeRange([looked], 'relative')).toEqual([0, 8300]);
    expect(places(positions(looked, 'localisation', 'relative'))).toEqual([8300]);
    expect(places(positions(looked, 'localisation', 'epoch'))).toEqual([2]);
  });

  test('positions are worked out once', () => {
    expect(positions(run, 'steps', 'relative')).toBe(positions(run, 'steps', 'relative'));
    expect(positions(run, 'steps', 'epoch')).toBe(positions(run, 'steps', 'epoch'));
  });

  test('a logarithm begins at the first step; wall time has none', () => {
    expect(minPositive([run], 'step')).toBe(1);
    expect(minPositive([run], 'epoch')).toBe(0.5);
    expect(allowsLog('wall')).toBe(false);
    expect(allowsLog('relative')).toBe(true);
  });

  test('epochs are marked where the runs agree on their length', () => {
    const of = (totalSteps: number, totalEpochs: number) => ({
      ...run,
      header: { ...run.header, totalSteps, totalEpochs },
    });
    expect(stepsPerEpoch([of(100, 10), of(50, 5)])).toBe(10);
    expect(stepsPerEpoch([of(100, 10), of(0, 5)])).toBe(10);
    expect(stepsPerEpoch([of(100, 10), of(60, 5)])).toBeUndefined();
    expect(stepsPerEpoch([])).toBeUndefined();
  });

  test('places for reading', () => {
    expect(formatPosition('step', 12_345)).toBe('12,345');
    expect(formatPosition('epoch', 1.2345)).toBe('1.23');
    expect(formatPosition('relative', 200_000)).toBe('3 min 20 s');
  });
});

describe('times', () => {
  test('durations have two units at most', () => {
    expect([0, 850, 12_500, 60_000, 3_900_000, 183_600_000].map(formatDuration)).toEqual([
      '0 ms',
      '850 ms',
      '12.5 s',
      '1 min',
      '1 h 5 min',
      '2 d 3 h',
    ]);
    expect(formatDuration(3_599_900)).toBe('60 min');
  });

  test('ticks are at round times', () => {
    expect(timeTicks([0, 600_000], 6)).toEqual([0, 120_000, 240_000, 360_000, 480_000, 600_000]);
    expect(timeTicks([500, 3500], 4)).toEqual([1000, 2000, 3000]);
    // Three hours east of UTC, noon there is nine o'clock here.
    expect(timeTicks([0, 86_400_000], 2, 10_800_000)).toEqual([32_400_000, 75_600_000]);
  });

  test('moments say as much as tells them from their neighbours', () => {
    const noon = new Date(2025, 2, 1, 12, 5, 9).getTime();
    expect(formatMoment(noon)).toBe('2025-03-01 12:05:09');
    expect(formatMomentTick(noon, [0, 60_000])).toBe('12:05:09');
    expect(formatMomentTick(noon, [0, 7_200_000])).toBe('12:05');
    expect(formatMomentTick(noon, [0, 86_400_000])).toBe('03-01 12:05');
    expect(formatMomentTick(noon, [0, 864_000_000])).toBe('2025-03-01');
  });
});
