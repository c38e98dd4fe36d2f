import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { DatasetError } from '../../../../common/errors/dataset-error';
import type { CifarType } from '../../../../common/experiment/datasets/cifar';
import { type CifarSettings, openCifar } from '../../../../trainer/data/cifar/cifar';
import { tarOf } from '../formats/archive-files';
import { temporaryFolder } from '../temporary-folder';

const golden = join(import.meta.dirname, '..', '..', '..', 'golden', 'cifar-python');
const pythonFolder = { cifar10: 'cifar-10-batches-py', cifar100: 'cifar-100-python' };

const open = (type: CifarType, path: string, signal?: AbortSignal) => {
  const settings: CifarSettings = {
    type,
    path,
    trainingImages: null,
    validationImages: null,
    normalization: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
  };
  return openCifar(settings, { baseFolder: '/', cacheFolder: '/', signal });
};

/** Image n of the golden files: byte i of its planes is (41 n + 31 i) mod 251. */
const planes = (image: number) => Buffer.from(Uint8Array.from({ length: 3072 }, (_, i) => (41 * image + 31 * i) % 251));
const records = (first: number, labels: number[], prefix: number[] = []) =>
  Buffer.concat(labels.flatMap((label, i) => [Buffer.of(...prefix, label), planes(first + i)]));

/** The same images as the golden files have, in the binary form. */
function writeBinary(type: CifarType): string {
  const folder = temporaryFolder();
  const write = (name: string, content: Buffer | string) => writeFileSync(join(folder, name), content);
  if (type === 'cifar10') {
    write('data_batch_1.bin', records(0, [6, 9, 9]));
    write('data_batch_2.bin', records(3, [4, 0]));
    write('test_batch.bin', records(5, [3, 8]));
  } else {
    write('train.bin', records(0, [19, 99], [11]));
    write('test.bin', records(2, [0, 33], [4]));
    write(
      'fine_label_names.txt',
      Array.from({ length: 100 }, (_, i) => `fine ${String(i).padStart(2, '0')}\n`).join(''),
    );
  }
  return folder;
}

/** An archive of a folder's files, with the folder's name before them. */
function writeArchive(folder: string, inside: string, file: string, packed = true): string {
  const members = readdirSync(folder).map((name) => ({
    name: `${inside}/${name}`,
    data: readFileSync(join(folder, name)),
  }));
  const content = tarOf([
    { name: `${inside}/`, type: '5' },
    { name: `${inside}/readme.html`, data: Buffer.from('x') },
    ...members,
  ]);
  writeFileSync(file, packed ? gzipSync(content) : content);
  return file;
}

const python = (version: string, type: CifarType) => join(golden, version, pythonFolder[type]);

async function problemOf(type: CifarType, path: string): Promise<string> {
  const error = await open(type, path).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(DatasetError);
  return (error as DatasetError).message;
}

describe.each(['cifar10', 'cifar100'] as const)('%s', (type) => {
  test('has the same pixels and labels in every form', async () => {
    const expected = await open(type, writeBinary(type));
    expect(
      Buffer.compare(expected.training.pixels.subarray(0, 3), Buffer.of(0, (31 * 1024) % 251, (31 * 2048) % 251)),
    ).toBe(0);
    const folder = temporaryFolder();
    const archives = ['python2', 'python3'].map((version) =>
      writeArchive(python(version, type), pythonFolder[type], join(folder, `${version}.tar.gz`)),
    );
    const binaryArchive = writeArchive(writeBinary(type), 'cifar-binary', join(folder, 'binary.tar.gz'));
    const plain = writeArchive(python('python2', type), '.', join(folder, 'plain.tar'), false);
    const places = [
      python('python2', type),
      python('python3', type),
      join(golden, 'python2'),
      ...archives,
      binaryArchive,
      plain,
    ];
    for (const place of places) {
      const { training, validation } = await open(type, place);
      expect(Buffer.compare(training.pixels, expected.training.pixels), place).toBe(0);
      expect(Buffer.compare(validation.pixels, expected.validation.pixels), place).toBe(0);
      expect(training.labels, place).toEqual(expected.training.labels);
      expect(validation.labels, place).toEqual(expected.validation.labels);
    }
  });

  test('is found in a folder with the official archive in it, and nothing is unpacked there', async () => {
    const folder = temporaryFolder();
    const name = type === 'cifar10' ? 'cifar-10-python.tar.gz' : 'cifar-100-python.tar.gz';
    writeArchive(python('python2', type), pythonFolder[type], join(folder, name));
    const { training } = await open(type, folder);
    expect(training.count).toBe(type === 'cifar10' ? 5 : 2);
    expect(readdirSync(folder)).toEqual([name]);
  });

  test('takes its names from the python form too', async () => {
    const { classes, training } = await open(type, python('python2', type));
    expect(classes[3]).toBe(type === 'cifar10' ? 'cat' : 'fine 03');
    expect(training.path(1)).toBe(type === 'cifar10' ? 'data_batch_1#1' : 'train#1');
  });
});

describe('an archive or pickle that cannot be used is named, with what to do:', () => {
  const copied = (type: CifarType) => {
    const folder = temporaryFolder();
    cpSync(python('python2', type), folder, { recursive: true });
    return folder;
  };

  test('cut off', async () => {
    const file = writeArchive(python('python2', 'cifar10'), 'd', join(temporaryFolder(), 'a.tar.gz'));
    truncateSync(file, statSync(file).size - 10);
    expect(await problemOf('cifar10', file)).toBe(
      `${file} is damaged or cut off (unexpected end of file): download it again`,
    );
    const folder = copied('cifar10');
    truncateSync(join(folder, 'data_batch_1'), 5000);
    expect(await problemOf('cifar10', folder)).toContain(`${join(folder, 'data_batch_1')} is cut off`);
  });

  test('a call in the pickle', async () => {
    const folder = copied('cifar10');
    const marker = join(folder, 'marker');
    writeFileSync(
      join(folder, 'data_batch_1'),
      `\x80\x02cposix\nsystem\n(X${String.fromCharCode(Buffer.byteLength(`touch ${marker}`))}\0\0\0touch ${marker}tR.`,
      'latin1',
    );
    expect(await problemOf('cifar10', folder)).toMatch(/data_batch_1 names "posix.system".*nothing of it was executed/);
    expect(readdirSync(folder)).not.toContain('marker');
  });

  test('other contents of the pickle', async () => {
    const folder = copied('cifar10');
    const whole = readFileSync(join(folder, 'data_batch_1'));
    const change = (from: string, to: string) => {
      writeFileSync(join(folder, 'data_batch_1'), Buffer.from(whole.toString('latin1').replace(from, to), 'latin1'));
      return problemOf('cifar10', folder);
    };
    expect(await change('K\x06K\tK\t', 'K\x06K\tK\x0a')).toContain(
      'data_batch_1: record 2 has class 10, but classes go to 9',
    );
    expect(await change('K\x06K\tK\t', 'K\x06K\t')).toContain('no list "labels" with a class for each of its 3 images');
    expect(await change('K\x06K\tK\t', 'K\x06K\tN')).toContain('record 2 has a class that is no number');
    expect(await change('U\x06labels', 'U\x06lebels')).toContain('no list "labels"');
    expect(await change('U\x04data', 'U\x04date')).toContain('no array "data" of 3072 bytes an image');
    expect(await change('K\x03M\x00\x0c', 'K\x02M\x00\x0c')).toContain(
      'an array of shape [2, 3072] whose data have another length',
    );
    expect(await change('U\x02u1', 'U\x02f8')).toContain('"f8" instead of unsigned bytes');
    writeFileSync(join(folder, 'data_batch_1'), '\x80\x02N.', 'latin1');
    expect(await problemOf('cifar10', folder)).toContain('data_batch_1 holds no dictionary');
    cpSync(join(python('python2', 'cifar100'), 'meta'), join(folder, 'batches.meta'));
    expect(await problemOf('cifar10', folder)).toContain('batches.meta has no list "label_names"');
  });

  test('missing files', async () => {
    const folder = copied('cifar10');
    rmSync(join(folder, 'test_batch'));
    expect(await problemOf('cifar10', folder)).toContain(`${folder} has no test_batch`);
    const file = writeArchive(folder, 'd', join(temporaryFolder(), 'a.tar.gz'));
    expect(await problemOf('cifar10', file)).toContain(`${file} has no test_batch`);
  });

  test('another data set, or none', async () => {
    const file = writeArchive(python('python2', 'cifar100'), 'd', join(temporaryFolder(), 'a.tar.gz'));
    expect(await problemOf('cifar10', file)).toContain(`${file} has no file of CIFAR-10 in it`);
    const text = join(temporaryFolder(), 'a.txt');
    writeFileSync(text, 'hello');
    expect(await problemOf('cifar10', text)).toContain(`${text} has no CIFAR-10`);
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'train'));
    expect(await problemOf('cifar100', folder)).toContain('"mixprop data download cifar100"');
  });

  test('files in several folders', async () => {
    const member = (name: string) => ({ name, data: records(0, [1]) });
    const file = join(temporaryFolder(), 'a.tar');
    writeFileSync(file, tarOf([member('a/data_batch_1.bin'), member('b/data_batch_1.bin')]));
    expect(await problemOf('cifar10', file)).toContain(
      'in more than one folder or form (b/data_batch_1.bin beside a/)',
    );
  });

  test('a file larger than any of CIFAR', async () => {
    const folder = copied('cifar10');
    truncateSync(join(folder, 'data_batch_1'), 2 ** 33);
    expect(await problemOf('cifar10', folder)).toContain('more than any file of CIFAR');
  });

  test('cancelled', async () => {
    const file = writeArchive(python('python2', 'cifar10'), 'd', join(temporaryFolder(), 'a.tar.gz'));
    await expect(open('cifar10', file, AbortSignal.abort())).rejects.toThrow(
      expect.objectContaining({ name: 'AbortError' }),
    );
  });
});
