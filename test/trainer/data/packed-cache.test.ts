import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readPackedCache, writePackedCache } from '../../../trainer/data/packed-cache';
import { temporaryFolder } from './temporary-folder';

const fingerprint = Buffer.alloc(32, 7);
const pixels = Uint8Array.from({ length: 1000 }, (_, i) => i * 31);
const read = (file: string, print = fingerprint, length = pixels.length) =>
  readPackedCache(file, print, length, { onProgress: () => {} });

async function writtenCache(): Promise<string> {
  const file = join(temporaryFolder(), 'deep', 'cache.pixels');
  await writePackedCache(file, fingerprint, pixels);
  return file;
}

describe('packed cache', () => {
  test('returns what was written, and leaves no other file', async () => {
    const file = await writtenCache();
    expect(await read(file)).toEqual(pixels);
    expect(readdirSync(join(file, '..'))).toEqual(['cache.pixels']);
  });

  test('holds pixels in shared memory and of more than one chunk', async () => {
    const file = join(temporaryFolder(), 'large.pixels');
    const large = new Uint8Array(new SharedArrayBuffer(20_000_001)).map((_, i) => i * 7);
    await writePackedCache(file, fingerprint, large);
    const steps: number[] = [];
    const back = await readPackedCache(file, fingerprint, large.length, { onProgress: (done) => steps.push(done) });
    expect(Buffer.compare(back ?? Buffer.alloc(0), large)).toBe(0);
    expect(steps).toHaveLength(3);
    expect(steps.at(-1)).toBe(large.length);
  });

  test('is absent for another fingerprint, another length, a missing file and a folder', async () => {
    const file = await writtenCache();
    expect(await read(file, Buffer.alloc(32, 8))).toBeNull();
    expect(await read(file, fingerprint, 999)).toBeNull();
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
      fc.nat(good.length - 1).map((length) => good.subarray(0, length)),
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
    await Promise.all([pixels, other, pixels, other].map((content) => writePackedCache(file, fingerprint, content)));
    expect([pixels, other]).toContainEqual(await read(file));
    expect(readdirSync(join(file, '..'))).toEqual(['cache.pixels']);
  });

  test('a cache that cannot be written leaves nothing behind and the old one in place', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), 'in the way');
    await expect(writePackedCache(join(folder, 'file', 'cache.pixels'), fingerprint, pixels)).rejects.toThrow();
    const target = join(folder, 'full');
    await writePackedCache(join(target, 'inner'), fingerprint, pixels);
    await expect(writePackedCache(target, fingerprint, pixels)).rejects.toThrow();
    expect(readdirSync(folder).sort()).toEqual(['file', 'full']);
    expect(existsSync(join(target, 'inner'))).toBe(true);
  });
});
