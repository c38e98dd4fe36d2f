import { expect, test, vi } from 'vitest';
import type { RunEvent } from '../../../common/run/events';
import { repeatsRecord, runLogLine } from '../../../extension/runs/run-log-text';
import { parseInvocation } from '../../../trainer/cli/command';
import { RunConsole } from '../../../trainer/cli/run-console';
import { trainCommand } from '../../../trainer/cli/train';

const loss = { total: 1, main: 1 };
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
  expect(runLogLine({ ...at, type: 'step', step: 1, epoch: 1, learningRate: 0.1, loss, imagesPerSecond: 60 })).toBe(
    undefined,
  );
});

test('what the trainer prints of a record is not shown beside the record', () => {
  const printed: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed.push(...String(text).trimEnd().split('\n'));
    return true;
  });
  const invocation = parseInvocation(trainCommand, [], new AbortController());
  const { session } = new RunConsole(invocation, '/runs/small-1');
  const events: RunEvent[] = [
    { ...at, type: 'status', state: 'running', totalSteps: 4, totalEpochs: 2 },
    { ...at, type: 'status', state: 'running', fromStep: 3, totalSteps: 4, totalEpochs: 2 },
    { ...at, type: 'warning', message: 'no native runtime:\nit does not load' },
    { ...at, type: 'step', step: 1, epoch: 1, learningRate: 0.1, loss, imagesPerSecond: 60 },
    {
      ...at,
      type: 'epoch',
      epoch: 1,
      step: 2,
      learningRate: 0.1,
      train: { loss },
      seconds: { training: 1, validation: 1 },
    },
  ];
  for (const event of events) session.onEvent?.(event);
  session.onCheckpoint?.(2);
  write.mockRestore();
  expect(printed).toHaveLength(7);
  // Steps have no line of their own, and checkpoints on request no record.
  expect(printed.filter((line) => !repeatsRecord(line, 'small-1'))).toEqual([
    'small-1: 1 of 4  epoch 1/2  loss 1.000  60 images/s',
    'small-1: checkpoint of step 2, on request',
  ]);
  expect(repeatsRecord('small-1: finished, in /runs/small-1', 'small-1')).toBe(true);
  expect(repeatsRecord('small-1: stopped; go on with: mixprop resume /runs/small-1', 'small-1')).toBe(true);
});
