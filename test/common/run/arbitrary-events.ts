import fc from 'fast-check';
import type { RunEvent, RunEventBody } from '../../../common/run/events';

const measurement = fc.double({ min: 0, max: 100, noNaN: true });
const count = fc.nat({ max: 1000 });
const loss = fc.record(
  { total: measurement, main: measurement, aux: measurement },
  { requiredKeys: ['total', 'main'] },
);
const branch = fc.record({ loss: measurement, top1: measurement, top5: measurement });
const localisation = fc.record(
  { pointing: measurement, energy: measurement, area: measurement, regions: measurement },
  { requiredKeys: [] },
);
const branchName = fc.constantFrom('main' as const, 'aux' as const);
const text = fc.string({ unit: 'binary', maxLength: 30 });

/** A record's body of any type with any contents. */
export const arbitraryBody: fc.Arbitrary<RunEventBody> = fc.oneof(
  fc.record(
    {
      type: fc.constant('status' as const),
      state: fc.constantFrom(...(['queued', 'running', 'paused', 'stopped', 'failed', 'finished'] as const)),
      reason: text,
      fromStep: count,
      totalSteps: count,
    },
    { requiredKeys: ['type', 'state'] },
  ),
  fc.record({
    type: fc.constant('step' as const),
    step: count,
    epoch: count,
    learningRate: measurement,
    loss,
    imagesPerSecond: measurement,
  }),
  fc.record(
    {
      type: fc.constant('draws' as const),
      step: count,
      indices: fc.array(count, { maxLength: 20 }),
      lambda: measurement,
      permutation: fc.array(count, { maxLength: 20 }),
      mixed: count,
      box: fc.record({ top: count, left: count, bottom: count, right: count }),
      noiseSeed: count,
      startSeed: count,
      targetOffsets: fc.array(count, { maxLength: 20 }),
    },
    { requiredKeys: ['type', 'step', 'indices'] },
  ),
  fc.record({
    type: fc.constant('routing' as const),
    step: count,
    epoch: count,
    batches: fc.array(
      fc.record({
        pass: fc.constantFrom('training' as const, 'attack' as const),
        name: text,
        branch: branchName,
        images: count,
        clean: count,
      }),
      { maxLength: 3 },
    ),
    layers: fc.array(
      fc.record({
        layer: text,
        routes: fc.array(
          fc.record({
            batch: count,
            branch: branchName,
            statistics: fc.constantFrom('batch' as const, 'running' as const),
            updates: fc.boolean(),
          }),
          { maxLength: 3 },
        ),
        moved: fc.array(branchName, { maxLength: 2 }),
        asPredicted: fc.boolean(),
      }),
      { maxLength: 3 },
    ),
  }),
  fc.record(
    {
      type: fc.constant('epoch' as const),
      epoch: count,
      step: count,
      learningRate: measurement,
      train: fc.record({ loss }),
      validation: fc.record({ main: branch, aux: branch }, { requiredKeys: ['main'] }),
      seconds: fc.record({ training: measurement, validation: measurement }),
    },
    { requiredKeys: ['type', 'epoch', 'step', 'learningRate', 'train', 'seconds'] },
  ),
  fc.record({
    type: fc.constant('divergence' as const),
    epoch: count,
    step: count,
    layers: fc.array(
      fc.record({
        layer: text,
        symmetricKl: measurement,
        wasserstein2: measurement,
        meanShift: measurement,
        logVarianceRatio: measurement,
        gammaGap: measurement,
        betaGap: measurement,
      }),
      { maxLength: 4 },
    ),
  }),
  fc.record(
    {
      type: fc.constant('explain' as const),
      epoch: count,
      step: count,
      image: text,
      index: count,
      branch: branchName,
      class: text,
      label: text,
      predicted: text,
      confidence: measurement,
      grid: fc.array(fc.array(measurement, { maxLength: 4 }), { maxLength: 4 }),
    },
    { requiredKeys: ['type', 'epoch', 'step', 'image', 'branch', 'class', 'predicted', 'confidence', 'grid'] },
  ),
  fc.record(
    {
      type: fc.constant('localisation' as const),
      epoch: count,
      step: count,
      images: count,
      withRegion: count,
      main: localisation,
      aux: localisation,
      agreement: measurement,
    },
    { requiredKeys: ['type', 'epoch', 'step', 'images', 'withRegion', 'main'] },
  ),
  fc.record({
    type: fc.constant('images' as const),
    step: count,
    epoch: count,
    images: fc.array(fc.oneof(count, fc.string({ minLength: 1 })), { maxLength: 4 }),
  }),
  fc.record({ type: fc.constant('system' as const), backend: text, device: text, memoryMiB: measurement }),
  fc.record({ type: fc.constant('warning' as const), message: text }),
);

/** Records numbered from 1. */
export const arbitraryEvents = (maxLength: number): fc.Arbitrary<RunEvent[]> =>
  fc
    .array(fc.tuple(arbitraryBody, count), { maxLength })
    .map((bodies) => bodies.map(([body, time], index) => ({ seq: index + 1, time, ...body }) as RunEvent));

export const toLine = (event: object): string => `${JSON.stringify(event)}\n`;

/** A step of the plain kind, as most records are. */
export const stepBody = (step: number): RunEventBody => ({
  type: 'step',
  step,
  epoch: 1,
  learningRate: 0.1,
  loss: { total: 2 / step, main: 1 / step, aux: 1 / step },
  imagesPerSecond: 100,
});
