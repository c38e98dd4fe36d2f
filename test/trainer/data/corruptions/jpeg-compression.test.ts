import sharp from 'sharp';
import { expect, test } from 'vitest';
import { jpegCompression } from '../../../../trainer/data/corruptions/jpeg-compression';
import type { RgbImage } from '../../../../trainer/data/images/resize';
import { formulaImage } from './reference-images';

/** Through libjpeg itself and back. */
async function libjpeg({ data, width, height }: RgbImage, quality: number): Promise<Uint8Array> {
  const compressed = await sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality, chromaSubsampling: '4:2:0', optimiseCoding: false })
    .toBuffer();
  return new Uint8Array(await sharp(compressed).raw().toBuffer());
}

function crop({ data, width }: RgbImage, columns: number, rows: number): RgbImage {
  const lines = Array.from({ length: rows }, (_, y) => data.subarray(y * width * 3, (y * width + columns) * 3));
  return { data: Uint8Array.from(lines.flatMap((line) => [...line])), width: columns, height: rows };
}

/** Black and white by chance: the strongest coefficients there are. */
function noise(side: number): RgbImage {
  let state = 1;
  const data = Uint8Array.from({ length: side * side * 3 }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 31 === 1 ? 255 : 0;
  });
  return { data, width: side, height: side };
}

const sizes = [
  [64, 64],
  [63, 41],
  [33, 50],
  [17, 16],
  [16, 17],
  [7, 9],
  [5, 3],
  [4, 8],
  [3, 2],
  [2, 5],
  [1, 1],
];

test.each(sizes)('%i×%i pixels come back as from libjpeg, bit for bit', async (columns, rows) => {
  for (const source of [formulaImage(64), noise(64)]) {
    const image = crop(source, columns, rows);
    for (const quality of [1, 7, 25, 50, 80, 95, 100])
      expect(jpegCompression(image, quality), `quality ${quality}`).toEqual(await libjpeg(image, quality));
  }
});
