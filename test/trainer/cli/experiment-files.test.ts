import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { experimentSchema } from '../../../common/experiment/schema';
import { runPaths } from '../../../common/run/run-folder';
import { readExperiment } from '../../../trainer/cli/experiment-files';

const folder = mkdtempSync(join(tmpdir(), 'mixprop-read-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'small.mixprop.json');
writeFileSync(file, '{}');

test.each(['small', 'small.mixprop', 'small.json', 'smal.mixprop.json'])('%s is not there, but nearly', (name) => {
  const place = join(folder, name);
  expect(readExperiment(place).lines).toEqual([
    `${place}:1:1: cannot be read: there is no such file; did you mean ${file}?`,
  ]);
});

test('a setting in the place of a file', () => {
  const { lines } = readExperiment('training.epochs=2');
  expect(lines.join()).toContain('a field is given a value by --set training.epochs=2');
  expect(readExperiment(join(folder, 'nothing')).lines.join()).toMatch(/there is no such file$/);
});

test.each([
  [['seed=1', 'seed=2'], '--set seed=1 and --set seed=2 set the same field'],
  [['schedule.milestones.0=1', 'schedule.milestones[00]=2'], 'set the same field'],
  [['training.epochs=3', 'training={"batchSize":8}'], 'set the same field'],
])('of %j one would be lost', (settings, message) => {
  expect(() => readExperiment(file, settings)).toThrow(message);
});

test('a setting may go on from an earlier one', () => {
  const { experiment } = readExperiment(file, ['training={"batchSize":8}', 'training.epochs=3']);
  expect(experiment?.training).toMatchObject({ batchSize: 8, epochs: 3 });
});

test('a problem inside of what a setting gives names its field', () => {
  const { lines } = readExperiment(file, ['training={"batchSize":1}']);
  expect(lines).toEqual([
    expect.stringMatching(/^--set training=\{"batchSize":1\}: training\.batchSize: must be at least 2/),
  ]);
});

test('a run folder is read as the experiment that it has recorded, as its paths were meant', () => {
  const run = join(folder, 'runs', 'small-1');
  mkdirSync(run, { recursive: true });
  mkdirSync(join(folder, 'photos', 'train', 'cat'), { recursive: true });
  const recorded = experimentSchema.parse({
    name: 'small',
    seed: 7,
    dataset: { type: 'image-folder', path: 'photos' },
  });
  writeFileSync(runPaths(run).experiment, JSON.stringify(recorded));
  writeFileSync(runPaths(run).environment, JSON.stringify({ baseFolder: folder, experimentFile: file }));
  const read = readExperiment(run);
  expect(read.experiment).toEqual(recorded);
  expect(read).toMatchObject({ baseFolder: folder, experimentFile: file, problems: [] });
  expect(readExperiment(run, ['seed=8']).experiment?.seed).toBe(8);
  writeFileSync(runPaths(run).experiment, '{');
  expect(() => readExperiment(run)).toThrow(`${runPaths(run).experiment} cannot be read`);
});
