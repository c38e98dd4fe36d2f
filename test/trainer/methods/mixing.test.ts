import { type Tensor, type Tensor4D, tensor1d, tensor2d, tensor4d, tidy } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { MethodDraws } from '../../../common/experiment/methods/method-draws';
import type { MethodSettings } from '../../../common/experiment/methods/methods';
import { startBackend } from '../../../trainer/backends/select';
import type { AuxiliarySource } from '../../../trainer/methods/auxiliary-source';
import { createMethod } from '../../../trainer/methods/create-method';
import { cutmix } from '../../../trainer/methods/cutmix';
import { mixup } from '../../../trainer/methods/mixup';
import { partlyMixed } from '../../../trainer/methods/partly-mixed';
import { Generator } from '../../../trainer/random/generator';
import { testBackend } from '../../test-backend';
import { classes, fakePasses, normalization, randomBatch, settingsOf, valuesOf } from './method-fixtures';

beforeAll(async () => {
  await startBackend(testBackend);
});

const lambdas = fc.oneof(fc.constantFrom(0, 1, 0.5, 1e-6), fc.double({ min: 0, max: 1, noNaN: true }));

/** [count, classes], from nearly alike to as sure as can be. */
const logitsOf = (seed: number, count: number, spread: number) =>
  new Generator(seed, 'logits').normals(count * classes).map((value) => value * spread);

/** −ln softmax(row)[label] */
function crossEntropyOf(row: ArrayLike<number>, label: number): number {
  const values = Array.from(row);
  const largest = Math.max(...values);
  return Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0)) + largest - values[label];
}

const rowOf = (logits: Float32Array, image: number) => logits.subarray(image * classes, (image + 1) * classes);

/** Draws of a source for `size` images of `side` pixels, from a seed. */
const drawsOf = (source: AuxiliarySource, seed: number, size: number, imageSize: number) =>
  source.draw(new Generator(seed, 'method'), { size, imageSize });

describe('images of a source equal a plain loop for', () => {
  const shapes = fc.record({
    seed: fc.nat(),
    size: fc.integer({ min: 1, max: 4 }),
    side: fc.integer({ min: 1, max: 6 }),
  });

  function mixedBy(source: AuxiliarySource, x: Float32Array, draws: MethodDraws, size: number, side: number) {
    return tidy(() => {
      const tensors = source.tensors(draws, { size, imageSize: side });
      return valuesOf(source.images(tensor4d(x, [size, side, side, 3]), tensors));
    });
  }

  test('mixup: λx + (1−λ)x[π]', () => {
    fc.assert(
      fc.property(shapes, lambdas, ({ seed, size, side }, lambda) => {
        const source = mixup(1);
        const draws = { ...drawsOf(source, seed, size, side), lambda };
        const length = side * side * 3;
        const x = new Generator(seed, 'x').normals(size * length);
        const mixed = mixedBy(source, x, draws, size, side);
        for (let i = 0; i < x.length; i++) {
          const partner = draws.permutation![Math.floor(i / length)] * length + (i % length);
          expect(Math.abs(mixed[i] - (lambda * x[i] + (1 - lambda) * x[partner]))).toBeLessThan(2e-6);
        }
      }),
    );
  });

  test('CutMix: x outside the box, x[π] inside, to the bit', () => {
    fc.assert(
      fc.property(shapes, ({ seed, size, side }) => {
        const source = cutmix(1);
        const draws = drawsOf(source, seed, size, side);
        const { top, left, bottom, right } = draws.box!;
        const x = new Generator(seed, 'x').normals(size * side * side * 3);
        const mixed = mixedBy(source, x, draws, size, side);
        let i = 0;
        for (let image = 0; image < size; image++)
          for (let row = 0; row < side; row++)
            for (let column = 0; column < side; column++)
              for (let channel = 0; channel < 3; channel++, i++) {
                const inside = row >= top && row < bottom && column >= left && column < right;
                const from = inside ? draws.permutation![image] : image;
                expect(mixed[i]).toBe(x[((from * side + row) * side + column) * 3 + channel]);
              }
      }),
    );
  });
});

describe('a part of the batch mixed', () => {
  test.each([
    [1, 1, 1],
    [2, 1, 2],
    [3, 1, 3],
    [1, 0.5, 1],
    [2, 0.5, 1],
    [3, 0.5, 2],
    [1, 0.2, 0],
    [2, 0.2, 0],
    [3, 0.2, 1],
    [8, 0.5, 4],
  ])('of %d images, share %d: %d are mixed, the rest stays as it is to the bit', (size, fraction, mixed) => {
    for (const source of [mixup(1), cutmix(1)]) {
      const method = partlyMixed(source, fraction);
      const side = 6;
      const { images, labels, labelValues } = randomBatch(size, 5, side);
      const draws = method.draw(new Generator(9, 'method'), { size, imageSize: side });
      expect(draws.mixed).toBe(mixed);
      expect(draws.permutation).toHaveLength(mixed);
      const logits = logitsOf(4, size, 2);
      const passes = fakePasses(() => logits);
      const tensors = method.tensors(draws, labelValues, side);
      const { total, main, aux } = method.run(passes, { images, labels }, tensors);

      expect(passes.streams).toHaveLength(1);
      const [{ x, branch }] = passes.streams;
      expect(branch).toBe('main');
      const length = side * side * 3;
      const [entered, clean] = [valuesOf(x), valuesOf(images)];
      expect(entered.subarray(mixed * length)).toEqual(clean.subarray(mixed * length));
      if (mixed > 0) {
        const part = tensor4d(clean.subarray(0, mixed * length), [mixed, side, side, 3]) as Tensor4D;
        expect(entered.subarray(0, mixed * length)).toEqual(valuesOf(source.images(part, tensors)));
      }

      let expected = 0;
      for (let image = 0; image < size; image++) {
        const [own, partner] = [labelValues[image], labelValues[draws.permutation![image] ?? image]];
        const share = image < mixed ? draws.lambda! : 1;
        const row = rowOf(logits, image);
        expected += (share * crossEntropyOf(row, own) + (1 - share) * crossEntropyOf(row, partner)) / size;
      }
      expect(Math.abs(main.dataSync()[0] - expected)).toBeLessThan(1e-5);
      expect(total.dataSync()[0]).toBe(main.dataSync()[0]);
      expect(aux).toBeUndefined();
    }
  });
});

describe('no loss goes below the floor', () => {
  const methods = [
    ['mixprop', settingsOf({ type: 'mixprop' })],
    ['mixprop with CutMix', settingsOf({ type: 'mixprop', auxiliary: 'cutmix' })],
    ['mixprop with noise', settingsOf({ type: 'mixprop', auxiliary: 'noise' })],
    ['mixup of a half', settingsOf({ type: 'mixup', fraction: 0.5 })],
    ['CutMix of all', settingsOf({ type: 'cutmix', fraction: 1 })],
  ] as const;

  /** The loss that the floor is of, for logits of every image that enters. */
  function lossAndFloor(
    settings: MethodSettings,
    seed: number,
    size: number,
    lambda: number,
    logits: (draws: MethodDraws, labels: Int32Array) => Float32Array,
  ): { loss: number; floor: number } {
    return tidy(() => {
      const method = createMethod(settings, { normalization, classes });
      const side = 2;
      const { images, labels, labelValues } = randomBatch(size, seed, side);
      const drawn = method.draw(new Generator(seed, 'method'), { size, imageSize: side });
      // CutMix's λ belongs to its box, but a loss is a loss for any.
      const draws = { ...drawn, ...(drawn.lambda !== undefined && { lambda }) };
      const answer = logits(draws, labelValues);
      const { main, aux } = method.run(
        fakePasses(() => answer),
        { images, labels },
        method.tensors(draws, labelValues, side),
      );
      return { loss: (aux ?? main).dataSync()[0], floor: method.lossFloor!(draws, labelValues) };
    });
  }

  test.each(methods)('whatever the logits: %s', (_, settings) => {
    const cases = fc.record({
      seed: fc.nat(),
      size: fc.integer({ min: 1, max: 9 }),
      spread: fc.constantFrom(0.01, 1, 5, 50),
    });
    fc.assert(
      fc.property(cases, lambdas, ({ seed, size, spread }, lambda) => {
        const { loss, floor } = lossAndFloor(settings, seed, size, lambda, () => logitsOf(seed, size, spread));
        expect(floor).toBeGreaterThanOrEqual(0);
        expect(loss).toBeGreaterThan(floor - 1e-5);
      }),
    );
  });

  test.each(methods)('and the best logits reach it: %s', (_, settings) => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 9 }), lambdas, (seed, size, lambda) => {
        // The logarithm of the labels' shares; what is no label is as unlikely as can be.
        const best = (draws: MethodDraws, labels: Int32Array) => {
          const logits = new Float32Array(size * classes).fill(-60);
          for (const [image, label] of labels.entries()) {
            const partner = labels[draws.permutation?.[image] ?? image];
            const shares = new Map<number, number>();
            shares.set(label, image < (draws.permutation?.length ?? 0) ? draws.lambda! : 1);
            shares.set(partner, partner === label ? 1 : 1 - shares.get(label)!);
            for (const [k, share] of shares) logits[image * classes + k] = Math.max(-60, Math.log(share));
          }
          return logits;
        };
        const { loss, floor } = lossAndFloor(settings, seed, size, lambda, best);
        expect(Math.abs(loss - floor)).toBeLessThan(1e-4);
      }),
    );
  });

  test('the floor is 0 where all labels are the same, and ln 2 where all differ at λ = ½', () => {
    const source = mixup(1);
    const draws = { lambda: 0.5, permutation: [1, 0] };
    expect(source.lossFloor(draws, Int32Array.of(3, 3))).toBe(0);
    expect(source.lossFloor(draws, Int32Array.of(3, 4))).toBeCloseTo(Math.LN2, 12);
    expect(source.lossFloor({ lambda: 0.5, permutation: [0, 1] }, Int32Array.of(3, 4))).toBe(0);
    const tensors: Record<string, Tensor> = source.tensors(draws, { size: 2, imageSize: 1 });
    const even = tensor2d(new Float32Array(2 * classes).fill(-60), [2, classes]).bufferSync();
    for (const image of [0, 1]) for (const k of [3, 4]) even.set(0, image, k);
    const loss = source.loss(even.toTensor(), tensor1d([3, 4], 'int32'), tensors);
    expect(loss.dataSync()[0]).toBeCloseTo(Math.LN2, 5);
  });
});
