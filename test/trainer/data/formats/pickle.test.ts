import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PickleDictionary, PickledArray, PickleError, readPickle } from '../../../../trainer/data/formats/pickle';

const golden = join(import.meta.dirname, '..', '..', '..', 'golden', 'cifar-python');
const batch = (version: string) => readFileSync(join(golden, version, 'cifar-10-batches-py', 'data_batch_1'));

/** A pickle of protocol 2 with these instructions. */
const pickle = (...parts: (string | number[])[]) =>
  Buffer.concat([
    Buffer.of(0x80, 2),
    ...parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))),
  ]);

describe('a pickle', () => {
  test.each(['python2', 'python3'])('of %s gives its dictionary, lists and arrays', (version) => {
    const value = readPickle(batch(version));
    expect(value).toBeInstanceOf(PickleDictionary);
    const { entries } = value as PickleDictionary;
    expect([...entries.keys()].sort()).toEqual(['batch_label', 'data', 'filenames', 'labels']);
    expect(entries.get('labels')).toEqual([6, 9, 9]);
    const data = entries.get('data') as PickledArray;
    expect(data).toBeInstanceOf(PickledArray);
    expect([data.shape, data.columnMajor, data.data.length]).toEqual([[3, 3072], false, 9216]);
    expect(data.data[3072 + 100]).toBe((41 + 31 * 100) % 251);
  });

  test('has numbers of every width', () => {
    const value = readPickle(
      pickle(
        '](K',
        [255],
        'M',
        [0x39, 0x30],
        'J',
        [0xfe, 255, 255, 255],
        '\x8a',
        [2, 0, 0x80],
        '\x8a',
        [0],
        '\x88\x89Ne.',
      ),
    );
    expect(value).toEqual([255, 12345, -2, -32768, 0, true, false, null]);
  });

  test.each([
    ['c', 'cposix\nsystem\n(U\x02lsR.', 'names "posix.system"'],
    ['c', 'c__builtin__\neval\n(U\x011tR.', 'names "__builtin__.eval"'],
    ['i', '(U\x02lsios\nsystem\n.', 'the instruction 0x69'],
    ['o', '(cnumpy\ndtype\no.', 'the instruction 0x6f'],
    ['P', 'Pfile\n.', 'the instruction 0x50'],
    ['\\x81', 'cnumpy\nndarray\n)\x81.', 'the instruction 0x81'],
    ['\\x93', 'U\x02osU\x06system\x93.', 'the instruction 0x93'],
    ['I', 'I5\n.', 'the instruction 0x49'],
  ])('with the instruction %s for what it should not do is refused and does nothing', (_, instructions, message) => {
    expect(() => readPickle(pickle(instructions))).toThrow(PickleError);
    expect(() => readPickle(pickle(instructions))).toThrow(message);
    expect(() => readPickle(pickle(instructions))).toThrow('nothing of it was executed');
  });

  test('cannot call what it may name', () => {
    for (const instructions of [
      `cnumpy\nndarray\n(U\x01xtR.`,
      `cnumpy.core.multiarray\n_reconstruct\n(cnumpy\ndtype\ntR.`,
      `c_codecs\nencode\n(U\x01xX\x06\0\0\0latin1tR.`,
      `c_codecs\nencode\n(X\x01\0\0\0xX\x03\0\0\0zip\x87tR.`,
      '(K\x01K\x02tK\x03R.',
      '}(K\x01tb.',
    ])
      expect(() => readPickle(pickle(instructions))).toThrow(PickleError);
  });

  test('of another protocol or none is refused', () => {
    for (const version of [0, 1, 3, 4, 5])
      expect(() => readPickle(Buffer.of(0x80, version, 0x4e, 0x2e))).toThrow(`protocol ${version}`);
    for (const text of ['', 'N.', '(dp0\n.', '<html>'])
      expect(() => readPickle(Buffer.from(text))).toThrow('is no pickle');
  });

  test('that is damaged is refused', () => {
    const attempts: [Buffer, string][] = [
      [pickle('N'), 'cut off'],
      [pickle('U\x05ab.'), 'cut off'],
      [pickle('T', [255, 255, 255, 127], '.'), 'cut off'],
      [pickle('T', [255, 255, 255, 255], '.'), 'cut off'],
      [pickle('.'), 'does not end with one value'],
      [pickle('NN.'), 'does not end with one value'],
      [pickle('(N.'), 'does not end with one value'],
      [pickle('Nt.'), 'a mark is missing'],
      [pickle('N\x87.'), 'a value is missing'],
      [pickle('h', [7], '.'), 'value 7 that does not exist'],
      [pickle('N(Ne.'), 'items without a list'],
      [pickle('}(Nu.'), 'items without a dictionary'],
      [pickle('}K\x01Ns.'), 'a key is no text'],
      [pickle('X', [1, 0, 0, 0, 0xff], '.'), 'not UTF-8'],
      [pickle('\x8a', [9, 1, 1, 1, 1, 1, 1, 1, 1, 1], '.'), 'out of range'],
      [pickle('N.N'), '1 bytes after its end'],
    ];
    for (const [bytes, message] of attempts) expect(() => readPickle(bytes)).toThrow(message);
    const whole = batch('python2');
    for (let length = 0; length < whole.length; length += length < 200 ? 1 : 97)
      expect(() => readPickle(whole.subarray(0, length))).toThrow(PickleError);
  });

  test('cannot unpack to more than its own length', () => {
    const text = 'x'.repeat(1000);
    const start = ['](X', [232, 3, 0, 0], text, 'q', [1], 'c_codecs\nencode\nq', [0]] as (string | number[])[];
    const one = ['h', [0], '(h', [1], 'X', [6, 0, 0, 0], 'latin1tR'] as (string | number[])[];
    expect(readPickle(pickle(...start, ...one, 'e.'))).toHaveLength(3);
    const many = Array.from({ length: 1000 }, () => one).flat();
    expect(() => readPickle(pickle(...start, ...many, 'e.'))).toThrow('more than its own length');
  });

  test('may refer to itself without an endless loop', () => {
    const value = readPickle(pickle(']q', [0], 'h', [0], 'a.')) as unknown[];
    expect(value[0]).toBe(value);
  });
});
