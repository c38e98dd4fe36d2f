import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { decodeImage } from '../../../../trainer/data/images/decode';
import { sumUpBroken } from '../../../../trainer/data/images/image-sizes';
import { checkDataset } from '../../../../trainer/data/open/check';
import type { TrainingDataReport } from '../../../../trainer/data/open/check-training-data';
import { temporaryFolder } from '../temporary-folder';
import { pixelsOf } from './image-files';

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

/** A PNG that claims 30,000 × 30,000 pixels in less than a kilobyte. */
const hugePng = () =>
  Buffer.concat([signature, header(30_000, 30_000), chunk('IDAT', deflateSync(Buffer.alloc(1000))), chunk('IEND')]);

/** Little-endian numbers of 16 bits. */
function halves(...values: number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length);
  for (const [i, value] of values.entries()) bytes.writeUInt16LE(value, 2 * i);
  return bytes;
}

/** Lossless, of one sound header and nothing behind it. */
function hugeWebp(): Buffer {
  const header = Buffer.alloc(20);
  header[0] = 0x2f;
  header.writeUInt32LE((16_382 | (16_382 << 14)) >>> 0, 1);
  const file = Buffer.concat([Buffer.from('RIFF....WEBPVP8L....'), header]);
  file.writeUInt32LE(file.length - 8, 4);
  file.writeUInt32LE(header.length, 16);
  return file;
}

/** One pixel on a large canvas. */
const hugeGif = () =>
  Buffer.concat([
    Buffer.from('GIF89a'),
    halves(60_000, 50_000),
    Buffer.of(0x80, 0, 0, 1, 2, 3, 4, 5, 6, 0x2c),
    halves(0, 0, 1, 1),
    Buffer.of(0, 2, 2, 0x44, 0x01, 0, 0x3b),
  ]);

/** Without its pixels: width, height, bits, colours by white being zero, one strip. */
function hugeTiff(): Buffer {
  const tags = [
    [256, 40_000],
    [257, 20_000],
    [258, 8],
    [259, 1],
    [262, 1],
    [273, 8],
    [277, 1],
    [278, 20_000],
    [279, 100],
  ];
  const fields = tags.map(([tag, value]) => halves(tag, 4, 1, 0, value, 0));
  return Buffer.concat([Buffer.from('II*\0'), halves(8, 0, tags.length), ...fields, Buffer.alloc(200)]);
}

function hugeBmp(): Buffer {
  const file = Buffer.alloc(54);
  file.write('BM');
  file.writeUInt32LE(54, 10);
  file.set(halves(40, 0, 30_000, 0, 30_000, 0, 1, 24), 14);
  return file;
}

async function write(name: string, content: Promise<Uint8Array> | Uint8Array): Promise<string> {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, await content);
  return file;
}

/** The beginning of files that claim more pixels than are read, with the number. */
const hugeFiles: Record<string, [file: Buffer, size: string]> = {
  png: [hugePng(), '30000 × 30000'],
  gif: [hugeGif(), '60000 × 50000'],
  webp: [hugeWebp(), '16383 × 16383'],
  tiff: [hugeTiff(), '40000 × 20000'],
  bmp: [hugeBmp(), '30000 × 30000'],
};

describe('an image file as it comes', () => {
  test('may have 16 bits a channel: the upper 8 count', async () => {
    for (const channels of [1, 3] as const) {
      const values = Uint16Array.from({ length: 16 * channels }, (_, i) => i * 1300 + 77);
      const image = sharp(values, { raw: { width: 4, height: 4, channels } });
      const file = await write(
        'a.png',
        image
          .toColourspace(channels === 1 ? 'grey16' : 'rgb16')
          .png()
          .toBuffer(),
      );
      expect((await sharp(file).metadata()).depth).toBe('ushort');
      const { data } = await decodeImage(file);
      expect([...data].filter((_, i) => channels === 3 || i % 3 === 0)).toEqual([...values].map((value) => value >> 8));
    }
  });

  test('may not be a TIFF whose colours would be taken for others', async () => {
    const tiff = (colours: number, compression: number, isLittle: boolean) => {
      const number = (value: number, length: 2 | 4) => {
        const bytes = Buffer.alloc(length);
        if (isLittle) bytes.writeUIntLE(value, 0, length);
        else bytes.writeUIntBE(value, 0, length);
        return bytes;
      };
      const tags = [256, 4, 257, 4, 258, 8, 259, compression, 262, colours, 273, 122, 277, 3, 278, 4, 279, 48];
      const fields = Array.from({ length: 9 }, (_, i) => [
        ...[number(tags[2 * i], 2), number(3, 2), number(1, 4), number(tags[2 * i + 1], 2), number(0, 2)],
      ]);
      const start = [Buffer.from(isLittle ? 'II*\0' : 'MM\0*'), number(8, 4), number(9, 2)];
      return Buffer.concat([...start, ...fields.flat(), number(0, 4), Buffer.alloc(48, 77)]);
    };
    for (const isLittle of [true, false]) {
      expect([...(await decodeImage(await write('rgb.tif', tiff(2, 1, isLittle)))).data]).toEqual(Array(48).fill(77));
      for (const [colours, what] of [
        [6, 'YCbCr colours, not compressed as JPEG'],
        [8, 'L*a*b* colours'],
        [32803, 'the raw values of a camera'],
      ] as const)
        await expect(decodeImage(await write('a.tif', tiff(colours, 1, isLittle)))).rejects.toThrow(
          `is a TIFF with ${what}, which is not read: convert it to PNG`,
        );
    }
  });

  test('is what its first bytes say', async () => {
    for (const [text, what] of [
      ['<?xml version="1.0"?>\n<!-- drawn -->\n<svg xmlns="http://www.w3.org/2000/svg"/>', 'an SVG drawing, which'],
      ['<svg>', 'an SVG drawing, which'],
      ['<!doctype html><html><svg/></html>', 'a web page'],
      ['<?xml version="1.0"?><Error/>', 'XML, as of a server'],
      ['\0\0\x01\0\x02\0', 'an icon (ICO or CUR), which'],
      ['\0\0\x02\0\0\0\0\0', 'not a supported image'],
    ])
      await expect(decodeImage(await write('a.png', Buffer.from(text, 'latin1')))).rejects.toThrow(`is ${what}`);
  });

  test.skipIf(process.platform === 'win32')('may not be a pipe, for which one would wait', async () => {
    const pipe = join(temporaryFolder(), 'a.jpg');
    execFileSync('mkfifo', [pipe]);
    await expect(decodeImage(pipe)).rejects.toThrow('is no file but a folder, pipe or device');
  });

  test('may be 30,000 pixels wide', async () => {
    const strip = sharp({ create: { width: 30_000, height: 4, channels: 3, background: '#123456' } });
    const { width, height, data } = await decodeImage(await write('a.jpg', strip.jpeg().toBuffer()));
    expect([width, height, data.length]).toEqual([30_000, 4, 360_000]);
  });

  test.each(Object.keys(hugeFiles))(
    'may not have more pixels than are read: a .%s says how many it has',
    async (ending) => {
      const [content, size] = hugeFiles[ending];
      await expect(decodeImage(await write(`huge.${ending}`, content))).rejects.toThrow(
        `has ${size} pixels, more than the 268 million that are read: make it smaller`,
      );
    },
  );
});

test('files that cannot be used are named by data check, and the others are counted', async () => {
  const root = temporaryFolder();
  const sound = await rgb(12, 8).jpeg().toBuffer();
  const webp = await rgb(12, 8).webp().toBuffer();
  const files: Record<string, Uint8Array> = {
    'train/cat/sound.jpg': sound,
    'train/cat/empty.jpg': Buffer.alloc(0),
    'train/cat/webp-named-as.jpg': webp,
    'train/cat/heic.jpg': Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1'),
    'train/cat/pointer.jpg': Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12\n'),
    'train/cat/page.jpg': Buffer.from('<!DOCTYPE html>\n<html><title>Sign in</title></html>'),
    'train/cat/weights.tif': Buffer.from('PK\x03\x04'.padEnd(30, '\0'), 'latin1'),
    'train/cat/cut.jpg': sound.subarray(0, sound.length / 2),
    'train/dog/sound.png': await rgb(2, 2).png().toBuffer(),
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
    { width: 12, height: 8, images: 4 },
    { width: 2, height: 2, images: 1 },
  ]);
  const problems = report.problems.join('\n');
  for (const expected of [
    `${join(root, 'train/cat/empty.jpg')} is empty`,
    `${join(root, 'train/cat/heic.jpg')} is a HEIC image, which is not read: convert it to PNG or JPEG`,
    `${join(root, 'train/cat/pointer.jpg')} is a pointer of Git LFS, not the file itself: fetch the file with: git lfs pull`,
    `${join(root, 'train/cat/page.jpg')} is a web page (HTML)`,
    `${join(root, 'train/cat/weights.tif')} is a zip archive`,
    `${join(root, 'train/cat/cut.jpg')} is damaged or cut off`,
    `${join(root, 'train/dog/huge.png')} `,
    `${join(root, 'train/dog/text.png')} is not a supported image`,
    `${join(root, 'train/dog/start.jpg')} is damaged or cut off`,
  ])
    expect(problems).toContain(expected);
  expect(report.problems).toHaveLength(9);
  expect(report.brokenFiles).toHaveLength(9);
});

test('many files with one kind of problem are summed up, and all of them kept', () => {
  const broken = Array.from({ length: 25 }, (_, i) => ({ file: `/a/${i}.png`, error: `has ${i} wrong bytes (${i})` }));
  const others = [{ file: '/b.png', error: 'is empty' }];
  const [many, one, ...rest] = sumUpBroken([...broken.slice(0, 5), ...others, ...broken.slice(5)]);
  expect(rest).toEqual([]);
  expect(one).toBe('/b.png is empty; replace or remove it');
  expect(many).toMatch(
    /^25 files have one kind of problem: \/a\/0\.png has 0 wrong bytes \(0\); replace or remove them, likewise \/a\/1\.png, /,
  );
  expect(many).toMatch(/\/a\/9\.png and 15 more \(--json names all\)$/);
  expect(sumUpBroken(broken.slice(0, 10))).toHaveLength(10);
});
