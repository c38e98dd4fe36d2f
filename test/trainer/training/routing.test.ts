import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ExperimentInput, experimentSchema } from '../../../common/experiment/schema';
import { readAllEvents } from '../../../common/run/event-reader';
import { startBackend } from '../../../trainer/backends/select';
import { EagerExecutor } from '../../../trainer/execution/eager-executor';
import type { HostBatch } from '../../../trainer/execution/executor';
import { observeStep } from '../../../trainer/execution/observe-step';
import { prepareNetwork } from '../../../trainer/execution/prepare-network';
import type { Method, Passes } from '../../../trainer/methods/method';
import { initialState } from '../../../trainer/models/initialization';
import { Generator } from '../../../trainer/random/generator';
import { routingOf, routingProblems } from '../../../trainer/training/routing';
import { startRun } from '../../../trainer/training/session';
import { testBackend } from '../../test-backend';

const imageSize = 16;
const size = 8;

beforeAll(async () => {
  await startBackend(testBackend);
});

function batchOf(seed: number): HostBatch {
  const generator = new Generator(seed, 'batch');
  const pixels = Float32Array.from({ length: size * imageSize ** 2 * 3 }, () => generator.normal());
  return { pixels, labels: Int32Array.from({ length: size }, () => generator.integer(10)), imageSize };
}

/** What a step of a method looks like, and what is wrong with it. */
function route(
  settings: NonNullable<ExperimentInput['method']>,
  wired: (method: Method) => Method = (method) => method,
) {
  const experiment = experimentSchema.parse({ dataset: { type: 'shapes' }, model: { width: 4 }, method: settings });
  const { network, method: right } = prepareNetwork(experiment, 10);
  const method = wired(right);
  const executor = new EagerExecutor(network, method, experiment.optimizer, initialState(network.specs, 1));
  const [batch, draws] = [batchOf(1), method.draw(new Generator(1, 'method'), { size, imageSize })];
  const before = executor.values();
  const observed = observeStep(network, method, before, batch, draws);
  executor.step(batch, draws, 0.1);
  const routing = routingOf(batch, observed, before, executor.values());
  executor.dispose();
  return { ...routing, problems: routingProblems(routing, method.branches) };
}

/** A method whose passes are meddled with. */
const meddled =
  (meddle: (passes: Passes) => Passes) =>
  (method: Method): Method => ({
    ...method,
    run: (passes, batch, draws) => method.run(meddle(passes), batch, draws),
  });

describe('the way of every batch through every layer is recorded', () => {
  test('mixprop: clean through main, mixed through aux', () => {
    const { batches, layers, problems } = route({ type: 'mixprop' });
    expect(problems).toEqual([]);
    expect(batches).toEqual([
      { pass: 'training', name: 'clean', branch: 'main', images: size, clean: size },
      { pass: 'training', name: 'mixed', branch: 'aux', images: size, clean: 0 },
    ]);
    expect(layers).toHaveLength(17);
    for (const { routes, moved, asPredicted } of layers) {
      expect(routes).toEqual([
        { batch: 0, branch: 'main', statistics: 'batch', updates: true },
        { batch: 1, branch: 'aux', statistics: 'batch', updates: true },
      ]);
      expect(moved).toEqual(['main', 'aux']);
      expect(asPredicted).toBe(true);
    }
  });

  test('advprop: attacks with frozen statistics, then clean through main and adversarial through aux', () => {
    const { batches, layers, problems } = route({ type: 'advprop', attack: { epsilonPixels: 2, steps: 3 } });
    expect(problems).toEqual([]);
    expect(batches.map(({ pass, name, branch }) => `${pass} ${name} ${branch}`)).toEqual([
      ...Array(3).fill('attack attack aux'),
      'training clean main',
      'training adversarial aux',
    ]);
    for (const { routes } of layers) {
      expect(routes.map(({ statistics, updates }) => `${statistics} ${updates}`)).toEqual([
        ...Array(3).fill('running false'),
        'batch true',
        'batch true',
      ]);
    }
  });

  test.each([
    { type: 'vanilla' },
    { type: 'mixup' },
    { type: 'cutmix' },
    { type: 'mixprop', auxiliary: 'noise' },
    { type: 'advprop', attack: { batchNorm: 'batch', targeted: true } },
    { type: 'fast-advprop', fraction: 0.25 },
  ] as const)('%o has no problem', (settings) => {
    expect(route(settings).problems).toEqual([]);
  });
});

describe('the known mistakes are seen', () => {
  test('both halves through main', () => {
    const bothMain = meddled((passes) => ({
      ...passes,
      imageGradient: passes.imageGradient.bind(passes),
      train: (loss, options) =>
        passes.train(
          (forward) => loss((...streams) => forward(...streams.map((s) => ({ ...s, branch: 'main' as const })))),
          options,
        ),
    }));
    const { problems } = route({ type: 'mixprop' }, bothMain);
    expect(problems).toEqual([
      'no batch goes through aux: clean and auxiliary images share the main branch (every layer)',
      'images that are not clean go through main (every layer)',
    ]);
  });

  test('the branches exchanged', () => {
    const exchanged = meddled((passes) => ({
      ...passes,
      imageGradient: passes.imageGradient.bind(passes),
      train: (loss, options) =>
        passes.train(
          (forward) =>
            loss((...streams) =>
              forward(
                ...streams.map((s) => ({ ...s, branch: s.branch === 'main' ? ('aux' as const) : ('main' as const) })),
              ),
            ),
          options,
        ),
    }));
    expect(route({ type: 'mixprop' }, exchanged).problems).toEqual([
      'images that are not clean go through main (every layer)',
      'aux is fed nothing but clean images (every layer)',
    ]);
  });

  test('statistics that an attack moves', () => {
    const trainingAttack = meddled((passes) => ({
      ...passes,
      train: passes.train.bind(passes),
      imageGradient: (x, _batchNorm, loss) =>
        passes.train((forward) => ({ total: loss(forward) }), { gradientOf: x }).imageGradient!,
    }));
    const { batches, layers } = route({ type: 'advprop' }, trainingAttack);
    // As the network's own passes would show it, had they been told that it is an attack.
    const attack = {
      layers,
      batches: batches.map((batch, i) => (i === 0 ? { ...batch, pass: 'attack' as const } : batch)),
    };
    expect(routingProblems(attack, ['main', 'aux'])).toEqual([
      'an attack moves the running statistics: it must leave them as they are (every layer)',
    ]);
  });

  test('statistics that something else moves', () => {
    const settings = { type: 'mixprop' } as const;
    const experiment = experimentSchema.parse({ dataset: { type: 'shapes' }, model: { width: 4 }, method: settings });
    const { network, method } = prepareNetwork(experiment, 10);
    const executor = new EagerExecutor(network, method, experiment.optimizer, initialState(network.specs, 1));
    const draws = method.draw(new Generator(1, 'method'), { size, imageSize });
    const before = executor.values();
    const observed = observeStep(network, method, before, batchOf(1), draws);
    for (const seed of [1, 2]) executor.step(batchOf(seed), draws, 0.1);
    const routing = routingOf(batchOf(1), observed, before, executor.values());
    expect(routingProblems(routing, method.branches)[0]).toMatch(/^running statistics moved by something other/);
    executor.dispose();
  });
});

describe('a run with record.routing', () => {
  const runs = mkdtempSync(join(tmpdir(), 'mixprop-routing-'));
  afterAll(() => rmSync(runs, { recursive: true }));

  test('records the first step of every epoch and warns of nothing', async () => {
    const experiment = experimentSchema.parse({
      dataset: { type: 'shapes', imageSize: 16, trainingImages: 60, validationImages: 20 },
      model: { width: 4 },
      method: { type: 'advprop' },
      training: { epochs: 2, batchSize: 20 },
      record: { routing: true },
    });
    const options = {
      experiment,
      baseFolder: runs,
      runsFolder: runs,
      id: 'routed',
      backend: testBackend,
      warnings: [],
    };
    await startRun({ ...options, stop: new AbortController() });
    const events = readAllEvents(join(runs, 'routed'));
    expect(events.filter(({ type }) => type === 'warning')).toEqual([]);
    const routings = events.filter((event) => event.type === 'routing');
    expect(routings.map(({ step, epoch }) => [step, epoch])).toEqual([
      [1, 1],
      [4, 2],
    ]);
    expect(routings[1].layers.every(({ moved }) => moved.join() === 'main,aux')).toBe(true);
  });
});
