import { dispose, memory, profile, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { startBackend } from '../../../trainer/backends/select';
import { NetworkPasses } from '../../../trainer/execution/network-passes';
import { stepGradients, type TrainingState } from '../../../trainer/execution/step';
import { createMethod } from '../../../trainer/methods/create-method';
import { crossEntropy } from '../../../trainer/methods/cross-entropy';
import type { Network } from '../../../trainer/models/network';
import { relativeError } from '../../reference/closeness';
import { testBackend } from '../../test-backend';
import {
  classes,
  dualNetwork,
  gradientsOf,
  imageSize,
  normalization,
  plainMethod,
  randomBatch,
  settingsOf,
  valuesOf,
} from './method-fixtures';

let network: Network;
let state: TrainingState;
let batch: ReturnType<typeof randomBatch>;
let convolutions: number;

beforeAll(async () => {
  await startBackend(testBackend);
  ({ network, state } = dualNetwork());
  batch = randomBatch(6);
  convolutions = network.specs.filter(({ role }) => role === 'convolution').length;
});

const batchNorms = ['running', 'batch'] as const;
const advprop = (attack: Record<string, unknown>) =>
  createMethod(settingsOf({ type: 'advprop', attack }), { normalization, classes });

/** How often each kernel runs. */
async function kernelsOf(run: () => void): Promise<Map<string, number>> {
  const { kernels } = await profile(() => {
    tidy(run);
    return batch.images;
  });
  const counts = new Map<string, number>();
  for (const { name } of kernels) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** The kernels of a whole step. */
function stepKernels(attack: Record<string, unknown>): Promise<Map<string, number>> {
  const method = advprop(attack);
  const draws = method.tensors({ startSeed: 1 }, batch.labelValues, imageSize);
  return kernelsOf(() => stepGradients(network, method, state, { batch, draws }));
}

describe('an attack pass', () => {
  const attackPass = (batchNorm: 'running' | 'batch') =>
    kernelsOf(() => {
      new NetworkPasses(network, state.values).imageGradient(batch.images, batchNorm, (forward) =>
        crossEntropy(forward({ x: batch.images, branch: 'aux' })[0], batch.labels),
      );
    });

  test.each(batchNorms)('with %s statistics computes no gradient of a weight', async (batchNorm) => {
    const training = await kernelsOf(() => {
      new NetworkPasses(network, state.values).train((forward) => ({
        total: crossEntropy(forward({ x: batch.images, branch: 'aux' })[0], batch.labels),
      }));
    });
    expect(training.get('Conv2DBackpropFilter')).toBe(convolutions);
    // The classifier forward, and its gradients by the weights and by the features.
    expect(training.get('BatchMatMul')).toBe(3);

    const attack = await attackPass(batchNorm);
    expect(attack.get('Conv2DBackpropFilter')).toBeUndefined();
    expect(attack.get('BatchMatMul')).toBe(2);
    // By the image too, of which a training pass does without.
    expect(attack.get('Conv2DBackpropInput')).toBe(convolutions);
    expect(training.get('Conv2DBackpropInput')).toBe(convolutions - 1);
  });

  test('with running statistics computes no gradient of γ and β, and no statistics', async () => {
    const attack = await attackPass('running');
    expect([...attack.keys()].filter((name) => /BatchNorm/.test(name))).toEqual([]);
    // Means over a batch are those of the loss and of the global pooling.
    expect(attack.get('Mean')).toBe(2);
  });
});

test.each(batchNorms)('with %s statistics, more iterations cost no more gradients of weights', async (batchNorm) => {
  const filterGradients = async (steps: number) =>
    (await stepKernels({ steps, batchNorm })).get('Conv2DBackpropFilter');
  expect(await filterGradients(1)).toBe(2 * convolutions);
  expect(await filterGradients(4)).toBe(2 * convolutions);
});

describe.each(batchNorms)('an attack with %s statistics', (batchNorm) => {
  test('leaves running statistics and parameters alone, and nothing in memory', () => {
    const before = new Map([...state.values].map(([name, value]) => [name, valuesOf(value)]));
    const method = advprop({ steps: 3, epsilonPixels: 2, batchNorm });
    const draws = method.tensors({ startSeed: 1 }, batch.labelValues, imageSize);
    const seen: { pass: string; updates: boolean; statistics: string; branch: string }[] = [];
    let adversarial: Tensor | undefined;
    const tensors = memory().numTensors;
    const { statistics } = gradientsOf(network, method, state, batch, draws, {
      onForward: (pass, streams) => {
        if (pass === 'training') adversarial = streams[1].x.clone();
      },
      onNormalize: (pass, { statistics: of, branch }, updates) => seen.push({ pass, updates, statistics: of, branch }),
    });
    // What the observer held was disposed with the step.
    expect(memory().numTensors).toBe(tensors);
    expect(adversarial!.isDisposed).toBe(true);

    const attacks = seen.filter(({ pass }) => pass === 'attack');
    expect(attacks).toHaveLength(3 * 17);
    for (const attack of attacks) {
      expect(attack).toEqual({ pass: 'attack', updates: false, statistics: batchNorm, branch: 'aux' });
    }
    expect(seen.filter(({ pass }) => pass === 'training').every(({ updates }) => updates)).toBe(true);
    for (const [name, value] of state.values) expect(valuesOf(value)).toEqual(before.get(name));

    const main = gradientsOf(network, plainMethod('main'), state, batch).statistics;
    for (const [name, values] of main) expect(relativeError(statistics.get(name)!, values)).toBeLessThan(1e-5);
    dispose(draws);
  });

  test('moves aux by the adversarial batch alone, once', () => {
    const method = advprop({ steps: 2, epsilonPixels: 2, batchNorm });
    const draws = method.tensors({ startSeed: 1 }, batch.labelValues, imageSize);
    let images: Float32Array | undefined;
    const { statistics } = gradientsOf(network, method, state, batch, draws, {
      onForward: (pass, streams) => {
        if (pass === 'training') images = valuesOf(streams[1].x);
      },
      onNormalize: () => {},
    });
    const adversarial = { ...batch, images: batch.images.bufferSync() };
    adversarial.images.values.set(images!);
    const plain = gradientsOf(network, plainMethod('aux'), state, { ...batch, images: adversarial.images.toTensor() });
    expect(plain.statistics.size).toBe(2 * 17);
    for (const [name, values] of plain.statistics) {
      expect(relativeError(statistics.get(name)!, values), name).toBeLessThan(1e-5);
    }
    dispose(draws);
  });
});
