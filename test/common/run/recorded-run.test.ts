import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ExperimentInput, experimentSchema } from '../../../common/experiment/schema';
import { datasetAt, readRecordedRun } from '../../../common/run/recorded-run';
import { baseFolderFromRun, placeOfRun } from '../../../common/run/run-places';
import { temporaryFolders } from '../temporary-folder';

const folder = temporaryFolders();

/** A project with a run of an experiment in `experiments/`, its data, its list of classes and its weights. */
function project(changes: Partial<ExperimentInput> = {}, isOlder = false): { home: string; run: string } {
  const home = join(folder(), 'project');
  const run = join(home, 'runs', 'a');
  const base = join(home, 'experiments');
  for (const place of [run, base, join(home, 'data', 'train')]) mkdirSync(place, { recursive: true });
  for (const file of ['list.txt', 'start.safetensors']) writeFileSync(join(base, file), 'x');
  const experiment = experimentSchema.parse({
    dataset: { type: 'image-folder', path: '../data', classes: 'list.txt' },
    model: { initialWeights: 'start.safetensors' },
    ...changes,
  });
  writeFileSync(join(run, 'experiment.json'), JSON.stringify(experiment));
  const way = isOlder ? {} : { baseFolderFromRun: baseFolderFromRun(run, base) };
  const experimentFile = join(base, 'a.mixprop.json');
  writeFileSync(experimentFile, '{}');
  writeFileSync(join(run, 'environment.json'), JSON.stringify({ baseFolder: base, experimentFile, ...way }));
  return { home, run };
}

/** Where the paths of a run's experiment lead. */
function places(run: string) {
  const { experiment, baseFolder, missingData } = readRecordedRun(run);
  const { dataset, model } = experiment;
  const lead = (path: string | null) => (path === null ? null : join(path.startsWith('/') ? '' : baseFolder, path));
  if (dataset.type !== 'image-folder') throw new Error('no image folder');
  return {
    data: lead(dataset.path),
    classes: lead(dataset.classes),
    weights: lead(model.initialWeights),
    missingData,
  };
}
const at = (home: string) => ({
  data: join(home, 'data'),
  classes: join(home, 'experiments', 'list.txt'),
  weights: join(home, 'experiments', 'start.safetensors'),
  missingData: undefined,
});

describe('a run finds what it was made of', () => {
  test('where it was', () => {
    const { home, run } = project();
    expect(places(run)).toEqual(at(home));
    expect(readRecordedRun(run).experiment.dataset).toMatchObject({ path: '../data', classes: 'list.txt' });
  });

  test('in a project that was moved, also by absolute paths into it', () => {
    const { home, run } = project();
    const experiment = JSON.parse(readFileSync(join(run, 'experiment.json'), 'utf8'));
    const absolute = { ...experiment, dataset: { ...experiment.dataset, path: join(home, 'data') } };
    const moved = join(folder(), 'moved');
    renameSync(home, moved);
    expect(places(join(moved, 'runs', 'a'))).toEqual(at(moved));
    writeFileSync(join(moved, 'runs', 'a', 'experiment.json'), JSON.stringify(absolute));
    expect(places(join(moved, 'runs', 'a'))).toEqual(at(moved));
  });

  test('in its own project where that is a copy, and in the first one what was not copied', () => {
    const { home } = project();
    const copy = join(folder(), 'copy');
    cpSync(home, copy, { recursive: true });
    expect(places(join(copy, 'runs', 'a'))).toEqual(at(copy));
    rmSync(join(copy, 'data', 'train'), { recursive: true });
    expect(places(join(copy, 'runs', 'a')).data).toBe(join(home, 'data'));
    rmSync(join(copy, 'experiments', 'list.txt'));
    expect(places(join(copy, 'runs', 'a')).classes).toBe(join(home, 'experiments', 'list.txt'));
  });

  test('where it was, though the run alone was moved', () => {
    const { home, run } = project();
    const elsewhere = join(folder(), 'archive');
    renameSync(run, elsewhere);
    expect(places(elsewhere)).toEqual(at(home));
  });

  test('nowhere: then the places are named, and what to do; --data says it', () => {
    const { home, run } = project();
    renameSync(join(home, 'data'), join(home, 'photos'));
    const recorded = readRecordedRun(run);
    const { dataset } = recorded.experiment;
    expect(() => datasetAt(dataset, undefined, recorded)).toThrow(
      `the data set of a is not at ${join(home, 'data')}: put it back, or say where it is with --data PATH`,
    );
    expect(datasetAt(dataset, join(home, 'photos'), recorded)).toMatchObject({ path: join(home, 'photos') });
    expect(() => datasetAt(dataset, join(home, 'none'), recorded)).toThrow('there is no such folder or file');
  });

  test('where it was resumed with', () => {
    const { home, run } = project();
    renameSync(join(home, 'data'), join(home, 'photos'));
    const split = { images: 0, perClass: [], digest: '' };
    const data = { format: 1, type: 'image-folder', path: 'x', place: join(home, 'photos'), classes: [] };
    writeFileSync(join(run, 'data.json'), JSON.stringify({ ...data, training: split, validation: split }));
    expect(places(run)).toMatchObject({ data: join(home, 'photos'), missingData: undefined });
    writeFileSync(join(run, 'data.json'), '{"format": 1');
    expect(() => places(run)).toThrow(/data\.json cannot be read: .*; restore it from a copy, or delete it/);
    writeFileSync(
      join(run, 'data.json'),
      JSON.stringify({ ...data, classes: ['a'], training: split, validation: split }),
    );
    expect(() => places(run)).toThrow('is damaged: the file: perClass must have a number for each of the classes');
    writeFileSync(join(run, 'data.json'), '{"format": 2}');
    expect(() => places(run)).toThrow('needs a newer MixProp Studio');
  });

  test('an older run that was moved says so too', () => {
    const { home } = project({}, true);
    const moved = join(folder(), 'moved');
    renameSync(home, moved);
    expect(places(join(moved, 'runs', 'a')).missingData).toContain('--data PATH');
  });

  test('a path beside a run’s says where the run is', () => {
    const { home, run } = project();
    mkdirSync(join(run, 'checkpoints'), { recursive: true });
    const reasons = [
      [join(run, 'checkpoints'), `${join(run, 'checkpoints')} is not a run folder but lies in one: name ${run}`],
      [join(home, 'runs'), `it has no experiment.json, but runs in it: name ${join(home, 'runs', '*')}`],
      [join(run, 'experiment.json'), 'is a file, not a run folder'],
      [join(home, 'nothing'), `there is no run folder ${join(home, 'nothing')}`],
    ];
    for (const [path, reason] of reasons) expect(() => readRecordedRun(path)).toThrow(reason);
  });

  test('a drawn data set has no place', () => {
    const { run } = project({ dataset: { type: 'shapes' } });
    const recorded = readRecordedRun(run);
    expect(datasetAt(recorded.experiment.dataset, undefined, recorded)).toEqual(recorded.experiment.dataset);
    expect(() => datasetAt(recorded.experiment.dataset, run, recorded)).toThrow('which has no path');
  });

  test('whoever only reads it: its experiment file and its pictures', () => {
    const { home, run } = project();
    expect(placeOfRun(run, 'a.mixprop.json')).toBe(join(home, 'experiments', 'a.mixprop.json'));
    const moved = join(folder(), 'moved');
    renameSync(home, moved);
    expect(placeOfRun(join(moved, 'runs', 'a'), 'a.mixprop.json')).toBe(join(moved, 'experiments', 'a.mixprop.json'));
    expect(placeOfRun(join(moved, 'nothing'), 'data')).toBe(join(moved, 'nothing', 'data'));
  });
});
