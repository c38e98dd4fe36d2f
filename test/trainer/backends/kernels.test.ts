import {
  conv2d,
  grad,
  grads,
  maxPool,
  memory,
  relu,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
  tensor,
  tensor1d,
  tensor4d,
  tidy,
} from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { startBackend } from '../../../trainer/backends/select';
import { batchNormTraining } from '../../../trainer/ops/batch-norm-training';
import { Generator } from '../../../trainer/random/generator';
import { relativeError } from '../../reference/closeness';
import { type ConvolutionShape, filterGradient, inputGradient, outputSize } from '../../reference/naive-convolution';
import { testBackend } from '../../test-backend';

beforeAll(async () => {
  await startBackend(testBackend);
});

const normals = (generator: Generator, count: number) => Float32Array.from({ length: count }, () => generator.normal());

describe('convolution gradients', () => {
  const convolutions: fc.Arbitrary<ConvolutionShape> = fc
    .record({
      batch: fc.integer({ min: 1, max: 3 }),
      height: fc.integer({ min: 1, max: 11 }),
      width: fc.integer({ min: 1, max: 11 }),
      // Some multiples of 8 and 16 among them: there the native backend has kernels of its own.
      inChannels: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constantFrom(8, 16, 32)),
      outChannels: fc.oneof(fc.integer({ min: 1, max: 19 }), fc.constantFrom(16, 32)),
      kernel: fc.constantFrom(1, 3, 7),
      stride: fc.constantFrom(1, 2),
    })
    .map((shape) => ({ ...shape, padding: (shape.kernel - 1) / 2 }));

  test('equal the direct sums for any shape', () => {
    fc.assert(
      fc.property(convolutions, fc.nat(), (shape, seed) => {
        const { batch, height, width, inChannels, outChannels, kernel, stride, padding } = shape;
        const generator = new Generator(seed, 'test');
        const x = normals(generator, batch * height * width * inChannels);
        const filter = normals(generator, kernel * kernel * inChannels * outChannels);
        const outShape: [number, number, number, number] = [
          batch,
          outputSize(height, shape),
          outputSize(width, shape),
          outChannels,
        ];
        const dy = normals(
          generator,
          outShape.reduce((product, length) => product * length, 1),
        );
        const [dx, dFilter] = tidy(() =>
          grads((a: Tensor, b: Tensor) => conv2d(a as Tensor4D, b as Tensor4D, stride, padding))(
            [
              tensor4d(x, [batch, height, width, inChannels]),
              tensor4d(filter, [kernel, kernel, inChannels, outChannels]),
            ],
            tensor4d(dy, outShape),
          ).map((t) => t.dataSync<'float32'>().slice()),
        ) as unknown as Float32Array[];
        expect(relativeError(dx, inputGradient(shape, filter, dy))).toBeLessThan(2e-6);
        expect(relativeError(dFilter, filterGradient(shape, x, dy))).toBeLessThan(2e-6);
      }),
      { numRuns: 150 },
    );
  });

  test('leave no tensor behind', () => {
    const x = tensor4d(new Float32Array(2 * 8 * 8 * 3).fill(1), [2, 8, 8, 3]);
    const filter = tensor4d(new Float32Array(9 * 3 * 4).fill(1), [3, 3, 3, 4]);
    const before = memory().numTensors;
    const results = grads((a: Tensor, b: Tensor) => relu(conv2d(a as Tensor4D, b as Tensor4D, 2, 1)))([x, filter]);
    for (const result of results) result.dispose();
    expect(memory().numTensors).toBe(before);
  });
});

describe('batch normalisation in training', () => {
  /** The definition, in float64. */
  function reference(x: Float32Array, channels: number, gamma: Float32Array, beta: Float32Array, dy: Float32Array) {
    const rows = x.length / channels;
    const [y, dx] = [new Float64Array(x.length), new Float64Array(x.length)];
    const [mean, variance, dGamma, dBeta] = [0, 1, 2, 3].map(() => new Float64Array(channels));
    for (let c = 0; c < channels; c++) {
      const at = (r: number) => r * channels + c;
      const all = Array.from({ length: rows }, (_, r) => r);
      mean[c] = all.reduce((sum, r) => sum + x[at(r)], 0) / rows;
      variance[c] = all.reduce((sum, r) => sum + (x[at(r)] - mean[c]) ** 2, 0) / rows;
      const inverse = 1 / Math.sqrt(variance[c] + 1e-5);
      const normalized = (r: number) => (x[at(r)] - mean[c]) * inverse;
      for (const r of all) {
        y[at(r)] = normalized(r) * gamma[c] + beta[c];
        dBeta[c] += dy[at(r)];
        dGamma[c] += dy[at(r)] * normalized(r);
      }
      for (const r of all)
        dx[at(r)] = gamma[c] * inverse * (dy[at(r)] - dBeta[c] / rows - (normalized(r) * dGamma[c]) / rows);
    }
    const unbiasedVariance = variance.map((value) => (value * rows) / (rows - 1));
    return { y, dx, mean, unbiasedVariance, dGamma, dBeta };
  }

  const shapes = fc.record({
    batch: fc.integer({ min: 1, max: 5 }),
    size: fc.integer({ min: 2, max: 9 }),
    channels: fc.integer({ min: 1, max: 21 }),
    offset: fc.constantFrom(0, 1, 100),
  });

  test('equals its definition for any shape, forward and backward', () => {
    fc.assert(
      fc.property(shapes, fc.nat(), ({ batch, size, channels, offset }, seed) => {
        const generator = new Generator(seed, 'test');
        const shape: [number, number, number, number] = [batch, size, size, channels];
        const x = normals(generator, batch * size * size * channels).map((value) => value + offset);
        const [gamma, beta] = [normals(generator, channels), normals(generator, channels)];
        const dy = normals(generator, x.length);
        const expected = reference(x, channels, gamma, beta, dy);
        tidy(() => {
          const inputs = [tensor4d(x, shape), tensor1d(gamma), tensor1d(beta)];
          const result = batchNormTraining(inputs[0] as Tensor4D, inputs[1] as Tensor1D, inputs[2] as Tensor1D, 1e-5);
          // A mean of 100 leaves float32 about five digits of a deviation of 1.
          const bound = offset === 100 ? 2e-4 : 1e-5;
          expect(relativeError(result.y.dataSync(), expected.y)).toBeLessThan(bound);
          expect(relativeError(result.mean.dataSync(), expected.mean)).toBeLessThan(bound);
          expect(relativeError(result.unbiasedVariance.dataSync(), expected.unbiasedVariance)).toBeLessThan(bound);
          const [dx, dGamma, dBeta] = grads(
            (a: Tensor, b: Tensor, c: Tensor) => batchNormTraining(a as Tensor4D, b as Tensor1D, c as Tensor1D, 1e-5).y,
          )(inputs, tensor(dy, shape));
          expect(relativeError(dGamma.dataSync(), expected.dGamma)).toBeLessThan(10 * bound);
          expect(relativeError(dBeta.dataSync(), expected.dBeta)).toBeLessThan(10 * bound);
          expect(relativeError(dx.dataSync(), expected.dx)).toBeLessThan(10 * bound);
        });
      }),
      { numRuns: 100 },
    );
  });
});

test('the ReLU gradient is dy where the output is positive', () => {
  const x = tensor1d([-2, -0, 0, 1e-30, 3, Number.NEGATIVE_INFINITY, 5]);
  const dx = grad((a: Tensor) => relu(a))(x, tensor1d([1, 2, 3, 4, 5, 6, 7]));
  expect([...dx.dataSync()]).toEqual([0, 0, 0, 4, 5, 0, 7]);
});

test('max pooling gives its gradient to the first maximum of a window, as PyTorch does', () => {
  const x = tensor4d(new Float32Array(16).fill(1), [1, 4, 4, 1]);
  const dx = grad((a: Tensor) => maxPool(a as Tensor4D, 3, 2, 1))(x, tensor4d([1, 2, 3, 4], [1, 2, 2, 1]));
  expect([...dx.dataSync()]).toEqual([1, 2, 0, 0, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
});
