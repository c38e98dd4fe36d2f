import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeRoomForCache } from '../../../../trainer/data/images/cache-folder';
import {
  checksumBytes,
  checksumOf,
  imageOffsets,
  PackedCacheWriter,
  pixelStart,
  readPackedIndex,
  readPackedPixels,
} from '../../../../trainer/data/images/packed-cache';
import { temporaryFolder } from '../temporary-folder';

const fingerprint = Buffer.alloc(32, 7);
/** Three images of different sizes. */
const sizes = Uint32Array.of(4, 5, 10, 3, 1, 1);
const length = imageOffsets(sizes)[3];
const pixels = Uint8Array.from({ length }, (_, i) => i * 31);

async function write(file: string, content = pixels, imageSizes = sizes): Promise<void> {
  const count = imageSizes.length / 2;
  const offsets = imageOffsets(imageSizes);
  const writer = await PackedCacheWriter.open(file);
  writeSync(writer.descriptor, content, 0, content.length, pixelStart(count));
  const checksums = new Uint8Array(checksumBytes * count);
  for (let i = 0; i < count; i++)
    checksums.set(checksumOf(content.subarray(offsets[i], offsets[i + 1])), checksumBytes * i);
  await writer.finish(fingerprint, { sizes: imageSizes, checksums, hasPixels: true });
}

async function read(file: string, print = fingerprint, count = 3): Promise<Uint8Array | null> {
  const index = await readPackedIndex(file, print, count);
  if (!index) return null;
  const into = new Uint8Array(imageOffsets(index.sizes)[count]);
  return (await readPackedPixels(file, index, into, { onProgress: () => {} })) ? into : null;
}

async function writtenCache(): Promise<string> {
  const file = join(temporaryFolder(), 'deep', 'cache.pixels');
  await write(file);
  return file;
}

describe('packed cache', () => {
  test('returns what was written, and leaves no other file', async () => {
    const file = await writtenCache();
    expect(await read(file)).toEqual(pixels);
    expect((await readPackedIndex(file, fingerprint, 3))?.sizes).toEqual(sizes);
    expect(readdirSync(join(file, '..'))).toEqual(['cache.pixels']);
  });

  test('may hold sizes alone', async () => {
    const file = join(temporaryFolder(), 'sizes.pixels');
    const writer = await PackedCacheWriter.open(file);
    await writer.finish(fingerprint, { sizes, checksums: new Uint8Array(24), hasPixels: false });
    expect(await readPackedIndex(file, fingerprint, 3)).toMatchObject({ sizes, hasPixels: false });
  });

  test('holds images of more than one chunk, also across its border', async () => {
    const file = join(temporaryFolder(), 'large.pixels');
    const large = new Uint8Array(new SharedArrayBuffer(20_000_001 * 3)).map((_, i) => i * 7);
    await write(file, large, Uint32Array.of(1, 20_000_001));
    const index = await readPackedIndex(file, fingerprint, 1);
    const steps: number[] = [];
    const back = new Uint8Array(large.length);
    expect(await readPackedPixels(file, index!, back, { onProgress: (done) => steps.push(done) })).toBe(true);
    expect(Buffer.compare(back, large)).toBe(0);
    expect(steps).toHaveLength(8);
    expect(steps.at(-1)).toBe(large.length);
  });

  test('is absent for another fingerprint, another number of images, a missing file and a folder', async () => {
    const file = await writtenCache();
    expect(await read(file, Buffer.alloc(32, 8))).toBeNull();
    expect(await read(file, fingerprint, 2)).toBeNull();
    expect(await read(file, fingerprint, 4)).toBeNull();
    expect(await read(`${file}.not`)).toBeNull();
    expect(await read(join(file, '..'))).toBeNull();
  });

  test('is absent when any bit is wrong', async () => {
    const file = await writtenCache();
    const good = readFileSync(file);
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length * 8 - 1), async (bit) => {
        const bad = Buffer.from(good);
        bad[bit >> 3] ^= 1 << (bit & 7);
        writeFileSync(file, bad);
        expect(await read(file)).toBeNull();
      }),
      { numRuns: 300 },
    );
  });

  test('is absent when cut off or longer, and never fails on other bytes', async () => {
    const file = await writtenCache();
    const good = readFileSync(file);
    const bytes = fc.oneof(
      fc.nat(good.length - 1).map((end) => good.subarray(0, end)),
      fc.uint8Array({ minLength: 1, maxLength: 50 }).map((more) => Buffer.concat([good, more])),
      fc.uint8Array({ maxLength: 2000 }),
      fc.uint8Array({ minLength: good.length, maxLength: good.length }),
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (content) => {
        writeFileSync(file, content);
        expect(await read(file)).toBeNull();
      }),
      { numRuns: 200 },
    );
  });

  test('two writers at once leave one whole cache', async () => {
    const file = join(temporaryFolder(), 'cache.pixels');
    const other = pixels.map((level) => 255 - level);
    await Promise.all([pixels, other, pixels, other].map((content) => write(file, content)));
    expect([pixels, other]).toContainEqual(await read(file));
    expect(readdirSync(join(file, '..'))).toEqual(['cache.pixels']);
  });

  test('a cache that cannot be written leaves nothing behind and the old one in place', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), 'in the way');
    await expect(write(join(folder, 'file', 'cache.pixels'))).rejects.toThrow();
    const target = join(folder, 'full');
    await write(join(target, 'inner'));
    await expect(write(target)).rejects.toThrow();
    const abandoned = await PackedCacheWriter.open(join(folder, 'abandoned'));
    await abandoned.abandon();
    expect(readdirSync(folder).sort()).toEqual(['file', 'full']);
    expect(existsSync(join(target, 'inner'))).toBe(true);
  });
});

describe('room for a cache', () => {
  /** Files of a kilobyte, the first ones used longest ago. */
  function folderWith(...names: string[]): string {
    const folder = join(temporaryFolder(), 'caches');
    mkdirSync(folder);
    for (const [i, name] of names.entries()) {
      writeFileSync(join(folder, name), Buffer.alloc(1024));
      const used = Date.now() / 1000 - 60 * (names.length - i);
      utimesSync(join(folder, name), used, used);
    }
    return folder;
  }

  test('is made by removing the caches that were not used for longest', async () => {
    const folder = folderWith('old.pixels', 'newer.pixels', 'newest.pixels', 'other-file');
    expect(await makeRoomForCache(join(folder, 'next.pixels'), 1024, 3 * 1024)).toBeUndefined();
    expect(readdirSync(folder).sort()).toEqual(['newer.pixels', 'newest.pixels', 'other-file']);
    expect(await makeRoomForCache(join(folder, 'newer.pixels'), 1024, 2 * 1024)).toBeUndefined();
    expect(readdirSync(folder)).toHaveLength(3);
  });

  test('is refused beyond the limit, and beyond what the disk has; nothing is removed in vain', async () => {
    const folder = folderWith('old.pixels');
    expect(await makeRoomForCache(join(folder, 'next.pixels'), 4 * 2 ** 30, 2 ** 30)).toBe(
      'they take 4.0 GiB, and loading.cacheGiB allows 1.0 GiB',
    );
    const huge = await makeRoomForCache(join(folder, 'next.pixels'), 2 ** 60, 2 ** 61);
    expect(huge).toMatch(/they take 1073741824\.0 GiB, and the disk of .*caches has [\d.]+ GiB free/);
    expect(readdirSync(folder)).toEqual(['old.pixels']);
  });

  test('counts caches that are being written, and removes those whose writer was killed', async () => {
    const folder = folderWith('a.pixels.12-ab.tmp', 'b.pixels.12-cd.tmp');
    const long = Date.now() / 1000 - 2 * 60 * 60;
    utimesSync(join(folder, 'a.pixels.12-ab.tmp'), long, long);
    expect(await makeRoomForCache(join(folder, 'next.pixels'), 1024, 1024)).toContain(
      'other processes are writing caches',
    );
    expect(readdirSync(folder)).toEqual(['b.pixels.12-cd.tmp']);
  });
});
