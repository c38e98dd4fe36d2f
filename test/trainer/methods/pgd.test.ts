import { dispose, type Tensor, type Tensor4D, tensor4d, tidy } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { startBackend } from '../../../trainer/backends/select';
import { assembleBatch, type ChannelNormalization } from '../../../trainer/data/loading/augment';
import type { TrainingState } from '../../../trainer/execution/step';
import { createMethod } from '../../../trainer/methods/create-method';
import { crossEntropy } from '../../../trainer/methods/cross-entropy';
import { ballAround, pgdIteration, pgdStart } from '../../../trainer/methods/pgd';
import type { Network } from '../../../trainer/models/network';
import { Generator } from '../../../trainer/random/generator';
import { testBackend } from '../../test-backend';
import { classes, dualNetwork, gradientsOf, normalization, randomBatch, settingsOf, valuesOf } from './method-fixtures';

beforeAll(async () => {
  await startBackend(testBackend);
});

const fraction = (least: number) => fc.integer({ min: least, max: 1000 }).map((thousandths) => thousandths / 1000);
const triple = (least: number) => fc.tuple(fraction(least), fraction(least), fraction(least));
const normalizations: fc.Arbitrary<ChannelNormalization> = fc.oneof(
  fc.constantFrom<ChannelNormalization>(
    normalization,
    { mean: [0.5071, 0.4867, 0.4408], std: [0.2675, 0.2565, 0.2761] },
    { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
    { mean: [0, 0, 0], std: [1, 1, 1] },
  ),
  fc.record({ mean: triple(0), std: triple(10) }),
);

/** Grey levels as images that a step gets: [N, S, S, 3] with N·S·S·3 = levels.length. */
function imagesOf(levels: Uint8Array, size: number, side: number, channels: ChannelNormalization): Float32Array {
  const out = new Float32Array(levels.length);
  const set = { count: size, imageSize: side, pixels: levels, labels: new Int32Array(size), path: String };
  assembleBatch(
    set,
    Array.from({ length: size }, (_, i) => i),
    null,
    channels,
    out,
  );
  return out;
}

/** Black and white as a step gets them, a channel. */
const limits = (channels: ChannelNormalization) => imagesOf(Uint8Array.of(0, 0, 0, 255, 255, 255), 2, 1, channels);

interface Attack {
  channels: ChannelNormalization;
  epsilonPixels: number;
  stepPixels: number;
  iterations: number;
  seed: number;
}

const [size, side] = [2, 4];
const attacks: fc.Arbitrary<Attack> = fc.record({
  channels: normalizations,
  epsilonPixels: fc.oneof(fc.constantFrom(1, 2, 3), fc.double({ min: 0, max: 255, noNaN: true })),
  stepPixels: fc.oneof(fc.constantFrom(1, -1), fc.double({ min: -300, max: 300, noNaN: true })),
  iterations: fc.integer({ min: 0, max: 5 }),
  seed: fc.nat(),
});

/** The clean images, and where a random attack on them ends. */
function attacked({ channels, epsilonPixels, stepPixels, iterations, seed }: Attack) {
  const generator = new Generator(seed, 'test');
  // Black and white among them, where a ball is cut off.
  const level = () => [0, 255, generator.integer(256)][generator.integer(3)];
  const levels = Uint8Array.from({ length: size * side * side * 3 }, level);
  const clean = imagesOf(levels, size, side, channels);
  const shape: [number, number, number, number] = [size, side, side, 3];
  return tidy(() => {
    const x = tensor4d(clean, shape);
    const ball = ballAround(x, epsilonPixels, channels);
    const start = tensor4d(generator.signedUniforms(clean.length), shape);
    let end = pgdStart(x, start, epsilonPixels, ball, channels);
    for (let i = 0; i < iterations; i++) {
      const gradient = generator.normals(clean.length).map((value) => (Math.abs(value) < 0.2 ? 0 : value));
      end = pgdIteration(end, tensor4d(gradient, shape), stepPixels, ball, channels);
    }
    return { clean, end: valuesOf(end), lower: valuesOf(ball.lower), upper: valuesOf(ball.upper) };
  });
}

describe('whatever the gradients, an attack', () => {
  test('stays within ε of the clean pixels and among valid pixels, and the clean pixels lie in the ball', () => {
    fc.assert(
      fc.property(attacks, (attack) => {
        const { clean, end, lower, upper } = attacked(attack);
        const [black, white] = [limits(attack.channels).subarray(0, 3), limits(attack.channels).subarray(3)];
        const wrong = [...clean].flatMap((pixel, i) => {
          const [channel, std] = [i % 3, attack.channels.std[i % 3]];
          // float32 holds a normalised pixel to some 2⁻²³ of its size.
          const rounding = 2 ** -22 * (1 + Math.abs(pixel)) * 255 * std;
          const moved = Math.abs(end[i] - pixel) * 255 * std;
          const isRight =
            moved <= attack.epsilonPixels * (1 + 2 ** -22) + rounding &&
            black[channel] <= end[i] &&
            end[i] <= white[channel] &&
            lower[i] <= pixel &&
            pixel <= upper[i];
          return isRight ? [] : [{ i, pixel, end: end[i], lower: lower[i], upper: upper[i] }];
        });
        expect(wrong).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test('with ε = 0 ends at the clean images, to the bit', () => {
    fc.assert(
      fc.property(attacks, (attack) => {
        const { clean, end } = attacked({ ...attack, epsilonPixels: 0 });
        // 0 and −0 are the same pixel.
        expect(end.every((value, i) => value === clean[i])).toBe(true);
      }),
    );
  });
});

test('an iteration moves by α where the gradient is not 0, up to the edge of the ball', () => {
  const channels: ChannelNormalization = { mean: [0, 0, 0], std: [1, 1, 1] };
  const x = tensor4d(
    [100, 100, 100, 0, 255, 254].map((level) => level / 255),
    [1, 1, 2, 3],
  );
  const gradient = tensor4d([1e-3, -5, 0, -1, 1, 1], [1, 1, 2, 3]);
  const ball = ballAround(x, 3, channels);
  const inPixels = (images: Tensor) => [...images.dataSync()].map((value) => Math.round(value * 255e3) / 1e3);
  const once = pgdIteration(x, gradient, 2, ball, channels);
  expect(inPixels(once)).toEqual([102, 98, 100, 0, 255, 255]);
  expect(inPixels(pgdIteration(once, gradient, 2, ball, channels))).toEqual([103, 97, 100, 0, 255, 255]);
  expect(inPixels(pgdIteration(x, gradient, -2, ball, channels))).toEqual([98, 102, 100, 2, 253, 252]);
});

// tfjs's WebAssembly kernel of `sign` takes whatever is smaller than float32's ε, 1.2e-7, for 0.
test('a gradient moves a pixel however small it is', () => {
  const x = tensor4d([0.5, 0.5, 0.5], [1, 1, 1, 3]);
  const ball = ballAround(x, 1, normalization);
  const end = pgdIteration(x, tensor4d([1e-7, -1e-12, 1e-30], [1, 1, 1, 3]), 1, ball, normalization);
  expect([...end.dataSync()].map((value) => Math.sign(value - 0.5))).toEqual([1, -1, 1]);
});

describe('advprop against a network', () => {
  let network: Network;
  let state: TrainingState;
  let batch: ReturnType<typeof randomBatch>;
  beforeAll(() => {
    ({ network, state } = dualNetwork());
    batch = randomBatch(6);
  });
  const draws = { startSeed: 5, targetOffsets: [1, 2, 3, 4, 5, 6] };

  /** The adversarial images of a step. */
  function adversarialOf(attack: Record<string, unknown>): Float32Array {
    const method = createMethod(settingsOf({ type: 'advprop', attack }), { normalization, classes });
    const tensors = method.tensors(draws, batch.labelValues, 16);
    let adversarial: Float32Array | undefined;
    gradientsOf(network, method, state, batch, tensors, {
      onForward: (pass, streams) => {
        if (pass !== 'training') return;
        expect(streams.map(({ branch }) => branch)).toEqual(['main', 'aux']);
        expect(valuesOf(streams[0].x)).toEqual(valuesOf(batch.images));
        adversarial = valuesOf(streams[1].x);
      },
      onNormalize: () => {},
    });
    dispose(tensors);
    return adversarial!;
  }

  /** Mean loss through aux in inference mode. */
  const lossOf = (images: Float32Array, labels: Int32Array) =>
    tidy(() => {
      const x = tensor4d(images, batch.images.shape) as Tensor4D;
      const [{ logits }] = network.forward([{ x, branch: 'aux' }], { values: state.values });
      const rows = logits.arraySync();
      return rows.reduce((sum, row, i) => sum + Math.log(row.reduce((s, v) => s + Math.exp(v - row[labels[i]]), 0)), 0);
    });

  test('ε = 0 trains aux on the clean images', () => {
    expect(adversarialOf({ epsilonPixels: 0, steps: 2 })).toEqual(valuesOf(batch.images));
  });

  test('untargeted, the loss of the label rises, with more iterations further; targeted, that of the target falls', () => {
    const clean = valuesOf(batch.images);
    const labels = batch.labelValues;
    const once = adversarialOf({ epsilonPixels: 3, steps: 1 });
    const often = adversarialOf({ epsilonPixels: 3, steps: 8 });
    expect(lossOf(once, labels)).toBeGreaterThan(lossOf(clean, labels));
    expect(lossOf(often, labels)).toBeGreaterThan(lossOf(once, labels));
    const targets = labels.map((label, i) => (label + draws.targetOffsets[i]) % classes);
    const targeted = adversarialOf({ epsilonPixels: 3, steps: 8, targeted: true });
    expect(lossOf(targeted, targets)).toBeLessThan(lossOf(clean, targets));
    for (const [i, target] of targets.entries()) expect(target).not.toBe(labels[i]);
  });

  test('the loss that it trains on is that of the true labels', () => {
    const method = createMethod(settingsOf({ type: 'advprop', attack: { targeted: true, epsilonPixels: 0 } }), {
      normalization,
      classes,
    });
    const tensors = method.tensors(draws, batch.labelValues, 16);
    const { loss } = gradientsOf(network, method, state, batch, tensors);
    const aux = tidy(() => {
      const [{ logits }] = network.forward([{ x: batch.images, branch: 'aux' }], {
        values: state.values,
        newStatistics: new Map(),
      });
      return crossEntropy(logits, batch.labels).dataSync()[0];
    });
    expect(loss.aux).toBeCloseTo(aux, 5);
    expect(loss.total).toBeCloseTo(loss.main + loss.aux, 5);
  });
});
