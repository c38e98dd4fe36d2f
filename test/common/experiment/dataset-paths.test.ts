import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkExperiment } from '../../../common/experiment/checks';
import { type Experiment, experimentSchema } from '../../../common/experiment/schema';
import { temporaryFolder } from '../../trainer/data/temporary-folder';

/** What is wrong with the paths of a data set, in a folder with `data/`, `data.tar.gz` and `classes.txt`. */
function problemsOf(dataset: object): string[] {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'data'));
  for (const name of ['data.tar.gz', 'classes.txt']) writeFileSync(join(folder, name), '');
  return findingsOf({ dataset }, folder);
}

function findingsOf(input: object, folder: string): string[] {
  const experiment: Experiment = experimentSchema.parse(input);
  return checkExperiment(experiment, folder).map(
    ({ path, message }) => `${path.join('.')}: ${message.split(folder).join('')}`,
  );
}

test('a data set may be a folder; CIFAR an archive too', () => {
  expect(problemsOf({ type: 'cifar10', path: 'data.tar.gz' })).toEqual([]);
  expect(problemsOf({ type: 'cifar100', path: 'data' })).toEqual([]);
  expect(problemsOf({ type: 'image-folder', path: 'data' })).toEqual([]);
  expect(problemsOf({ type: 'image-folder', path: 'data.tar.gz' })).toEqual([
    expect.stringContaining('dataset.path: /data.tar.gz is a file'),
  ]);
  expect(problemsOf({ type: 'cifar10', path: 'none' })).toEqual([
    expect.stringContaining('dataset.path: there is no folder /none'),
  ]);
});

test('a list of classes must be a file', () => {
  const withList = (classes: string) => problemsOf({ type: 'image-folder', path: 'data', classes });
  expect(withList('classes.txt')).toEqual([]);
  expect(withList('none.txt')).toEqual([expect.stringContaining('dataset.classes: there is no file /none.txt')]);
  expect(withList('data')).toEqual([expect.stringContaining('dataset.classes: /data is a folder')]);
});

test('chosen images must be there and be images; where a file is meant, with any data set', () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'data'));
  writeFileSync(join(folder, 'text.png'), 'no picture');
  writeFileSync(join(folder, 'data', 'empty.jpg'), '');
  writeFileSync(join(folder, 'photo.png'), Buffer.from('89504e470d0a1a0a', 'hex'));
  const images = ['photo.png', 'text.png', 'empty.jpg', 'gone.png'];
  const remedy = 'replace it, or choose another image';
  const noImage = `/text.png is not a supported image (its first bytes are 6e6f207069637475): ${remedy}`;
  expect(findingsOf({ dataset: { type: 'image-folder', path: 'data' }, explain: { images } }, folder)).toEqual([
    `explain.images.1: ${noImage}`,
    `explain.images.2: /data/empty.jpg is empty: ${remedy}`,
    expect.stringContaining('explain.images.3: there is no such file in /data or '),
  ]);
  const names = ['photo.png', 'text.png', 'gone.png', 'validation/circle/000001'];
  expect(findingsOf({ dataset: { type: 'shapes' }, explain: { images: names } }, folder)).toEqual([
    `explain.images.1: ${noImage}`,
    expect.stringContaining('explain.images.2: there is no such file in '),
  ]);
});

test('a part of the training images is held out only where there is no split for validation', () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'data', 'train'), { recursive: true });
  mkdirSync(join(folder, 'data', 'test'));
  const input = { dataset: { type: 'image-folder', path: 'data', validation: { fraction: 0.2 } } };
  expect(findingsOf(input, folder)).toEqual([]);
  mkdirSync(join(folder, 'data', 'Valid'));
  expect(findingsOf(input, folder)).toEqual([
    'dataset.validation: dataset.validation holds out a part of train/ for validation, but /data has Valid/ for it: remove dataset.validation from the experiment, or move Valid/ away',
  ]);
});
