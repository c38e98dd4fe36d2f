import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeExperiment } from '../../../../common/experiment/describe-experiment';
import { experimentSchema } from '../../../../common/experiment/schema';
import type { PackedColumn, ToCurves } from '../../../../common/panels/curves/curves-contract';
import { CurvesModel } from '../../../../common/panels/curves/curves-model';
import { effectiveEvents } from '../../../../common/run/event-reader';
import type { RunEvent } from '../../../../common/run/events';
import { packedLength } from '../../../../webview/curves/data/growing-column';
import { PanelRuns } from '../../../../webview/curves/data/panel-runs';
import { runName } from '../../../run-name';

const experiment = experimentSchema.parse({ name: 'curves', dataset: { type: 'shapes' }, training: { epochs: 4 } });
const stepsPerEpoch = 3;

/** A message as it arrives in the webview. */
const sent = <T extends ToCurves>(message: T): T => JSON.parse(JSON.stringify(message)) as T;

const hydrated = (model: CurvesModel): PanelRuns => {
  const panel = new PanelRuns();
  panel.apply(sent({ type: 'hydrate', version: 1, runs: [model.hydrate()] }));
  return panel;
};

/** What a panel shows of the one run, without the count of messages it came in and how its numbers are kept. */
const shown = (panel: PanelRuns) => {
  const { revision: _, steps, ...run } = panel.runs[0]!;
  return { ...run, steps: Object.entries(steps).map(([name, column]) => [name, ...column]) };
};

type Action = { kind: 'steps'; count: number } | { kind: 'resume'; back: number } | { kind: 'take' };

const loss = fc.oneof(fc.double({ min: 0, max: 5, noNaN: true }), fc.constant(Number.NaN));
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('steps' as const), count: fc.integer({ min: 1, max: 7 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('resume' as const), back: fc.integer({ min: 0, max: 9 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('take' as const) }) },
);

/** The records that a trainer would write, and `undefined` where a panel asks for news. */
function* records(
  actions: readonly Action[],
  dual: boolean,
  losses: readonly number[],
  explainEvery = 1,
): Generator<RunEvent | undefined> {
  let seq = 0;
  let step = 0;
  const base = () => ({ seq: ++seq, time: 1000 + seq });
  const value = () => losses[seq % losses.length]!;
  yield { ...base(), type: 'status', state: 'running', totalSteps: 12, totalEpochs: 4 };
  for (const item of actions) {
    if (item.kind === 'take') yield undefined;
    else if (item.kind === 'resume') {
      yield { ...base(), type: 'status', state: 'stopped', reason: 'stopped on request' };
      step = Math.max(0, step - item.back);
      yield { ...base(), type: 'status', state: 'running', fromStep: step + 1 };
    } else {
      for (let count = 0; count < item.count; count++) {
        step++;
        const epoch = Math.ceil(step / stepsPerEpoch);
        const terms = { total: value(), main: value(), ...(dual ? { aux: value() } : {}) };
        yield { ...base(), type: 'step', step, epoch, learningRate: 0.1, loss: terms, imagesPerSecond: 1 };
        if (step % stepsPerEpoch !== 0) continue;
        const branch = { loss: value(), top1: (seq % 10) / 10, top5: 1 };
        yield {
          ...base(),
          type: 'epoch',
          epoch,
          step,
          learningRate: 0.1,
          train: { loss: terms },
          ...(epoch % 2 === 0 ? { validation: dual ? { main: branch, aux: branch } : { main: branch } } : {}),
          seconds: { training: 1, validation: 1 },
        };
        if (epoch % explainEvery !== 0) continue;
        // Not every measure can be taken every time.
        const looked = epoch % 3 === 0 ? { area: value() } : { pointing: value(), energy: value(), regions: value() };
        yield {
          ...base(),
          type: 'localisation',
          epoch,
          step,
          images: 8,
          withRegion: epoch,
          main: looked,
          ...(dual ? { aux: looked, agreement: value() } : {}),
        };
      }
    }
  }
}

const streams = fc.record({
  actions: fc.array(action, { maxLength: 25 }),
  dual: fc.boolean(),
  losses: fc.array(loss, { minLength: 1, maxLength: 5 }),
});

describe('CurvesModel', () => {
  test('a panel hydrated early and kept up to date shows what one hydrated at the end shows', () => {
    fc.assert(
      fc.property(streams, fc.nat(40), ({ actions, dual, losses }, hydrateAt) => {
        const model = new CurvesModel(runName('run'), experiment);
        let panel: PanelRuns | undefined;
        let index = 0;
        for (const event of records(actions, dual, losses)) {
          if (event !== undefined) model.add(event);
          else if (panel !== undefined) {
            const delta = model.take();
            if (delta !== undefined) panel.apply(sent({ type: 'append', ...delta }));
          }
          if (index++ === hydrateAt) panel = hydrated(model);
        }
        if (panel === undefined) return;
        const delta = model.take();
        if (delta !== undefined) panel.apply(sent({ type: 'append', ...delta }));
        expect(model.take()).toBeUndefined();
        expect(shown(panel)).toEqual(shown(hydrated(model)));
      }),
      { numRuns: 500 },
    );
  });

  test('superseded records leave no trace', () => {
    fc.assert(
      fc.property(streams, ({ actions, dual, losses }) => {
        const events = [...records(actions, dual, losses)].filter((event) => event !== undefined);
        const model = new CurvesModel(runName('run'), experiment);
        for (const event of events) model.add(event);
        const { steps, epochs, localisation } = model.hydrate();
        const kept = effectiveEvents(events);
        const keptSteps = kept.filter((event) => event.type === 'step');
        const keptValidations = kept.filter((event) => event.type === 'epoch' && event.validation !== undefined);
        expect(steps.step).toEqual(keptSteps.map(({ step }) => step));
        expect(steps.time).toEqual(keptSteps.map(({ time }) => time));
        expect(epochs.time).toEqual(keptValidations.map(({ time }) => time));
        const keptLooks = kept.filter((event) => event.type === 'localisation');
        expect(localisation.time).toEqual(keptLooks.map(({ time }) => time));
        expect(localisation.step).toEqual(keptLooks.map(({ step }) => step));
        expect(new Set(Object.values(localisation).map(({ length }) => length)).size).toBe(1);
        const lengths = Object.values(steps).map((column) => packedLength(column as PackedColumn));
        expect(new Set(dual ? lengths : [...lengths.slice(0, -1)]).size).toBeLessThanOrEqual(1);
        expect(packedLength(steps.aux)).toBe(dual ? packedLength(steps.step) : 0);
      }),
    );
  });

  test('measures of localisation are as recorded; what was not measured, or not finite, is null', () => {
    const model = new CurvesModel(runName('run'), experiment);
    const base = { type: 'localisation', images: 8, withRegion: 6 } as const;
    const main = { pointing: 0.5, energy: 0.3, area: 0.4, regions: 1.25 };
    model.add({ ...base, seq: 1, time: 10, epoch: 1, step: 3, main: { area: 0.5, regions: Number.NaN } });
    const aux = { pointing: 0.6, energy: 0.31, area: 0.35, regions: 1.5 };
    model.add({ ...base, seq: 2, time: 20, epoch: 2, step: 6, main, aux, agreement: -0.2 });
    expect(model.hydrate().localisation).toEqual({
      epoch: [1, 2],
      step: [3, 6],
      time: [10, 20],
      images: [8, 8],
      withRegion: [6, 6],
      mainPointing: [null, 0.5],
      mainEnergy: [null, 0.3],
      mainArea: [0.5, 0.4],
      mainRegions: [null, 1.25],
      auxPointing: [null, 0.6],
      auxEnergy: [null, 0.31],
      auxArea: [null, 0.35],
      auxRegions: [null, 1.5],
      agreement: [null, -0.2],
    });
    model.add({ ...base, seq: 3, time: 30, epoch: 3, step: 9, main });
    expect(model.take()?.localisation).toMatchObject({ epoch: [3], mainArea: [0.4], agreement: [null] });
    expect(model.take()).toBeUndefined();
  });

  test('a long run travels packed, in parts, and arrives as it was', () => {
    const actions: Action[] = [
      { kind: 'steps', count: 5000 },
      { kind: 'resume', back: 3 },
      { kind: 'steps', count: 250_000 },
    ];
    const model = new CurvesModel(runName('run'), experiment);
    const panel = new PanelRuns();
    panel.apply({ type: 'hydrate', version: 1, runs: [model.announce()] });
    const losses = [2.5, Math.fround(0.1), Number.NaN, 0.1];
    for (const event of records(actions, true, losses, 1000)) model.add(event!);
    const begun = new CurvesModel(runName('run'), experiment);
    begun.restore(model.snapshot());
    const parts = [];
    for (let delta = begun.take(); delta !== undefined; delta = begun.take()) parts.push(delta);
    for (const delta of parts) panel.apply(structuredClone({ type: 'append', ...delta }));
    expect(parts.length).toBe(2);
    expect(parts.every(({ steps }) => !Array.isArray(steps.step))).toBe(true);
    // As bytes: a deep comparison of so many numbers takes half a minute.
    const numbers = Object.entries(panel.runs[0]!.steps);
    const expected = hydrated(model).runs[0]!.steps;
    for (const [name, column] of numbers) {
      const bytes = (values: ArrayLike<number>) => Buffer.from(Float64Array.from(values).buffer);
      expect([name, bytes(column).equals(bytes(expected[name as keyof typeof expected]))]).toEqual([name, true]);
    }
    expect(panel.runs[0]?.restarts).toEqual([4998]);
  });

  test('what is announced comes whole with the next takes', () => {
    const model = new CurvesModel(runName('run'), experiment);
    for (const event of records([{ kind: 'steps', count: 7 }], true, [1])) model.add(event!);
    model.hydrate();
    expect(model.take()).toBeUndefined();
    expect(packedLength(model.announce().steps.step)).toBe(0);
    expect(model.take()?.steps.step).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  test('the header follows the records', () => {
    const model = new CurvesModel(runName('run-1'), experiment);
    expect(model.header).toMatchObject({
      runId: 'run-1',
      name: 'curves',
      description: 'mixprop · preact-resnet18 ×64',
      state: 'queued',
      epoch: 0,
      totalEpochs: 4,
      step: 0,
      totalSteps: 0,
    });
    for (const event of records([{ kind: 'steps', count: 5 }], true, [1])) model.add(event!);
    expect(model.header).toMatchObject({ state: 'running', epoch: 2, step: 5, totalSteps: 12 });
    model.add({ seq: 99, time: 1, type: 'status', state: 'running', fromStep: 3 });
    expect(model.header).toMatchObject({ state: 'running', epoch: 1, step: 2 });
    model.conclude({ state: 'failed', reason: 'killed' });
    expect(model.header).toMatchObject({ state: 'failed', reason: 'killed' });
    expect(model.take()).toBeDefined();
  });

  test('a resumption before the last one takes its mark away', () => {
    const model = new CurvesModel(runName('run'), experiment);
    const resume = (fromStep: number) => model.add({ seq: 1, time: 1, type: 'status', state: 'running', fromStep });
    resume(10);
    resume(20);
    resume(20);
    expect(model.hydrate().restarts).toEqual([10, 20]);
    resume(5);
    expect(model.take()).toMatchObject({ restarts: [5], truncateFromStep: 5 });
  });

  test('a method of one branch is described', () => {
    const vanilla = experimentSchema.parse({
      dataset: { type: 'shapes' },
      method: { type: 'vanilla' },
      model: { architecture: 'resnet18', width: 8 },
    });
    expect(describeExperiment(vanilla)).toBe('vanilla · resnet18 ×8');
  });
});
