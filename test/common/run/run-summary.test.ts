import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { experimentSchema } from '../../../common/experiment/schema';
import { effectiveEvents } from '../../../common/run/event-reader';
import type { RunEvent, RunEventBody } from '../../../common/run/events';
import type { RunInfo } from '../../../common/run/run-info';
import { type RunSummary, RunSummaryBuilder } from '../../../common/run/run-summary';
import { arbitraryEvents } from './arbitrary-events';

const run: RunInfo = {
  runId: 'cats-1',
  folder: '/runs/cats-1',
  experiment: experimentSchema.parse({ name: 'cats', dataset: { type: 'shapes' }, training: { epochs: 4 } }),
};
const stepsPerEpoch = 5;

function summarize(info: RunInfo, events: Iterable<RunEvent>): RunSummary {
  const builder = new RunSummaryBuilder(info);
  for (const event of events) builder.add(event);
  return builder.summary;
}

/** A run that is stopped and resumed at arbitrary steps, as a trainer writes it: some steps are run again. */
const resumedRun = fc
  .array(
    fc.record({
      steps: fc.integer({ min: 1, max: 12 }),
      back: fc.nat({ max: 8 }),
      top1: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    {
      minLength: 1,
      maxLength: 6,
    },
  )
  .map((sessions) => {
    const bodies: RunEventBody[] = [];
    let step = 0;
    for (const [index, { steps, back, top1 }] of sessions.entries()) {
      step = Math.max(0, step - back);
      bodies.push({
        type: 'status',
        state: 'running',
        totalSteps: 20,
        totalEpochs: 4,
        ...(index === 0 ? {} : { fromStep: step + 1 }),
      });
      for (const last = step + steps; step < last; ) {
        step++;
        const epoch = Math.ceil(step / stepsPerEpoch);
        const loss = { total: 1 / step, main: 1 / step };
        bodies.push({ type: 'step', step, epoch, learningRate: 0.1, loss, imagesPerSecond: 100 });
        if (step % stepsPerEpoch !== 0) continue;
        const validation = { main: { loss: 1, top1: top1 / epoch, top5: 1 } };
        const seconds = { training: 1, validation: 1 };
        bodies.push({ type: 'epoch', epoch, step, learningRate: 0.1, train: { loss }, validation, seconds });
      }
      bodies.push({ type: 'status', state: 'stopped', reason: 'stopped on request' });
    }
    return bodies.map((body, index) => ({ seq: index + 1, time: 1000 * index, ...body }) as RunEvent);
  });

describe('RunSummaryBuilder', () => {
  test('sums up the records that count, however often the run was resumed', () => {
    fc.assert(
      fc.property(resumedRun, (events) => {
        const effective = effectiveEvents(events);
        const summary = summarize(run, events);
        const steps = effective.filter((event) => event.type === 'step');
        const top1s = effective.flatMap((event) => (event.type === 'epoch' ? [event.validation!.main.top1] : []));
        expect(summary).toMatchObject({
          runId: 'cats-1',
          name: 'cats',
          method: 'mixprop',
          architecture: 'preact-resnet18',
          state: 'stopped',
          reason: 'stopped on request',
          totalEpochs: 4,
          totalSteps: 20,
          step: steps.at(-1)!.step,
          epoch: steps.at(-1)!.epoch,
          lastLoss: steps.at(-1)!.loss.total,
          imagesPerSecond: 100,
          startedAt: 0,
          updatedAt: events.at(-1)!.time,
        });
        expect(summary.bestTop1).toBe(top1s.length === 0 ? undefined : Math.max(...top1s));
        expect(summary.lastTop1).toBe(top1s.at(-1));
        expect(summary.secondsLeft).toBeUndefined();
      }),
    );
  });

  test('right after a resume, progress is what is kept', () => {
    const builder = new RunSummaryBuilder(run);
    const step = (seq: number, step: number): RunEvent => ({
      seq,
      time: seq,
      type: 'step',
      step,
      epoch: 1,
      learningRate: 0.1,
      loss: { total: 1, main: 1 },
      imagesPerSecond: 9,
    });
    for (let seq = 1; seq <= 9; seq++) builder.add(step(seq, seq));
    builder.add({ seq: 10, time: 10, type: 'status', state: 'running', fromStep: 6 });
    expect(builder.summary).toMatchObject({ state: 'running', step: 5 });
    expect(builder.summary.lastLoss).toBeUndefined();
  });

  test('the remaining time follows from the pace since the last start', () => {
    const builder = new RunSummaryBuilder(run);
    let seq = 0;
    const add = (time: number, body: RunEventBody) => builder.add({ seq: ++seq, time, ...body } as RunEvent);
    const step = (time: number, step: number) =>
      add(time, { type: 'step', step, epoch: 1, learningRate: 0.1, loss: { total: 1, main: 1 }, imagesPerSecond: 9 });
    add(0, { type: 'status', state: 'running', totalSteps: 100, totalEpochs: 4 });
    for (let index = 1; index <= 10; index++) step(index * 60_000, index);
    add(700_000, { type: 'status', state: 'stopped' });
    add(9_000_000, { type: 'status', state: 'running', fromStep: 11, totalSteps: 100, totalEpochs: 4 });
    step(9_010_000, 11);
    for (let index = 12; index <= 15; index++) step(9_010_000 + (index - 11) * 500, index);
    expect(builder.summary.secondsLeft).toBeUndefined();
    step(9_012_500, 16);
    expect(builder.summary.secondsLeft).toBeCloseTo(84 * 0.5);
    for (let index = 17; index <= 20; index++) step(9_010_000 + (index - 11) * 500, index);
    expect(builder.summary.secondsLeft).toBeCloseTo(80 * 0.5);
    add(9_100_000, { type: 'status', state: 'finished' });
    expect(builder.summary.secondsLeft).toBeUndefined();
  });

  test('no order of records makes it throw', () => {
    fc.assert(
      fc.property(arbitraryEvents(40), (events) => {
        const { step, epoch } = summarize(run, events);
        expect(step).toBeGreaterThanOrEqual(0);
        expect(epoch).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test('before the first record a run is queued', () => {
    expect(summarize(run, [])).toEqual({
      runId: 'cats-1',
      folder: '/runs/cats-1',
      name: 'cats',
      method: 'mixprop',
      architecture: 'preact-resnet18',
      state: 'queued',
      epoch: 0,
      totalEpochs: 4,
      step: 0,
      totalSteps: 0,
    });
  });
});
