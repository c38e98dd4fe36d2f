import { describe, expect, test } from 'vitest';
import { experimentSchema } from '../../../common/experiment/schema';
import type { RunData } from '../../../common/run/run-data';
import {
  classesOfNetwork,
  compareWithNetwork,
  dataIdentity,
  imageDifferences,
  splitIdentity,
} from '../../../trainer/data/data-identity';
import type { ImageSet } from '../../../trainer/data/dataset';

/** Images by path; a class is the folder around. */
function imagesOf(paths: readonly string[], classes: readonly string[], folder?: string): ImageSet {
  return {
    count: paths.length,
    imageSize: 8,
    labels: Int32Array.from(paths, (path) => classes.indexOf(path.split('/').at(-2)!)),
    ...(folder !== undefined && { folder }),
    path: (index) => paths[index],
  };
}

const shapes = experimentSchema.parse({ dataset: { type: 'shapes' } }).dataset;
const folder = experimentSchema.parse({ dataset: { type: 'image-folder', path: 'data' } }).dataset;
const cifar = experimentSchema.parse({ dataset: { type: 'cifar100', path: 'data' } }).dataset;

describe('the images of a split', () => {
  const digest = (...args: Parameters<typeof imagesOf>) => splitIdentity(imagesOf(...args), args[1], 'x').digest;
  const paths = ['val/bee/0.png', 'val/cat/0.png', 'val/cat/1.png'];
  const inFolder = digest(paths, ['bee', 'cat'], 'val');

  test('are the same in another order of labels, and of files, and in a folder of another name', () => {
    expect(digest(paths, ['cat', 'bee'], 'val')).toBe(inFolder);
    expect(digest([...paths].reverse(), ['bee', 'cat'], 'val')).toBe(inFolder);
    const valid = paths.map((path) => path.replace('val/', 'Valid/'));
    expect(digest(valid, ['bee', 'cat'], 'Valid')).toBe(inFolder);
    const bare = paths.map((path) => path.replace('val/', ''));
    expect(digest(bare, ['bee', 'cat'])).toBe(inFolder);
  });

  test('are others where one is renamed, or belongs to another class', () => {
    expect(digest(['val/bee/a.png', ...paths.slice(1)], ['bee', 'cat'], 'val')).not.toBe(inFolder);
    const moved: ImageSet = { ...imagesOf(paths, ['bee', 'cat'], 'val'), labels: Int32Array.of(1, 1, 1) };
    expect(splitIdentity(moved, ['bee', 'cat'], 'x').digest).not.toBe(inFolder);
  });

  test('of CIFAR are the same in both of its forms, with and without the list of names', () => {
    const set = (file: string): ImageSet => ({
      count: 2,
      imageSize: 32,
      labels: Int32Array.of(1, 0),
      path: (index) => `${file}#${index}`,
    });
    const named = splitIdentity(set('data_batch_1'), ['apple', 'bear'], 'cifar100');
    expect(splitIdentity(set('data_batch_1.bin'), ['0', '1'], 'cifar100')).toEqual(named);
    expect(splitIdentity(set('test_batch'), ['0', '1'], 'cifar100').digest).not.toBe(named.digest);
  });
});

describe('classes are compared by name', () => {
  const compare = (network: string[], present: string[], settings = folder) =>
    compareWithNetwork(network, present, settings.type);

  test('what differs is said', () => {
    expect(compare(['bee', 'cat'], ['bee', 'cat'])).toEqual({ kind: 'same' });
    expect(compare(['bee', 'cat'], ['cat', 'bee'])).toEqual({ kind: 'reordered' });
    expect(compare(['bee', 'cat'], ['cat', 'wasp'])).toEqual({
      kind: 'other',
      difference: 'without bee; with wasp',
    });
    expect(compare(['bee', 'cat'], ['cat'])).toEqual({ kind: 'other', difference: 'without bee' });
  });

  test('numbers for names say nothing of CIFAR, and all of an image folder', () => {
    expect(compare(['0', '1'], ['apple', 'bear'], cifar)).toEqual({ kind: 'same' });
    expect(compare(['apple', 'bear'], ['0', '1'], cifar)).toEqual({ kind: 'same' });
    expect(compare(['0', '1'], ['apple', 'bear'])).toMatchObject({ kind: 'other' });
    expect(compare(['apple', 'bear'], ['0', '1', '2'], cifar)).toMatchObject({ kind: 'other' });
    // The labels in its files are numbers, which a list in another order would give to others.
    expect(compare(['apple', 'bear'], ['bear', 'apple'], cifar)).toMatchObject({ kind: 'other' });
  });

  test('a data set that was opened has the network’s, or is refused', () => {
    expect(classesOfNetwork(undefined, ['0', '1'], cifar)).toEqual(['0', '1']);
    expect(classesOfNetwork(['apple', 'bear'], ['0', '1'], cifar)).toEqual(['apple', 'bear']);
    expect(classesOfNetwork(['0', '1'], ['apple', 'bear'], cifar)).toEqual(['apple', 'bear']);
    expect(() => classesOfNetwork(['circle'], ['square'], shapes)).toThrow('without circle; with square');
  });
});

describe('other images', () => {
  const identity = (training: string[], validation: string[], classes = ['bee', 'cat']): RunData =>
    dataIdentity(
      {
        classes,
        training: imagesOf(training, classes, 'train'),
        validation: imagesOf(validation, classes, 'val'),
      },
      folder,
      '/project',
    );
  const training = ['train/bee/0.png', 'train/cat/0.png', 'train/cat/1.png'];
  const validation = ['val/bee/0.png', 'val/cat/0.png'];
  const recorded = identity(training, validation);

  test('are said by split, number and class', () => {
    expect(recorded).toMatchObject({
      type: 'image-folder',
      path: 'data',
      place: '/project/data',
      training: { folder: 'train', images: 3, perClass: [1, 2] },
    });
    expect(imageDifferences(recorded, identity(training, validation, ['cat', 'bee']))).toEqual([]);
    expect(imageDifferences(recorded, identity(training.slice(1), validation, ['cat', 'bee']))).toEqual([
      'training images: 2 instead of 3, bee 0 instead of 1',
    ]);
    expect(imageDifferences(recorded, identity(training, ['val/bee/1.png', 'val/cat/0.png']))).toEqual([
      'validation images: 2 others',
    ]);
  });

  test('of a split that is not looked at are no matter', () => {
    const { classes, validation: present } = identity(['train/bee/0.png'], validation);
    expect(imageDifferences(recorded, { classes, validation: present })).toEqual([]);
  });
});
