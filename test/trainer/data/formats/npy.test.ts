import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DatasetError } from '../../../../common/errors/dataset-error';
import { readNpyHeader, readNpyRows } from '../../../../trainer/data/formats/npy';
import { temporaryFolder } from '../temporary-folder';
import { npyOf } from './npy-files';

function write(content: Uint8Array): string {
  const file = join(temporaryFolder(), 'a.npy');
  writeFileSync(file, content);
  return file;
}
const bytes = (count: number) => Uint8Array.from({ length: count }, (_, i) => i);

function problemOf(content: Uint8Array): string {
  const file = write(content);
  let message = '';
  try {
    readNpyHeader(file);
  } catch (error) {
    expect(error).toBeInstanceOf(DatasetError);
    message = (error as DatasetError).message;
  }
  expect(message).toContain(file);
  return message;
}

describe('a .npy file', () => {
  test('is read in rows', () => {
    const file = write(npyOf('|u1', [4, 2, 3], bytes(24)));
    const header = readNpyHeader(file);
    expect(header).toEqual({ type: 'u1', shape: [4, 2, 3], dataOffset: 128 });
    expect([...readNpyRows(file, header, 1, 2)]).toEqual([...bytes(24).subarray(6, 18)]);
    expect(readNpyRows(file, header, 4, 0)).toHaveLength(0);
    expect(() => readNpyRows(file, header, 3, 2)).toThrow(RangeError);
  });

  test('may be of any version, of int64, and have a header of numpy 2 or another writer', () => {
    expect(readNpyHeader(write(npyOf('<i8', [3], bytes(24))))).toMatchObject({ type: 'i8', shape: [3] });
    const text = "{'shape': (2,), 'fortran_order': False, 'descr': '|u1'}\n";
    for (const version of [2, 3]) {
      const start = Buffer.from(
        `\x93NUMPY${String.fromCharCode(version)}\0${String.fromCharCode(text.length)}\0\0\0`,
        'latin1',
      );
      const content = Buffer.concat([start, Buffer.from(text), bytes(2)]);
      expect(readNpyHeader(write(content))).toEqual({ type: 'u1', shape: [2], dataOffset: 12 + text.length });
    }
  });

  test('that cannot be used is named, with what is wrong', () => {
    const sound = npyOf('|u1', [2, 2], bytes(4));
    expect(problemOf(Buffer.alloc(0))).toContain('is no .npy file');
    expect(problemOf(Buffer.from('PK\x03\x04 an archive of arrays'))).toContain('is no .npy file');
    expect(problemOf(sound.subarray(0, 60))).toContain('header claims 118 bytes');
    expect(problemOf(sound.subarray(0, 131))).toMatch(/has 131 bytes instead of 132: it is cut off/);
    expect(problemOf(Buffer.concat([sound, bytes(1)]))).toMatch(/has 133 bytes instead of 132: it is damaged/);
    expect(problemOf(npyOf('<f8', [2], bytes(16)))).toContain("number type '<f8'");
    expect(problemOf(npyOf('>i8', [2], bytes(16)))).toContain("number type '>i8'");
    expect(problemOf(npyOf('|O', [2], bytes(16)))).toContain("number type '|O'");
    expect(problemOf(npyOf('|u1', [2, 2], bytes(4), 'True'))).toContain('column-major');
    expect(problemOf(npyOf('|u1', [2 ** 40, 2 ** 40], bytes(4)))).toContain('its shape is');
    const odd = (text: string) =>
      Buffer.concat([Buffer.from(`\x93NUMPY\x01\0${String.fromCharCode(text.length)}\0`, 'latin1'), Buffer.from(text)]);
    expect(problemOf(odd("__import__('os').system('true')"))).toContain('not that of a plain array');
    expect(problemOf(odd("{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': (2,)}"))).toContain(
      'not that of a plain array',
    );
    const version = Buffer.from(sound);
    version[6] = 9;
    expect(problemOf(version)).toContain('version 9');
    expect(() => readNpyHeader(join(temporaryFolder(), 'none.npy'))).toThrow(/none.npy cannot be read/);
  });

  test('that becomes shorter while it is read is refused', () => {
    const file = write(npyOf('|u1', [4, 10], bytes(40)));
    const header = readNpyHeader(file);
    truncateSync(file, 150);
    expect(() => readNpyRows(file, header, 3, 1)).toThrow('became shorter');
  });
});
