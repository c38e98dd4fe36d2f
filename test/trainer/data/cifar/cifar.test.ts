import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DatasetError } from '../../../../common/errors/dataset-error';
import { type CifarSettings, openCifar } from '../../../../trainer/data/cifar/cifar';
import { cifarFormats } from '../../../../trainer/data/cifar/cifar-format';
import { decodeCifarFile } from '../../../../trainer/data/cifar/cifar-records';
import { temporaryFolder } from '../temporary-folder';

const settingsOf = (type: CifarSettings['type'], path: string): CifarSettings => ({
  type,
  path,
  trainingImages: null,
  validationImages: null,
  normalization: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
});
const open = (type: CifarSettings['type'], path: string, changes: Partial<CifarSettings> = {}) =>
  openCifar({ ...settingsOf(type, path), ...changes } as CifarSettings, { baseFolder: '/', cacheFolder: '/' });

/** Records with the given labels; pixel byte i of record r is r·7 + i, modulo 256. */
function records(labels: number[], labelBytes = 1): Buffer {
  return Buffer.concat(
    labels.map((label, record) => {
      const pixels = Uint8Array.from({ length: 3072 }, (_, i) => record * 7 + i);
      return Buffer.concat([Buffer.alloc(labelBytes - 1, 5), Buffer.of(label), pixels]);
    }),
  );
}
const tenLabels = [3, 1, 4, 0, 5, 9, 2, 6, 8, 7];

function cifar10(folder = temporaryFolder()): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'data_batch_1.bin'), records(tenLabels));
  writeFileSync(join(folder, 'data_batch_2.bin'), records([...tenLabels].reverse()));
  writeFileSync(join(folder, 'test_batch.bin'), records(tenLabels));
  return folder;
}

describe('CIFAR records', () => {
  test('become interleaved images with label and place', async () => {
    const { classes, training, validation } = await open('cifar10', cifar10());
    expect(classes).toHaveLength(10);
    expect(classes[3]).toBe('cat');
    expect(Array.from(training.labels)).toEqual([...tenLabels, ...[...tenLabels].reverse()]);
    expect(validation.count).toBe(10);
    const [record, row, column] = [4, 2, 9];
    const at = ((record * 32 + row) * 32 + column) * 3;
    const level = (channel: number) => (record * 7 + channel * 1024 + row * 32 + column) % 256;
    expect(Array.from(training.pixels.slice(at, at + 3))).toEqual([level(0), level(1), level(2)]);
    expect(training.path(13)).toBe('data_batch_2.bin#3');
    expect(validation.path(2)).toBe('test_batch.bin#2');
  });

  test('are found in the folder of the official archive, and class names are read if there', async () => {
    const root = temporaryFolder();
    const folder = cifar10(join(root, 'cifar-10-batches-bin'));
    writeFileSync(join(folder, 'batches.meta.txt'), `${tenLabels.map((label) => `class ${label}`).join('\n')}\n\n`);
    const { classes } = await open('cifar10', root);
    expect(classes.slice(0, 2)).toEqual(['class 3', 'class 1']);
    writeFileSync(join(folder, 'batches.meta.txt'), 'cat\ndog\n');
    await expect(open('cifar10', root)).rejects.toThrow('names 2 classes instead of 10');
  });

  test('of CIFAR-100 have the fine class second', async () => {
    const folder = temporaryFolder();
    const labels = Array.from({ length: 100 }, (_, i) => 99 - i);
    for (const name of ['train.bin', 'test.bin']) writeFileSync(join(folder, name), records(labels, 2));
    const { classes, training } = await open('cifar100', folder);
    expect(classes[42]).toBe('42');
    expect(Array.from(training.labels)).toEqual(labels);
    expect(training.pixels[3]).toBe(1);
  });

  test('are limited evenly over the classes and keep their places', async () => {
    const { training } = await open('cifar10', cifar10(), { trainingImages: 12 });
    expect(Array.from(training.labels)).toEqual([...tenLabels, 0, 1]);
    expect(training.path(9)).toBe('data_batch_1.bin#9');
    expect([training.path(10), training.path(11)]).toEqual(['data_batch_2.bin#6', 'data_batch_2.bin#8']);
  });

  test('that cannot be used are named, with what to do', async () => {
    const folder = cifar10();
    const errorOf = async () => (await open('cifar10', folder).catch((error: unknown) => error)) as DatasetError;
    writeFileSync(join(folder, 'data_batch_2.bin'), records([1, 2]).subarray(0, 6145));
    expect((await errorOf()).message).toContain(
      `${join(folder, 'data_batch_2.bin')} has 6145 bytes, not a multiple of a record's 3073`,
    );
    writeFileSync(join(folder, 'data_batch_2.bin'), records([1, 10]));
    expect((await errorOf()).message).toContain('data_batch_2.bin: record 1 has class 10, but classes go to 9');
    writeFileSync(join(folder, 'data_batch_2.bin'), '');
    expect(await errorOf()).toBeInstanceOf(DatasetError);
    expect((await errorOf()).message).toContain('get the official archive again');
    const other = temporaryFolder();
    writeFileSync(join(other, 'data_batch_1.bin'), records(tenLabels));
    await expect(open('cifar10', other)).rejects.toThrow(
      `${other} has no test_batch.bin: get the official archive again`,
    );
    await expect(open('cifar100', other)).rejects.toThrow(
      `${other} holds CIFAR-10, not CIFAR-100: set dataset.type to "cifar10"`,
    );
  });

  test('of any bytes are read whole or refused', () => {
    const decode = (content: Uint8Array) =>
      decodeCifarFile('any.bin', Buffer.from(content), 'binary', cifarFormats.cifar10);
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 64 }),
      fc.uint8Array({ minLength: 3073, maxLength: 3073 }),
      fc.array(fc.nat(255), { minLength: 1, maxLength: 3 }).map((labels) => records(labels)),
      fc.tuple(fc.nat(3073 * 2), fc.nat(255)).map(([length, label]) => records([label, 1]).subarray(0, length)),
    );
    fc.assert(
      fc.property(bytes, (content) => {
        const whole = content.length > 0 && content.length % 3073 === 0;
        const valid = whole && content.every((level, i) => i % 3073 !== 0 || level < 10);
        if (!valid) {
          expect(() => decode(content)).toThrow(DatasetError);
          return;
        }
        const { labels, pixels } = decode(content);
        expect(pixels).toHaveLength(labels.length * 3072);
        labels.forEach((label, record) => {
          expect(label).toBe(content[record * 3073]);
          expect(pixels[record * 3072 + 2]).toBe(content[record * 3073 + 1 + 2048]);
        });
      }),
    );
  });
});

const dataFolder =
  process.env.MIXPROP_TEST_DATA ?? join(import.meta.dirname, '..', '..', '..', '..', '..', 'shared', 'data');

describe.skipIf(!existsSync(join(dataFolder, 'cifar10-sample')))('the CIFAR samples of MIXPROP_TEST_DATA', () => {
  test('CIFAR-10', async () => {
    const { classes, training, validation } = await open('cifar10', join(dataFolder, 'cifar10-sample'));
    expect([training.count, validation.count]).toEqual([1102, 1017]);
    expect(classes[9]).toBe('truck');
    expect(new Set(training.labels).size).toBe(10);
    const average = training.pixels.reduce((sum, level) => sum + level, 0) / training.pixels.length;
    expect(Math.abs(average / 255 - 0.473)).toBeLessThan(0.02);
  });

  test('CIFAR-100, also when its files are copied into the official folder', async () => {
    const sample = join(dataFolder, 'cifar100-sample');
    const { classes, training, validation } = await open('cifar100', sample);
    expect([training.count, validation.count]).toEqual([1117, 916]);
    expect([classes[0], classes[99]]).toEqual(['apple', 'worm']);
    expect(new Set(training.labels).size).toBe(100);
    const root = temporaryFolder();
    mkdirSync(join(root, 'cifar-100-binary'));
    for (const name of ['train.bin', 'test.bin'])
      copyFileSync(join(sample, name), join(root, 'cifar-100-binary', name));
    const copied = await open('cifar100', root);
    expect(Buffer.compare(copied.training.pixels, training.pixels)).toBe(0);
    expect(readFileSync(join(sample, 'train.bin'))[3 * 3074 + 1]).toBe(copied.training.labels[3]);
  });
});
