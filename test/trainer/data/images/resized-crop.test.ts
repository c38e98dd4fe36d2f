import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { ImageSource } from '../../../../trainer/data/image-source';
import { ImageReader } from '../../../../trainer/data/images/image-reader';
import type { Box } from '../../../../trainer/data/images/resize';
import { drawResizedCrop, largestBox, resizedCrop } from '../../../../trainer/data/images/resized-crop';
import { channelTables, writeImage } from '../../../../trainer/data/loading/augment';
import { Generator } from '../../../../trainer/random/generator';
import { pixelsOf } from './image-files';

const folder = join(import.meta.dirname, '..', '..', '..', 'golden', 'resized-crop');
const { sizes, boxes } = JSON.parse(readFileSync(join(folder, 'boxes.json'), 'utf8')) as {
  sizes: number[];
  boxes: Record<string, [number, number, number, number, number][]>;
};

/** Grey levels of a crop on its way through the decoder, the box, the resizing and the mirror: x/255 times 255 again. */
async function cropped(name: string, size: number, box: Box, flip: boolean): Promise<Uint8Array> {
  const { width, height } = await sharp(join(folder, name)).metadata();
  const source: ImageSource = { root: folder, files: [name], fit: null, sizes: Uint32Array.of(width, height) };
  const read = await new ImageReader(source).readBox(0, box);
  const out = new Float32Array(size * size * 3);
  const tables = channelTables({ mean: [0, 0, 0], std: [1, 1, 1] });
  writeImage(resizedCrop(read.image, read.box, size), 0, size, 0, 0, flip, tables, out, 0);
  return Uint8Array.from(out, (value) => Math.round(255 * value));
}

describe('a resized crop equals torchvision on Pillow', () => {
  for (const [name, chosen] of Object.entries(boxes)) {
    for (const size of sizes) {
      test.each(chosen.map((numbers, i) => [i, numbers] as const))(
        `${name} at ${size} px, box %i: %j`,
        async (i, numbers) => {
          const [left, top, width, height, flip] = numbers;
          const strip = await sharp(join(folder, `${name.split('.')[0]}-${size}.png`))
            .raw()
            .toBuffer();
          const expected = strip.subarray(i * size * size * 3, (i + 1) * size * size * 3);
          const ours = await cropped(name, size, { left, top, width, height }, flip === 1);
          const differences = ours.map((level, j) => Math.abs(level - expected[j]));
          // Pillow 13 resamples high and narrow boxes along y first: single pixels are then rounded to the next level.
          const isNarrow = height > 2 * width;
          expect(Math.max(...differences)).toBeLessThanOrEqual(isNarrow ? 1 : 0);
          expect(differences.reduce((sum, difference) => sum + difference, 0) / ours.length).toBeLessThan(0.3);
        },
      );
    }
  }
});

test('a part of a larger image is resized as if it were cut out first', () => {
  const image = { data: pixelsOf(3, 60, 50), width: 60, height: 50 };
  const box = { left: 7, top: 11, width: 31, height: 23 };
  const cut = new Uint8Array(box.width * box.height * 3);
  for (let y = 0; y < box.height; y++) {
    const from = ((box.top + y) * 60 + box.left) * 3;
    cut.set(image.data.subarray(from, from + box.width * 3), y * box.width * 3);
  }
  const whole = { left: 0, top: 0, width: box.width, height: box.height };
  const expected = resizedCrop({ data: cut, width: box.width, height: box.height }, whole, 16);
  expect(resizedCrop(image, box, 16)).toEqual(expected);
});

/** Means over 60,000 boxes that torchvision 0.28 drew in an image of 400 × 300 pixels: share of the area, logarithm of the aspect ratio. */
const torchvision = { area: 0.4363, logarithm: 0.0313 };

describe('drawResizedCrop', () => {
  const draw = (count: number, width: number, height: number) =>
    drawResizedCrop(new Generator(1, 'augmentation', 3), count, () => ({ width, height }));

  test('draws area and aspect ratio in their ranges, everywhere in the image', () => {
    const count = 20_000;
    const { top, left, height, width, flip } = draw(count, 400, 300);
    let [areas, logs, flips] = [0, 0, 0];
    for (let i = 0; i < count; i++) {
      expect(top[i]).toBeGreaterThanOrEqual(0);
      expect(left[i]).toBeGreaterThanOrEqual(0);
      expect(top[i] + height[i]).toBeLessThanOrEqual(300);
      expect(left[i] + width[i]).toBeLessThanOrEqual(400);
      const aspect = width[i] / height[i];
      expect(aspect).toBeGreaterThan(0.74);
      expect(aspect).toBeLessThan(1.35);
      areas += (width[i] * height[i]) / 120_000 / count;
      logs += Math.log(aspect) / count;
      flips += flip[i] / count;
    }
    expect(Math.abs(areas - torchvision.area)).toBeLessThan(0.008);
    expect(Math.abs(logs - torchvision.logarithm)).toBeLessThan(0.008);
    expect(Math.abs(flips - 0.5)).toBeLessThan(0.015);
    expect(Math.min(...top)).toBe(0);
    expect(new Set(top).size).toBeGreaterThan(150);
  });

  test('an image too narrow for any box gives the largest one in its middle', () => {
    const { top, left, height, width } = draw(50, 1000, 4);
    for (let i = 0; i < 50; i++) expect([top[i], left[i], height[i], width[i]]).toEqual([0, 497, 4, 5]);
    expect(largestBox(1000, 10)).toEqual({ left: 493, top: 0, width: 13, height: 10 });
    expect(largestBox(9, 300)).toEqual({ left: 0, top: 144, width: 9, height: 12 });
    expect(largestBox(40, 40)).toEqual({ left: 0, top: 0, width: 40, height: 40 });
    expect(largestBox(1, 1)).toEqual({ left: 0, top: 0, width: 1, height: 1 });
  });

  test('is a function of the generator, image after image', () => {
    const few = draw(3, 90, 70);
    const many = draw(9, 90, 70);
    for (const name of ['top', 'left', 'height', 'width', 'flip'] as const)
      expect(Array.from(many[name].slice(0, 3))).toEqual(Array.from(few[name]));
  });
});
