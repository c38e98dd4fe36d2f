import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { Generator } from '../../../../trainer/random/generator';

/** Smooth pixels, different for every seed: [height, width, 3]. */
export function pixelsOf(seed: number, width: number, height: number): Uint8Array {
  const generator = new Generator(seed, 'test image');
  const [a, b, c] = [generator.uniform(), generator.uniform(), generator.uniform()];
  return Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    return 127 + 120 * Math.sin(a * x + b * y + c + (i % 3) * 2 * a);
  });
}

/** Writes an image without loss as PNG, or as JPEG if the name says so. */
export async function writeImage(file: string, pixels: Uint8Array, width: number, height: number): Promise<void> {
  mkdirSync(dirname(file), { recursive: true });
  const image = sharp(pixels, { raw: { width, height, channels: 3 } });
  writeFileSync(file, await (/png$/i.test(file) ? image.png() : image.jpeg()).toBuffer());
}

/** An image folder with the classes cat and dog: `training` and `validation` images of `size` pixels in each, in order. */
export async function writeImageFolder(root: string, training = 3, validation = 2, size = 8): Promise<string> {
  let seed = 0;
  for (const [split, count] of [
    ['train', training],
    ['val', validation],
  ] as const)
    for (const name of ['cat', 'dog'])
      for (let i = 0; i < count; i++)
        await writeImage(
          join(root, split, name, `${String(i).padStart(String(count - 1).length, '0')}.png`),
          pixelsOf(seed++, size, size),
          size,
          size,
        );
  return root;
}
