import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkExperiment } from '../../../trainer/experiment/checks';
import { type Experiment, experimentSchema } from '../../../trainer/experiment/schema';
import { temporaryFolder } from '../data/temporary-folder';

/** What is wrong with the paths of a data set, in a folder with `data/`, `data.tar.gz` and `classes.txt`. */
function problemsOf(dataset: object): string[] {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'data'));
  for (const name of ['data.tar.gz', 'classes.txt']) writeFileSync(join(folder, name), '');
  const experiment: Experiment = experimentSchema.parse({ dataset });
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
