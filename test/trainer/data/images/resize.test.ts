import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { fitImage } from '../../../../trainer/data/images/resize';

/** Pixels that both this test and Pillow can make: a fixed linear congruential sequence. */
function noise(width: number, height: number) {
  let state = 1;
  const data = Uint8Array.from({ length: width * height * 3 }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
  return { data, width, height };
}
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

describe('fitImage', () => {
  // From torchvision 0.28 with Pillow 13.0: CenterCrop(size)(Resize(side)(image)), first 16 digits of the SHA-256 of the bytes.
  test.each([
    [50, 40, 32, 'training', '9f8b7c72db1fba74'],
    [50, 40, 32, 'validation', '9d647b3c1e76f49f'],
    [40, 57, 32, 'validation', '84a19de09b9a2109'],
    [33, 33, 32, 'training', 'f56212b7d6f018e6'],
    [20, 31, 32, 'validation', '637a8846661040bf'],
    [20, 31, 32, 'training', '43a6053d822db71d'],
    [3, 200, 16, 'validation', 'd16faf2c400a2b82'],
    [131, 97, 24, 'training', '034bd2e690c10145'],
    [1, 1, 8, 'validation', '7abfbb771c1c4ec3'],
    [32, 45, 32, 'training', 'f181995f3a676e35'],
  ])('%i×%i to %i for %s equals torchvision on Pillow', (width, height, size, use, expected) => {
    const fitted = fitImage(noise(width, height), size, use as 'training' | 'validation');
    expect(fitted).toHaveLength(size * size * 3);
    expect(sha256(fitted)).toBe(expected);
  });

  test('an image of the right size is untouched, and an even one stays even', () => {
    const image = noise(32, 32);
    expect(fitImage(image, 32, 'validation')).toBe(image.data);
    const even = { data: new Uint8Array(50 * 40 * 3).fill(173), width: 50, height: 40 };
    expect(fitImage(even, 24, 'validation').every((level) => level === 173)).toBe(true);
  });
});
