import { mul, scalar, sub, sum, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { type ExperimentInput, experimentSchema } from '../../common/experiment/schema';
import { type StartedBackend, startBackend } from '../../trainer/backends/select';
import { CaptureError } from '../../trainer/backends/tensorflow/capture-error';
import { record } from '../../trainer/backends/tensorflow/graph/capture';
import { GraphSession } from '../../trainer/backends/tensorflow/graph/graph-session';
import type { Dataset } from '../../trainer/data/dataset';
import { assembleBatch } from '../../trainer/data/loading/augment';
import { openDataset } from '../../trainer/data/open/open-dataset';
import { CapturedExecutor } from '../../trainer/execution/captured-executor';
import { createExecutor } from '../../trainer/execution/create-executor';
import { EagerExecutor } from '../../trainer/execution/eager-executor';
import type { HostBatch } from '../../trainer/execution/executor';
import { prepareNetwork } from '../../trainer/execution/prepare-network';
import type { Method } from '../../trainer/methods/method';
import { initialState } from '../../trainer/models/initialization';
import { Generator } from '../../trainer/random/generator';
import { learningRateAt } from '../../trainer/training/schedule';

let started: StartedBackend;
const backend = () => started.tensorflow!;

beforeAll(async () => {
  started = await startBackend('tensorflow');
});

const classes = 10;
const imageSize = 16;
const batchSize = 12;
const shapes = { imageSize, trainingBatches: [batchSize, 5], evaluationBatch: 8 };

const methods: NonNullable<ExperimentInput['method']>[] = [
  { type: 'vanilla' },
  { type: 'mixup' },
  { type: 'cutmix', fraction: 1 },
  { type: 'mixprop' },
  { type: 'mixprop', lossReduction: 'mean', alpha: 0.2 },
  { type: 'mixprop', auxiliary: 'cutmix' },
  { type: 'mixprop', auxiliary: 'noise' },
  { type: 'advprop' },
  { type: 'advprop', attack: { epsilonPixels: 2, steps: 3, targeted: true, batchNorm: 'batch' } },
  { type: 'fast-advprop' },
];

/** A small network of each kind with a method, and its values at the start. */
function prepare(method: (typeof methods)[number], architecture: 'preact-resnet18' | 'resnet18' = 'preact-resnet18') {
  const experiment = experimentSchema.parse({
    dataset: { type: 'shapes' },
    model: { architecture, width: 8, stem: 'cifar' },
    method,
    optimizer: { learningRate: 0.1 },
    schedule: { milestones: [2, 4] },
    training: { epochs: 5, batchSize },
  });
  const prepared = prepareNetwork(experiment, classes);
  return { experiment, ...prepared, initial: initialState(prepared.network.specs, 3) };
}

function batchOf(step: number, size = batchSize): HostBatch {
  const generator = new Generator(7, 'batch', step);
  return {
    pixels: Float32Array.from({ length: size * imageSize ** 2 * 3 }, () => generator.normal()),
    labels: Int32Array.from({ length: size }, () => generator.integer(classes)),
    imageSize,
  };
}

/** Real pictures for runs of many steps: on noise with random labels a last bit soon decides about a ReLU. */
const pictureBatch = 32;
let pictures: Dataset;

beforeAll(async () => {
  const settings = experimentSchema.parse({ dataset: { type: 'shapes', trainingImages: 640 } }).dataset;
  pictures = await openDataset(settings, { baseFolder: '.', cacheFolder: '.' });
});

function pictureBatchOf(step: number): HostBatch {
  const { imageSize: size, labels } = pictures.training;
  const indices = Int32Array.from({ length: pictureBatch }, (_, i) => (step - 1) * pictureBatch + i);
  const pixels = new Float32Array(pictureBatch * size * size * 3);
  assembleBatch(
    { pixels: pictures.training.pixels!, imageSize: size },
    indices,
    null,
    { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
    pixels,
  );
  return { pixels, labels: indices.map((index) => labels[index]), imageSize: size };
}

const drawsOf = (method: Method, step: number, size = batchSize) =>
  method.draw(new Generator(7, 'method', step), { size, imageSize });

/** max|a−b| / max|b| */
function deviation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let difference = 0;
  let scale = 0;
  for (let i = 0; i < b.length; i++) {
    difference = Math.max(difference, Math.abs(a[i] - b[i]));
    scale = Math.max(scale, Math.abs(b[i]));
  }
  return difference === 0 ? 0 : difference / scale;
}

const minus = (a: ArrayLike<number>, b: ArrayLike<number>) => Float64Array.from(a, (value, i) => value - b[i]);

/** The tensor that is furthest off, and how far. */
function worst(
  names: Iterable<string>,
  of: (name: string) => [actual: ArrayLike<number>, expected: ArrayLike<number>],
): number {
  return Math.max(...[...names].map((name) => deviation(...of(name))));
}

describe.each(methods)('captured steps of %o', (settings) => {
  test('each equal the op-by-op step from the same state, over 50 steps and two milestones', () => {
    const { network, method, experiment, initial } = prepare(settings);
    const { optimizer, schedule, training } = experiment;
    const eager = new EagerExecutor(network, method, optimizer, initial);
    const captured = new CapturedExecutor(backend(), network, method, optimizer, 'float32', shapes, initial);
    const rates = new Set<number>();
    for (let step = 1; step <= 50; step++) {
      const learningRate = learningRateAt(step, 10, training.epochs, optimizer, schedule);
      rates.add(learningRate);
      const before = { values: eager.values(), velocities: eager.velocities() };
      captured.setState(before.values, before.velocities);
      const size = step % 10 === 0 ? 5 : batchSize;
      const arguments_ = [batchOf(step, size), drawsOf(method, step, size), learningRate] as const;
      const [expected, actual] = [eager.step(...arguments_), captured.step(...arguments_)];
      expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
      for (const [term, value] of Object.entries(expected)) {
        expect(Math.abs(actual[term as 'total']! - value) / value, `${term} of step ${step}`).toBeLessThan(1e-5);
      }
      const [values, eagerValues] = [captured.values(), eager.values()];
      for (const [name, old] of before.values) {
        const [update, expectedUpdate] = [values, eagerValues].map((after) => minus(after.get(name)!, old));
        const largest = Math.max(...expectedUpdate.map(Math.abs));
        // Float32 rounds the new value: an update cannot be read off it more closely than that.
        const resolution = 2 ** -22 * Math.max(...old.map(Math.abs));
        const off = Math.max(...minus(update, expectedUpdate).map(Math.abs));
        expect(off, `update of ${name} in step ${step}`).toBeLessThanOrEqual(1e-4 * largest + resolution);
      }
      const [momenta, eagerMomenta] = [captured.velocities(), eager.velocities()];
      expect(
        worst(eagerMomenta.keys(), (name) => [momenta.get(name)!, eagerMomenta.get(name)!]),
        `momentum of step ${step}`,
      ).toBeLessThan(1e-4);
    }
    expect(rates.size).toBe(3);
    eager.dispose();
    captured.dispose();
  });

  test('leave no tensor behind', () => {
    const { network, method, experiment, initial } = prepare(settings);
    const before = { tensors: backend().binding.getNumOfTensors(), graphs: backend().binding.getNumOfSavedModels() };
    const captured = new CapturedExecutor(backend(), network, method, experiment.optimizer, 'float32', shapes, initial);
    for (let step = 1; step <= 3; step++) captured.step(batchOf(step), drawsOf(method, step), 0.1);
    captured.logits(batchOf(1, 3).pixels, 3, imageSize, 'main');
    captured.values();
    captured.velocities();
    captured.dispose();
    expect(backend().binding.getNumOfTensors()).toBe(before.tensors);
    expect(backend().binding.getNumOfSavedModels()).toBe(before.graphs);
  });
});

// An attack takes signs: a last bit of a gradient soon decides about a pixel, in one run or the other.
const steadyMethods = methods.filter((method) => !method?.type.endsWith('advprop'));

describe.each(steadyMethods)('captured steps of %o', (settings) => {
  test.each(['preact-resnet18', 'resnet18'] as const)(
    'stay with the op-by-op run of a %s for 20 steps',
    (architecture) => {
      const { network, method, experiment, initial } = prepare(settings, architecture);
      const eager = new EagerExecutor(network, method, experiment.optimizer, initial);
      const captured = new CapturedExecutor(
        backend(),
        network,
        method,
        experiment.optimizer,
        'float32',
        { ...shapes, imageSize: pictures.training.imageSize, trainingBatches: [pictureBatch] },
        initial,
      );
      for (let step = 1; step <= 20; step++) {
        const [batch, draws] = [pictureBatchOf(step), drawsOf(method, step, pictureBatch)];
        eager.step(batch, draws, 0.01);
        captured.step(batch, draws, 0.01);
      }
      const [values, expected] = [captured.values(), eager.values()];
      expect(worst(expected.keys(), (name) => [values.get(name)!, expected.get(name)!])).toBeLessThan(1e-3);
      eager.dispose();
      captured.dispose();
    },
  );
});

test('a batch that is filled up gives the logits of its images, and inference changes nothing', () => {
  const { network, method, experiment, initial } = prepare({ type: 'mixprop' });
  const eager = new EagerExecutor(network, method, experiment.optimizer, initial);
  const captured = new CapturedExecutor(backend(), network, method, experiment.optimizer, 'float32', shapes, initial);
  for (const executor of [eager, captured]) executor.step(batchOf(1), drawsOf(method, 1), 0.1);
  for (const branch of ['main', 'aux'] as const) {
    const [actual, expected] = [captured, eager].map((executor) =>
      executor.logits(batchOf(2, 3).pixels, 3, imageSize, branch),
    );
    expect(actual.length).toBe(3 * classes);
    expect(deviation(actual, expected)).toBeLessThan(1e-4);
  }
  const before = captured.values();
  captured.logits(batchOf(3, 8).pixels, 8, imageSize, 'aux');
  expect(captured.values()).toEqual(before);
});

test('the same steps twice are the same to the bit', () => {
  const { network, method, experiment, initial } = prepare({ type: 'mixprop' });
  const runs = [1, 2].map(() => {
    const captured = new CapturedExecutor(backend(), network, method, experiment.optimizer, 'float32', shapes, initial);
    const losses = [1, 2, 3, 4].map((step) => captured.step(batchOf(step), drawsOf(method, step), 0.1));
    const values = captured.values();
    captured.dispose();
    return { losses, values };
  });
  expect(runs[0]).toEqual(runs[1]);
});

describe('what cannot be captured', () => {
  /** A method that looks at a value while it computes the loss. */
  const curious = (method: Method): Method => ({
    ...method,
    run: (passes, batch, draws) => {
      const loss = method.run(passes, batch, draws);
      loss.main.dataSync();
      return loss;
    },
  });

  test('reading a value that depends on an input', () => {
    const input = tensor1d([1, 2]);
    const run = () => {
      const total = sum(input);
      return { outputs: new Map<string, Tensor>([['total', scalar(total.dataSync()[0])]]) };
    };
    expect(() => record(backend(), 'reader', new Map([['input', input]]), new Map(), run)).toThrow(CaptureError);
    expect(backend().recorder).toBeUndefined();
  });

  test('runs op by op, and says why', async () => {
    const { network, method, experiment, initial } = prepare({ type: 'mixprop' });
    const prepared = { network, method: curious(method) };
    const { executor, fallback } = await createExecutor(started, prepared, experiment, shapes, initial);
    expect(executor.captured).toBe(false);
    expect(fallback).toMatch(/cannot be captured: the values of a tensor are read/);
    const { total } = executor.step(batchOf(1), drawsOf(method, 1), 0.1);
    expect(total).toBeGreaterThan(0);
    executor.dispose();
  });

  test('a graph that TensorFlow does not take', () => {
    const input = tensor1d([1, 2]);
    const recorded = record(backend(), 'broken', new Map([['input', input]]), new Map(), () => ({
      outputs: new Map([['doubled', mul(input, 2)]]),
    }));
    recorded.nodes.find(({ op }) => op === 'Mul')!.op = 'NoSuchOp';
    expect(() => new GraphSession(backend(), [], [recorded])).toThrow(CaptureError);
  });
});

test('a graph of its own: inputs vary, constants stay, variables live', () => {
  const [input, counter] = [tensor1d([1, 2]), tensor1d([10, 20])];
  const recorded = record(backend(), 'count', new Map([['input', input]]), new Map([['counter', counter]]), () => ({
    outputs: new Map([['difference', sub(counter, input)]]),
    updates: new Map([['counter', sub(counter, mul(input, 3))]]),
  }));
  const session = new GraphSession(backend(), [{ name: 'counter', shape: [2] }], [recorded]);
  session.write(new Map([['counter', counter]]));
  const differences = [tensor1d([1, 1]), tensor1d([2, 0])].map((value) => [
    ...session
      .run('count', new Map([['input', value]]))
      .get('difference')!
      .dataSync(),
  ]);
  expect(differences).toEqual([
    [9, 19],
    [5, 17],
  ]);
  expect([...session.read(['counter']).get('counter')!]).toEqual([1, 17]);
  session.dispose();
});

test('a variable\u2019s old value may be an output, or another variable\u2019s new one; an input may be of no use', () => {
  const [unused, current, before] = [tensor1d([7]), tensor1d([1, 2]), tensor1d([0, 0])];
  const variables = new Map([
    ['current', current],
    ['before', before],
  ]);
  const recorded = record(backend(), 'shift', new Map([['unused', unused]]), variables, () => ({
    outputs: new Map([['was', current]]),
    updates: new Map<string, Tensor>([
      ['current', mul(current, 2)],
      ['before', current],
    ]),
  }));
  const session = new GraphSession(
    backend(),
    [
      { name: 'current', shape: [2] },
      { name: 'before', shape: [2] },
    ],
    [recorded],
  );
  session.write(variables);
  for (let step = 0; step < 3; step++) {
    const was = session.run('shift', new Map([['unused', unused]])).get('was')!;
    expect([...was.dataSync()]).toEqual([2 ** step, 2 ** (step + 1)]);
    const state = session.read(['current', 'before']);
    expect([...state.get('before')!]).toEqual([2 ** step, 2 ** (step + 1)]);
    expect([...state.get('current')!]).toEqual([2 ** (step + 1), 2 ** (step + 2)]);
  }
  session.dispose();
});
