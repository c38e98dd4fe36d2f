import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { MemoryImageSet } from '../../../../trainer/data/dataset';
import { openShapes, type ShapesSettings } from '../../../../trainer/data/shapes/shapes';

const settings: ShapesSettings = {
  type: 'shapes',
  imageSize: 32,
  trainingImages: 200,
  validationImages: 50,
  seed: 0,
  normalization: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
};
const open = (changes: Partial<ShapesSettings> = {}) =>
  openShapes({ ...settings, ...changes }, { baseFolder: '/', cacheFolder: '/' });
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const image = (set: MemoryImageSet, index: number) => set.pixels.slice(index * 3072, (index + 1) * 3072);

describe('shapes', () => {
  test('the same seed draws the same pixels, today and later', async () => {
    const { training, validation } = await open();
    expect(sha256(training.pixels)).toBe('c67672f51c4aed1b01677cc4f41b9b5db6340dec4405ab6435a57992aefeb5df');
    expect(sha256(validation.pixels)).toBe('b3206431b94be7ff1f94ce3b81af24da186d6540716ec073323e8d218296f966');
  });

  test('images depend on the seed and the part, and not on how many there are', async () => {
    const first = await open();
    const fewer = await open({ trainingImages: 20 });
    const other = await open({ seed: 1 });
    expect(fewer.training.pixels).toEqual(first.training.pixels.slice(0, 20 * 3072));
    expect(image(other.training, 0)).not.toEqual(image(first.training, 0));
    expect(image(first.validation, 0)).not.toEqual(image(first.training, 0));
  });

  test('the ten classes are equally frequent and every image has a path of its own', async () => {
    const { classes, training } = await open();
    expect(classes).toHaveLength(10);
    for (let label = 0; label < 10; label++)
      expect(training.labels.filter((value) => value === label)).toHaveLength(20);
    const paths = Array.from({ length: training.count }, (_, i) => training.path(i));
    expect(new Set(paths).size).toBe(training.count);
    expect(training.path(12)).toBe(`training/${classes[2]}/000012`);
  });

  test('a mask covers a part of the image whose colours differ from its surroundings', async () => {
    const { training } = await open();
    let stronger = 0;
    for (let i = 0; i < training.count; i++) {
      const mask = training.mask?.(i) as Uint8Array;
      const inside = mask.reduce((sum, value) => sum + value, 0);
      expect(inside).toBeGreaterThan(5);
      expect(inside).toBeLessThan(700);
      if (contrast(image(training, i), mask) > contrast(image(training, i), turned(mask))) stronger++;
    }
    expect(stronger).toBeGreaterThan(0.9 * training.count);
  });

  test('the shape is at the same place at every size', async () => {
    const small = await open();
    const large = await open({ imageSize: 64 });
    for (let i = 0; i < 20; i++) {
      const [a, b] = [small.training.mask?.(i) as Uint8Array, large.training.mask?.(i) as Uint8Array];
      const agreeing = a.filter((value, at) => value === b[Math.floor(at / 32) * 2 * 64 + (at % 32) * 2]).length;
      expect(agreeing).toBeGreaterThan(0.93 * a.length);
    }
  });

  test('the colours do not give the class away', async () => {
    const { training } = await open({ trainingImages: 2000 });
    const means = Array.from({ length: training.count }, (_, i) => {
      const pixels = image(training, i);
      return [0, 1, 2].map(
        (channel) => pixels.reduce((sum, value, at) => (at % 3 === channel ? sum + value : sum), 0) / 1024,
      );
    });
    // Nearest class mean in colour, fitted on one half and tried on the other: chance is 10 %.
    const centres = Array.from({ length: 10 }, (_, label) =>
      [0, 1, 2].map((channel) =>
        average(
          means
            .slice(0, 1000)
            .filter((_, i) => i % 10 === label)
            .map((mean) => mean[channel]),
        ),
      ),
    );
    const right = means.slice(1000).filter((mean, i) => {
      const distances = centres.map((centre) => Math.hypot(...centre.map((value, channel) => value - mean[channel])));
      return distances.indexOf(Math.min(...distances)) === i % 10;
    }).length;
    expect(right / 1000).toBeLessThan(0.16);
  });

  test('stops when told to', async () => {
    const stop = new AbortController();
    const opening = openShapes(
      { ...settings, trainingImages: 100_000 },
      { baseFolder: '/', cacheFolder: '/', signal: stop.signal, onProgress: () => stop.abort() },
    );
    await expect(opening).rejects.toMatchObject({ name: 'AbortError' });
  });
});

const average = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The mask turned by 180°, which as a rule misses the shape. */
const turned = (mask: Uint8Array) => mask.slice().reverse();

/** Distance between the mean colours inside and outside of a mask, over all their spread. */
function contrast(pixels: Uint8Array, mask: Uint8Array): number {
  return Math.hypot(
    ...[0, 1, 2].map((channel) => {
      const inside: number[] = [];
      const outside: number[] = [];
      mask.forEach((value, at) => {
        (value === 1 ? inside : outside).push(pixels[at * 3 + channel]);
      });
      return average(inside) - average(outside);
    }),
  );
}
