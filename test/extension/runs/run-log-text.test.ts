import { expect, test } from 'vitest';
import { repeatsRecord, runLogLine } from '../../../extension/runs/run-log-text';

const at = { seq: 1, time: new Date(2025, 0, 2, 3, 4, 5).getTime() };

test('records become lines with the time at which they were made', () => {
  expect(runLogLine({ ...at, type: 'status', state: 'running', fromStep: 7 })).toBe(
    '2025-01-02 03:04:05 [info] running, from step 7',
  );
  expect(runLogLine({ ...at, type: 'status', state: 'failed', reason: 'the disk is full' })).toBe(
    '2025-01-02 03:04:05 [error] failed: the disk is full',
  );
  expect(runLogLine({ ...at, type: 'warning', message: 'late milestone' })).toContain('[warning] late milestone');
  expect(
    runLogLine({
      ...at,
      type: 'epoch',
      epoch: 2,
      step: 20,
      learningRate: 0.1,
      train: { loss: { total: 3, main: 1, aux: Number.NaN } },
      validation: { main: { loss: 1.5, top1: 0.25, top5: 0.9 }, aux: { loss: 2, top1: 0.125, top5: 0.5 } },
      seconds: { training: 10, validation: 2.25 },
    }),
  ).toBe(
    '2025-01-02 03:04:05 [info] epoch 2: training loss 3.0000 (main 1.0000, aux not finite), ' +
      'validation main top-1 25.0 % (loss 1.5000), aux top-1 12.5 % (loss 2.0000), 12.3 s',
  );
});

test('steps are too many for a log', () => {
  const loss = { total: 1, main: 1 };
  expect(runLogLine({ ...at, type: 'step', step: 1, epoch: 1, learningRate: 0.1, loss, imagesPerSecond: 60 })).toBe(
    undefined,
  );
});

test('of what the trainer prints, epochs and warnings have a record, which is shown', () => {
  expect(repeatsRecord('small-1: epoch 2/8: loss 0.173, validation top-1 main 97.0 % (3 s)')).toBe(true);
  expect(repeatsRecord('small-1: warning: late milestone')).toBe(true);
  expect(repeatsRecord('small-1: 5 of 40  epoch 1/8  loss 1.087')).toBe(false);
  expect(repeatsRecord('small-1: training, 8 epochs of 5 steps')).toBe(false);
});
