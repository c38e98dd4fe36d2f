import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { DatasetError } from '../../../../common/errors/dataset-error';
import { type ArchiveOptions, readArchive } from '../../../../trainer/data/formats/archive';
import { temporaryFolder } from '../temporary-folder';
import { type TarEntry, tarOf } from './archive-files';

const limits = { maxMemberBytes: 10_000, maxBytes: 100_000 };

/** Reads an archive and gives the wanted members' texts by name. */
async function read(file: string, options: Partial<ArchiveOptions> = {}): Promise<Record<string, string>> {
  const members: Record<string, string> = {};
  const wants = (name: string) => name.endsWith('.bin');
  for await (const { name, data } of readArchive(file, { wants, ...limits, ...options }))
    members[name] = data.toString();
  return members;
}

function archive(content: Uint8Array): string {
  const file = join(temporaryFolder(), 'data.tar.gz');
  writeFileSync(file, content);
  return file;
}
const member = (name: string, text = name): TarEntry => ({ name, data: Buffer.from(text) });

/** A pax header's record: its own length, then the path. */
function paxPath(path: string): string {
  const rest = ` path=${path}\n`;
  const length = [1, 2, 3].map((digits) => digits + rest.length).find((sum, i) => String(sum).length === i + 1);
  return `${length}${rest}`;
}

async function problemOf(content: Uint8Array, options: Partial<ArchiveOptions> = {}): Promise<string> {
  const file = archive(content);
  const error = await read(file, options).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(DatasetError);
  expect((error as DatasetError).message).toContain(file);
  return (error as DatasetError).message;
}

describe('an archive', () => {
  const entries = [
    { name: 'd/', type: '5' },
    member('./d/a.bin', 'first'),
    member('d/readme.html', 'x'.repeat(3000)),
    member('d/b.bin', 'y'.repeat(1500)),
    member('d/empty.bin', ''),
  ];
  const expected = { 'd/a.bin': 'first', 'd/b.bin': 'y'.repeat(1500), 'd/empty.bin': '' };

  test('gives the wanted members, compressed or not, and writes nothing to the disk', async () => {
    for (const content of [tarOf(entries), gzipSync(tarOf(entries))]) {
      const file = archive(content);
      const progress: number[] = [];
      expect(await read(file, { onProgress: (done, total) => progress.push(done / total) })).toEqual(expected);
      expect(progress.at(-1)).toBe(1);
      expect(readdirSync(join(file, '..'))).toEqual(['data.tar.gz']);
    }
  });

  test('may have long names and sizes in extended headers', async () => {
    const long = `d/${'n'.repeat(150)}.bin`;
    const content = tarOf([
      { name: 'global', type: 'g', data: Buffer.from('12 a=bcdefg\n') },
      { name: 'pax', type: 'x', data: Buffer.from(paxPath(long)) },
      member('short', 'by pax'),
      { name: '././@LongLink', type: 'L', data: Buffer.from(`${long}x.bin\0`) },
      member('short', 'by GNU'),
    ]);
    expect(await read(archive(content))).toEqual({ [long]: 'by pax', [`${long}x.bin`]: 'by GNU' });
  });

  test('that is cut off anywhere is refused', async () => {
    const packed = gzipSync(tarOf(entries));
    for (let length = 20; length < packed.length; length += 7)
      expect(await problemOf(packed.subarray(0, length))).toMatch(/damaged or cut off/);
    const plain = tarOf(entries);
    for (const length of [300, 512, 1024, 1100, 5000, plain.length - 1024])
      expect(await problemOf(plain.subarray(0, length))).toMatch(/damaged or cut off/);
  });

  test('whose bytes were changed is refused', async () => {
    const packed = gzipSync(tarOf(entries));
    packed[packed.length - 6] ^= 1;
    expect(await problemOf(packed)).toMatch(/damaged or cut off \(incorrect data check/);
    const plain = tarOf(entries);
    plain[512 + 3] ^= 1;
    expect(await problemOf(plain)).toMatch(/the checksum of a header is wrong/);
    expect(await problemOf(Buffer.from('hello '.repeat(200)))).toMatch(/no tar archive/);
    expect(await problemOf(gzipSync(Buffer.from('hello '.repeat(200))))).toMatch(/no tar archive/);
    const negative = tarOf([{ name: 'a.bin', data: Buffer.from('a'), claimedSize: -5 }]);
    expect(await problemOf(negative)).toMatch(/no tar archive/);
    const negativeExtended = tarOf([{ name: 'p', type: 'x', data: Buffer.from('11 size=-1\n') }, member('a.bin')]);
    expect(await problemOf(negativeExtended)).toMatch(/size of a member is no number/);
  });

  test.each([
    ['../a.bin', 'leads out'],
    ['d/../../a.bin', 'leads out'],
    ['/etc/a.bin', 'leads out'],
    ['C:\\a.bin', 'leads out'],
    ['..\\a.bin', 'leads out'],
  ])('with the path %s is refused, and nothing is written', async (name, message) => {
    const before = existsSync('/etc/a.bin');
    expect(await problemOf(gzipSync(tarOf([member('d/b.bin'), member(name)])))).toContain(message);
    expect(
      await problemOf(tarOf([{ name: 'p', type: 'x', data: Buffer.from(paxPath(name)) }, member('a.bin')])),
    ).toContain(message);
    expect(existsSync('/etc/a.bin')).toBe(before);
  });

  test.each([
    ['1', 'a link'],
    ['2', 'a link'],
    ['3', 'a device'],
    ['4', 'a device'],
    ['6', 'a pipe'],
    ['S', 'of an unknown kind'],
    ['Z', 'of an unknown kind'],
  ])('with a member of type %s is refused', async (type, what) => {
    const content = tarOf([{ name: 'd/a.bin', type, linkName: '/etc/passwd' }, member('d/b.bin')]);
    expect(await problemOf(content)).toContain(`d/a.bin is ${what}`);
  });

  test('with a link under a long name is refused', async () => {
    const content = tarOf([
      { name: '././@LongLink', type: 'K', data: Buffer.from('/etc/passwd\0') },
      { name: 'd/a.bin', type: '2', linkName: '/etc/passwd' },
    ]);
    expect(await problemOf(content)).toContain('d/a.bin is a link');
  });

  test('that unpacks to too much is refused before it does', async () => {
    const bomb = gzipSync(tarOf([{ name: 'zeros', data: Buffer.alloc(5_000_000) }]));
    expect(bomb.length).toBeLessThan(100_000);
    expect(await problemOf(bomb)).toMatch(/unpacks to more than/);
    const tail = gzipSync(Buffer.concat([tarOf([member('a.bin')]), Buffer.alloc(5_000_000)]));
    expect(await problemOf(tail)).toMatch(/unpacks to more than/);
    const headers = gzipSync(tarOf(Array.from({ length: 1000 }, (_, i) => member(`${i}`, ''))));
    expect(await problemOf(headers)).toMatch(/unpacks to more than/);
    const large = tarOf([{ name: 'a.bin', data: Buffer.alloc(20_000) }]);
    expect(await problemOf(large)).toMatch(/a.bin has 20000 bytes, more than the 10000/);
    const lying = tarOf([{ name: 'a.bin', data: Buffer.from('a'), claimedSize: 8 ** 11 - 1 }]);
    expect(await problemOf(lying)).toMatch(/more than the 10000/);
    const passedOver = tarOf([{ name: 'a', data: Buffer.from('a'), claimedSize: 8 ** 11 - 1 }]);
    expect(await problemOf(passedOver)).toMatch(/unpacks to more than/);
    const header = tarOf([{ name: 'p', type: 'x', claimedSize: 8 ** 10 }]);
    expect(await problemOf(header)).toMatch(/extended header is longer/);
  });

  test('with a member twice is refused', async () => {
    expect(await problemOf(tarOf([member('a.bin'), member('./a.bin')]))).toContain('has a.bin twice');
  });

  test('is given up when cancelled', async () => {
    const stop = new AbortController();
    const file = archive(gzipSync(tarOf(entries)));
    const reading = read(file, { signal: stop.signal, onProgress: () => stop.abort() });
    await expect(reading).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
  });
});
