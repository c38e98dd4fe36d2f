import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { experimentSchema } from '../../../../common/experiment/schema';
import { DivergenceModel } from '../../../../common/panels/divergence/divergence-model';
import { divergenceMeasures } from '../../../../common/run/divergence-measures';
import { effectiveEvents } from '../../../../common/run/event-reader';
import type { LayerDivergence, RunEvent } from '../../../../common/run/events';
import { DivergenceRuns } from '../../../../webview/divergence/divergence-runs';
import { runName } from '../../../run-name';

const experiment = experimentSchema.parse({ name: 'run', dataset: { type: 'shapes' }, training: { epochs: 4 } });
const stepsPerEpoch = 4;
const layers = ['bn1', 'layer1.0.bn1', 'bn'];

/** As it arrives in the webview. */
const sent = <T>(contents: T): T => JSON.parse(JSON.stringify(contents)) as T;

const hydrated = (model: DivergenceModel): DivergenceRuns => {
  const panel = new DivergenceRuns();
  panel.begin(sent([model.hydrate()]));
  return panel;
};

const shown = (panel: DivergenceRuns) => panel.runs[0]!;

type Action = { kind: 'steps'; count: number } | { kind: 'resume'; back: number } | { kind: 'take' };
const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ kind: fc.constant('steps' as const), count: fc.integer({ min: 1, max: 9 }) }),
  fc.record({ kind: fc.constant('resume' as const), back: fc.integer({ min: 0, max: 9 }) }),
  fc.record({ kind: fc.constant('take' as const) }),
);
const value = fc.oneof({ weight: 5, arbitrary: fc.double({ min: 0, max: 50, noNaN: true }) }, fc.constant(Number.NaN));

/** The records that a trainer would write, a divergence every second step, and `undefined` where a panel asks for news. */
function* records(actions: readonly Action[], values: readonly number[]): Generator<RunEvent | undefined> {
  let seq = 0;
  let step = 0;
  const base = () => ({ seq: ++seq, time: seq });
  const loss = { total: 1, main: 1 };
  const measured = (layer: string): LayerDivergence =>
    ({
      layer,
      ...Object.fromEntries(divergenceMeasures.map((name, index) => [name, values[(seq + index) % values.length]!])),
    }) as LayerDivergence;
  yield { ...base(), type: 'status', state: 'running', totalSteps: 16, totalEpochs: 4 };
  for (const item of actions) {
    if (item.kind === 'take') yield undefined;
    else if (item.kind === 'resume') {
      step = Math.max(0, step - item.back);
      yield { ...base(), type: 'status', state: 'running', fromStep: step + 1 };
    } else {
      for (let count = 0; count < item.count; count++) {
        step++;
        const epoch = Math.ceil(step / stepsPerEpoch);
        yield { ...base(), type: 'step', step, epoch, learningRate: 0.1, loss, imagesPerSecond: 1 };
        if (step % stepsPerEpoch === 0) {
          const seconds = { training: 1, validation: 1 };
          yield { ...base(), type: 'epoch', epoch, step, learningRate: 0.1, train: { loss }, seconds };
        }
        if (step % 2 === 0) yield { ...base(), type: 'divergence', epoch, step, layers: layers.map(measured) };
      }
    }
  }
}

const streams = fc.record({
  actions: fc.array(action, { maxLength: 25 }),
  values: fc.array(value, { minLength: 1, maxLength: 9 }),
});

describe('DivergenceModel', () => {
  test('a panel hydrated early and kept up to date shows what one hydrated at the end shows', () => {
    fc.assert(
      fc.property(streams, fc.nat(60), ({ actions, values }, hydrateAt) => {
        const model = new DivergenceModel(runName('run'), experiment);
        let panel: DivergenceRuns | undefined;
        let index = 0;
        for (const event of records(actions, values)) {
          if (event !== undefined) model.add(event);
          else if (panel !== undefined) {
            const delta = model.take();
            if (delta !== undefined) panel.extend(sent({ ...delta }));
          }
          if (index++ === hydrateAt) panel = hydrated(model);
        }
        if (panel === undefined) return;
        // Steps alone are no news: the header comes along with what is.
        model.conclude({ state: 'finished' });
        panel.extend(sent({ ...model.take()! }));
        expect(model.take()).toBeUndefined();
        expect(shown(panel)).toEqual(shown(hydrated(model)));
      }),
      { numRuns: 300 },
    );
  });

  test('superseded records leave no trace, and the ends of epochs are known', () => {
    fc.assert(
      fc.property(streams, ({ actions, values }) => {
        const events = [...records(actions, values)].filter((event) => event !== undefined);
        const model = new DivergenceModel(runName('run'), experiment);
        for (const event of events) model.add(event);
        const kept = effectiveEvents(events).filter((event) => event.type === 'divergence');
        const run = model.hydrate();
        expect(run.records.map(({ step }) => step)).toEqual(kept.map(({ step }) => step));
        for (const record of run.records) expect(record.endsEpoch).toBe(record.step % stepsPerEpoch === 0);
        expect(run.layers).toEqual(events.some(({ type }) => type === 'divergence') ? layers : []);
        for (const alarm of run.alarms) expect(layers).toContain(alarm.layer);
      }),
    );
  });

  test('a method with one branch says so', () => {
    const vanilla = experimentSchema.parse({ dataset: { type: 'shapes' }, method: { type: 'vanilla' } });
    expect(new DivergenceModel(runName('v'), vanilla).hydrate()).toMatchObject({
      branches: 'main',
      layers: [],
      records: [],
    });
    expect(new DivergenceModel(runName('m'), experiment).hydrate().branches).toBe('main and aux');
  });

  test('very many records within epochs get rarer, the ends of epochs stay', () => {
    const model = new DivergenceModel(runName('run'), experiment);
    const one = [
      { layer: 'bn', ...Object.fromEntries(divergenceMeasures.map((name) => [name, 1])) } as LayerDivergence,
    ];
    for (let step = 1; step <= 20_000; step++) {
      const epoch = Math.ceil(step / 100);
      if (step % 100 === 0) {
        const rest = {
          learningRate: 1,
          train: { loss: { total: 1, main: 1 } },
          seconds: { training: 1, validation: 1 },
        };
        model.add({ seq: 1, time: 1, type: 'epoch', epoch, step, ...rest });
      }
      model.add({ seq: 1, time: 1, type: 'divergence', epoch, step, layers: one });
    }
    const { records: kept } = model.hydrate();
    expect(kept.filter(({ endsEpoch }) => endsEpoch)).toHaveLength(200);
    expect(kept.length).toBeLessThan(2500);
    const gaps = kept.slice(1).map(({ step }, index) => step - kept[index]!.step);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(100);
  });

  test('alarms of the channels come along, and say it instead of equal branches', () => {
    const model = new DivergenceModel(runName('run'), experiment);
    for (const event of records([{ kind: 'steps', count: 4 }], [0])) model.add(event!);
    expect(model.hydrate().alarms).toMatchObject([{ kind: 'branches-equal' }]);
    expect(model.lastEpoch).toBe(1);
    const alarm = { kind: 'aux-unchanged', layer: 'bn', epoch: 1, message: 'm', cause: 'c', remedy: 'r' } as const;
    model.setStatisticsAlarms([alarm]);
    expect(model.take()?.alarms).toEqual([alarm]);
    model.setStatisticsAlarms([{ ...alarm }]);
    expect(model.take()).toBeUndefined();
  });
});
