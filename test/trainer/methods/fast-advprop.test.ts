import { dispose, slice, type Tensor, tensor4d, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { branchOf } from '../../../common/weights/branch-names';
import { startBackend } from '../../../trainer/backends/select';
import { NetworkPasses } from '../../../trainer/execution/network-passes';
import type { TrainingState } from '../../../trainer/execution/step';
import { createMethod } from '../../../trainer/methods/create-method';
import { crossEntropy } from '../../../trainer/methods/cross-entropy';
import type { Batch } from '../../../trainer/methods/method';
import { ballAround, pgdIteration, pgdStart } from '../../../trainer/methods/pgd';
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

beforeAll(async () => {
  await startBackend(testBackend);
  ({ network, state } = dualNetwork());
});

const epsilonPixels = 2;
const methodOf = (fraction: number) =>
  createMethod(settingsOf({ type: 'fast-advprop', fraction, attack: { epsilonPixels, stepPixels: 1 } }), {
    normalization,
    classes,
  });

/** A step on a random batch, and what went through the network in it. */
function stepOf(size: number, fraction: number) {
  const method = methodOf(fraction);
  const batch = randomBatch(size);
  const tensors = method.tensors({ startSeed: 3 }, batch.labelValues, imageSize);
  const passes: { branch: string; images: Float32Array; count: number }[][] = [];
  const result = gradientsOf(network, method, state, batch, tensors, {
    onForward: (pass, streams) => {
      expect(pass).toBe('training');
      passes.push(streams.map(({ x, branch }) => ({ branch, images: valuesOf(x), count: x.shape[0] })));
    },
    onNormalize: () => {},
  });
  dispose(tensors);
  return { ...result, passes, batch, start: tensors.start as Tensor | undefined };
}

describe('the split', () => {
  test.each([
    [1, 0.2, [1]],
    [2, 0.2, [1, 1]],
    [3, 0.9, [1, 2]],
    [5, 0.2, [4, 1]],
    [8, 0.01, [7, 1]],
    [128, 0.2, [102, 26]],
    [128, 0.5, [64, 64]],
  ])('of %d images, a share of %d attacked', (size, fraction, expected) => {
    expect(methodOf(fraction).normalizedBatches!(size)).toEqual(expected);
    const { start } = methodOf(fraction).tensors({ startSeed: 1 }, new Int32Array(size), 1);
    expect(start?.shape[0]).toBe(expected[1]);
  });

  test.each([2, 5])('of %d images: clean ones first through main, the others twice through aux', (size) => {
    const { passes, batch } = stepOf(size, 0.2);
    const images = valuesOf(batch.images);
    const clean = images.length * ((size - 1) / size);
    expect(passes.map((streams) => streams.map(({ branch, count }) => `${branch} ${count}`))).toEqual([
      [`main ${size - 1}`, 'aux 1'],
      ['aux 1'],
    ]);
    expect(passes[0][0].images).toEqual(images.subarray(0, clean));
    for (const attacked of [passes[0][1], passes[1][0]]) {
      const furthest = attacked.images.map((value, i) => {
        const moved = Math.abs(value - images[clean + i]) * 255 * normalization.std[i % 3];
        return moved / epsilonPixels;
      });
      expect(Math.max(...furthest)).toBeGreaterThan(0.9);
      expect(Math.max(...furthest)).toBeLessThan(1 + 1e-4);
    }
  });

  test('a lone image is clean', () => {
    const { passes, loss, batch } = stepOf(1, 0.2);
    expect(passes.map((streams) => streams.map(({ branch }) => branch))).toEqual([['main']]);
    expect(passes[0][0].images).toEqual(valuesOf(batch.images));
    expect(Object.keys(loss)).toEqual(['total', 'main']);
    expect(loss.total).toBe(loss.main);
  });
});

describe('a step', () => {
  const size = 10;

  /** The step, and each of its three losses by itself. */
  function stepAndParts(fraction: number) {
    const step = stepOf(size, fraction);
    const [[clean, attack], [adversarial]] = step.passes;
    const share = clean.count / size;
    const part = ({ branch, images, count }: typeof clean, first: number) => {
      const own: Batch = {
        images: tensor4d(images, [count, imageSize, imageSize, 3]),
        labels: slice(step.batch.labels, first, count),
      };
      return gradientsOf(network, plainMethod(branch as 'main' | 'aux'), state, own);
    };
    const parts = {
      clean: part(clean, 0),
      attack: part(attack, clean.count),
      adversarial: part(adversarial, clean.count),
    };
    return { ...step, share, parts };
  }

  test.each([0.2, 0.5, 0.7])(
    'with a share of %d attacked weighs clean, attack and adversarial gradients as it should',
    (fraction) => {
      const { gradients, loss, parts, share } = stepAndParts(fraction);
      expect(share).toBeCloseTo(1 - fraction, 12);
      for (const [name, gradient] of gradients) {
        const [clean, attack, adversarial] = [parts.clean, parts.attack, parts.adversarial].map(
          (part) => part.gradients.get(name)!,
        );
        const isNormalization = /(^|\.)bn\d?\./.test(name);
        const expected = gradient.map((_, i) => {
          const aux = (attack[i] + adversarial[i]) / 2;
          if (isNormalization) return branchOf(name) === 'aux' ? aux : clean[i];
          return share * clean[i] + (1 - share) * aux;
        });
        expect(Math.max(...expected.map(Math.abs)), name).toBeGreaterThan(0);
        expect(relativeError(gradient, expected), name).toBeLessThan(2e-5);
      }
      expect(loss.main).toBeCloseTo(parts.clean.loss.main, 5);
      expect(loss.aux).toBeCloseTo((parts.attack.loss.main + parts.adversarial.loss.main) / 2, 5);
      expect(loss.total).toBeCloseTo(share * loss.main + (1 - share) * loss.aux, 5);
    },
  );

  test('moves main’s statistics by the clean images, aux’s by the attack’s and then by the adversarial ones', () => {
    const { statistics, parts } = stepAndParts(0.5);
    expect(statistics.size).toBe(4 * 17);
    for (const [name, values] of statistics) {
      const before = valuesOf(state.values.get(name)!);
      const [attack, adversarial] = [parts.attack, parts.adversarial].map((part) => part.statistics.get(name));
      const expected =
        branchOf(name) === 'main'
          ? parts.clean.statistics.get(name)!
          : before.map((value, i) => 0.9 * attack![i] + (adversarial![i] - 0.9 * value));
      expect(relativeError(values, expected), name).toBeLessThan(1e-5);
    }
  });

  test('attacks along the gradient of aux with batch statistics', () => {
    const { passes, batch } = stepOf(size, 0.5);
    const expected = tidy(() => {
      const x = slice(batch.images, size / 2);
      const y = slice(batch.labels, size / 2);
      const ball = ballAround(x, epsilonPixels, normalization);
      const { start } = methodOf(0.5).tensors({ startSeed: 3 }, batch.labelValues, imageSize);
      const begin = pgdStart(x, start, epsilonPixels, ball, normalization);
      expect(passes[0][1].images).toEqual(valuesOf(begin));
      const gradient = new NetworkPasses(network, state.values).imageGradient(begin, 'batch', (forward) =>
        crossEntropy(forward({ x: begin, branch: 'aux' })[0], y),
      );
      return valuesOf(pgdIteration(begin, gradient, 1, ball, normalization));
    });
    // Where a gradient is nearly 0 rounding decides its sign.
    const same = passes[1][0].images.filter((value, i) => value === expected[i]).length;
    expect(same / expected.length).toBeGreaterThan(0.999);
  });
});
