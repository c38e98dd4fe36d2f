import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { checkDataset, type TrainingDataReport } from '../../../trainer/data/check';
import { decodeImage } from '../../../trainer/data/decode';
import { pixelsOf } from './image-files';
import { temporaryFolder } from './temporary-folder';

const rgb = (width: number, height: number, channels: 1 | 2 | 3 | 4 = 3) =>
  sharp(pixelsOf(3, width, height).subarray(0, width * height * channels), { raw: { width, height, channels } });

/** CRC-32 of PNG. */
function crc(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  }
  return (value ^ 0xffffffff) >>> 0;
}

function chunk(type: string, ...parts: (Uint8Array | number[])[]): Buffer {
  const content = Buffer.concat([Buffer.from(type, 'latin1'), ...parts.map((part) => Buffer.from(part))]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length - 4);
  check.writeUInt32BE(crc(content));
  return Buffer.concat([length, content, check]);
}

function words(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) bytes.writeUInt32BE(value, 4 * i);
  return bytes;
}

const signature = Buffer.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const header = (width: number, height: number) => chunk('IHDR', words(width, height), [8, 2, 0, 0, 0]);

/** An animated PNG of two frames, 2 × 2 pixels: red, then blue. */
function animatedPng(): Buffer {
  const frame = (colour: number[]) => deflateSync(Buffer.from([0, ...colour, ...colour, 0, ...colour, ...colour]));
  const control = (sequence: number) => chunk('fcTL', words(sequence, 2, 2, 0, 0), [0, 1, 0, 10, 0, 0]);
  return Buffer.concat([
    signature,
    header(2, 2),
    chunk('acTL', words(2, 0)),
    control(0),
    chunk('IDAT', frame([255, 0, 0])),
    control(1),
    chunk('fdAT', words(2), frame([0, 0, 255])),
    chunk('IEND'),
  ]);
}

/** A PNG that claims 30,000 × 30,000 pixels in less than a kilobyte. */
const hugePng = () =>
  Buffer.concat([signature, header(30_000, 30_000), chunk('IDAT', deflateSync(Buffer.alloc(1000))), chunk('IEND')]);

async function write(name: string, content: Promise<Uint8Array> | Uint8Array): Promise<string> {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, await content);
  return file;
}

describe('an image file as it comes', () => {
  test('may be grey: three equal channels', async () => {
    for (const file of [
      await write('a.jpg', rgb(12, 8, 1).toColourspace('b-w').jpeg().toBuffer()),
      await write('a.png', rgb(12, 8, 1).toColourspace('b-w').png().toBuffer()),
    ]) {
      const { data, width, height } = await decodeImage(file);
      expect([width, height, data.length]).toEqual([12, 8, 288]);
      for (let i = 0; i < data.length; i += 3) expect([data[i + 1], data[i + 2]]).toEqual([data[i], data[i]]);
    }
  });

  test('may be CMYK: becomes RGB', async () => {
    const red = sharp({ create: { width: 8, height: 8, channels: 3, background: '#e02020' } });
    const file = await write('a.jpg', red.toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer());
    expect((await sharp(file).metadata()).space).toBe('cmyk');
    const { data } = await decodeImage(file);
    expect(data).toHaveLength(192);
    expect(data[0]).toBeGreaterThan(150);
    expect(Math.max(data[1], data[2])).toBeLessThan(100);
  });

  test('may have 16 bits a channel: the upper 8 count', async () => {
    const values = Uint16Array.from({ length: 48 }, (_, i) => i * 1300 + 77);
    const image = sharp(values, { raw: { width: 4, height: 4, channels: 3 } }).toColourspace('rgb16');
    const file = await write('a.png', image.png().toBuffer());
    expect((await sharp(file).metadata()).depth).toBe('ushort');
    const { data } = await decodeImage(file);
    expect([...data]).toEqual([...values].map((value) => value >> 8));
  });

  test('may be transparent: the channel is dropped, not blended', async () => {
    const image = sharp(Buffer.of(10, 20, 30, 0, 40, 50, 60, 128), { raw: { width: 2, height: 1, channels: 4 } });
    expect([...(await decodeImage(await write('a.png', image.png().toBuffer()))).data]).toEqual([
      10, 20, 30, 40, 50, 60,
    ]);
  });

  test('may be animated: the first frame counts', async () => {
    const { data, width, height } = await decodeImage(await write('a.png', animatedPng()));
    expect([width, height, ...data]).toEqual([2, 2, ...[0, 1, 2, 3].flatMap(() => [255, 0, 0])]);
  });

  test('may say that it is rotated: pixels are taken as they are stored, as Pillow does', async () => {
    const plain = await decodeImage(await write('plain.jpg', rgb(12, 8).jpeg().toBuffer()));
    const file = await write('rotated.jpg', rgb(12, 8).withMetadata({ orientation: 6 }).jpeg().toBuffer());
    expect((await sharp(file).metadata()).orientation).toBe(6);
    const { data, width, height } = await decodeImage(file);
    expect([width, height]).toEqual([12, 8]);
    expect(Buffer.compare(data, plain.data)).toBe(0);
  });

  test('may be 30,000 pixels wide', async () => {
    const strip = sharp({ create: { width: 30_000, height: 4, channels: 3, background: '#123456' } });
    const { width, height, data } = await decodeImage(await write('a.jpg', strip.jpeg().toBuffer()));
    expect([width, height, data.length]).toEqual([30_000, 4, 360_000]);
  });

  test('may not have more pixels than are read: the message says how many it has', async () => {
    await expect(decodeImage(await write('huge.png', hugePng()))).rejects.toThrow(
      'has 30000 × 30000 pixels, more than the 268 million that are read: make it smaller',
    );
  });
});

test('files that cannot be used are named by data check, and the others are counted', async () => {
  const root = temporaryFolder();
  const sound = await rgb(12, 8).jpeg().toBuffer();
  const gif = await rgb(12, 8).gif().toBuffer();
  const files: Record<string, Uint8Array> = {
    'train/cat/sound.jpg': sound,
    'train/cat/empty.jpg': Buffer.alloc(0),
    'train/cat/gif.jpg': gif,
    'train/cat/cut.jpg': sound.subarray(0, sound.length / 2),
    'train/dog/sound.png': animatedPng(),
    'train/dog/huge.png': hugePng(),
    'train/dog/text.png': Buffer.from('hello'),
    'train/dog/start.jpg': Buffer.of(0xff, 0xd8),
    'val/cat/sound.jpg': sound,
    'val/dog/sound.jpg': sound,
  };
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  const report = (await checkDataset('image-folder', root, {
    classFile: null,
    heldOut: null,
    onProgress: () => {},
    signal: new AbortController().signal,
  })) as TrainingDataReport;
  expect(report.sizes).toEqual([
    { width: 12, height: 8, images: 3 },
    { width: 2, height: 2, images: 1 },
  ]);
  const problems = report.problems.join('\n');
  for (const expected of [
    `${join(root, 'train/cat/empty.jpg')} is empty`,
    `${join(root, 'train/cat/gif.jpg')} is neither a JPEG nor a PNG image`,
    `${join(root, 'train/cat/cut.jpg')} is damaged or cut off`,
    `${join(root, 'train/dog/huge.png')} `,
    `${join(root, 'train/dog/text.png')} is neither`,
    `${join(root, 'train/dog/start.jpg')} is damaged or cut off`,
  ])
    expect(problems).toContain(expected);
  expect(report.problems).toHaveLength(6);
});
