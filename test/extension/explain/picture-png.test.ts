import sharp from 'sharp';
import { expect, test } from 'vitest';
import { decodePicture, encodePicture } from '../../../extension/explain/picture-png';
import { pngOf } from '../../../trainer/explain/overlay-png';

const side = 5;
const pixels = Uint8Array.from({ length: side * side * 3 }, (_, i) => (i * 37) % 256);

test('a picture of a run is read to the level', async () => {
  expect(await decodePicture((await pngOf(pixels, side)).toString('base64'), side)).toEqual(pixels);
});

test('what is written is a PNG of those levels', async () => {
  const png = Buffer.from(await encodePicture(pixels, side), 'base64');
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  expect(info).toMatchObject({ width: side, height: side, channels: 3 });
  expect(Uint8Array.from(data)).toEqual(pixels);
});

test('what is no picture of that size is none, before anything is unpacked', async () => {
  const png = await pngOf(pixels, side);
  const changed = (at: number, byte: number) => {
    const copy = Buffer.from(png);
    copy[at] = byte;
    return copy.toString('base64');
  };
  const contents = png.indexOf('IDAT') + 8;
  const whole = png.toString('base64');
  for (const [text, size] of [
    ['', side],
    ['bm90IGEgcGljdHVyZQ==', side],
    [png.subarray(0, 50).toString('base64'), side],
    [whole, side + 1],
    // A width of 2²⁴ pixels and more, interlacing, and damaged contents.
    [changed(16, 1), side],
    [changed(28, 1), side],
    [changed(contents, (png[contents] ?? 0) ^ 255), side],
  ] as const) {
    expect(await decodePicture(text, size)).toBeUndefined();
  }
  expect(await decodePicture(whole, Number.NaN)).toBeUndefined();
});
