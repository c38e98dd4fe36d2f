import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MemoryImageSet } from '../../../../trainer/data/dataset';
import { assembleBatch, type CropFlipDraws, drawCropFlip } from '../../../../trainer/data/loading/augment';
import { Generator } from '../../../../trainer/random/generator';

const normalization = {
  mean: [0.5071, 0.4867, 0.4408] as [number, number, number],
  std: [0.2675, 0.2565, 0.2761] as [number, number, number],
};

function imageSet(count: number, imageSize: number, seed: number): MemoryImageSet {
  const generator = new Generator(seed, 'pixels');
  const pixels = Uint8Array.from({ length: count * imageSize ** 2 * 3 }, () => generator.integer(256));
  return { count, imageSize, pixels, labels: new Int32Array(count), path: String };
}

/** Pad, crop, flip and normalise, one after the other, as the definition says. */
function slowBatch(set: MemoryImageSet, indices: number[], crops: CropFlipDraws | null): number[] {
  const { imageSize: size, pixels } = set;
  return indices.flatMap((index, image) =>
    Array.from({ length: size * size * 3 }, (_, i) => {
      const channel = i % 3;
      const column = Math.floor(i / 3) % size;
      const row = Math.floor(i / 3 / size);
      const cropped = crops?.flip[image] === 1 ? size - 1 - column : column;
      const x = cropped + (crops ? crops.left[image] - 4 : 0);
      const y = row + (crops ? crops.top[image] - 4 : 0);
      const inside = x >= 0 && x < size && y >= 0 && y < size;
      const level = inside ? pixels[((index * size + y) * size + x) * 3 + channel] : 0;
      return (level / 255 - normalization.mean[channel]) / normalization.std[channel];
    }),
  );
}

describe('assembleBatch', () => {
  const draw = fc.record({
    top: fc.integer({ min: 0, max: 8 }),
    left: fc.integer({ min: 0, max: 8 }),
    flip: fc.nat(1),
  });
  const batch = fc.array(fc.record({ index: fc.nat(4), draw }), { minLength: 1, maxLength: 6 });

  test('equals padding, cropping, flipping and normalising one after the other', () => {
    fc.assert(
      fc.property(batch, fc.integer({ min: 1, max: 12 }), fc.nat(), fc.boolean(), (images, size, seed, augmented) => {
        const set = imageSet(5, size, seed);
        const indices = images.map((image) => image.index);
        const crops = augmented
          ? {
              top: Uint8Array.from(images, (image) => image.draw.top),
              left: Uint8Array.from(images, (image) => image.draw.left),
              flip: Uint8Array.from(images, (image) => image.draw.flip),
            }
          : null;
        const out = new Float32Array(indices.length * size * size * 3).fill(Number.NaN);
        assembleBatch(set, indices, crops, normalization, out);
        const expected = slowBatch(set, indices, crops);
        for (let i = 0; i < out.length; i++) expect(Math.abs(out[i] - expected[i])).toBeLessThan(1e-6);
      }),
    );
  });

  test('the middle crop without a flip is the image itself', () => {
    const set = imageSet(3, 9, 1);
    const crops = { top: Uint8Array.of(4, 4), left: Uint8Array.of(4, 4), flip: Uint8Array.of(0, 0) };
    const [plain, cropped] = [new Float32Array(2 * 9 * 9 * 3), new Float32Array(2 * 9 * 9 * 3)];
    assembleBatch(set, [2, 0], null, normalization, plain);
    assembleBatch(set, [2, 0], crops, normalization, cropped);
    expect(cropped).toEqual(plain);
  });

  test('rounds as float32 arithmetic does at every step', () => {
    const pixels = Uint8Array.of(200, 0, 255);
    const set: MemoryImageSet = { count: 1, imageSize: 1, pixels, labels: new Int32Array(1), path: String };
    const out = new Float32Array(3);
    assembleBatch(set, [0], null, normalization, out);
    const f = Math.fround;
    const expected = Array.from(pixels, (level, channel) =>
      f(f(f(level / 255) - f(normalization.mean[channel])) / f(normalization.std[channel])),
    );
    expect(Array.from(out)).toEqual(expected);
  });
});

describe('drawCropFlip', () => {
  test('offsets are uniform in 0 to 8 and half of the images are flipped', () => {
    const { top, left, flip } = drawCropFlip(new Generator(1, 'augmentation', 3), 9000);
    for (const offsets of [top, left])
      for (let offset = 0; offset <= 8; offset++) {
        const count = offsets.filter((value) => value === offset).length;
        expect(count).toBeGreaterThan(850);
        expect(count).toBeLessThan(1150);
      }
    expect(Math.max(...top, ...left)).toBe(8);
    const flipped = flip.filter((value) => value === 1).length;
    expect(flipped + flip.filter((value) => value === 0).length).toBe(9000);
    expect(Math.abs(flipped - 4500)).toBeLessThan(250);
  });

  test('the first images of a larger batch have the draws of a smaller one', () => {
    const small = drawCropFlip(new Generator(5, 'augmentation', 1), 3);
    const large = drawCropFlip(new Generator(5, 'augmentation', 1), 8);
    expect(large.top.slice(0, 3)).toEqual(small.top);
    expect(large.flip.slice(0, 3)).toEqual(small.flip);
  });
});
