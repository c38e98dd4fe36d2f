import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { experimentSchema } from '../../../common/experiment/schema';
import { readEpochMaps } from '../../../common/panels/cam/cam-files';
import { readPictures } from '../../../common/run/explain-pictures';
import { buildNetwork } from '../../../trainer/models/build-network';
import { writeCheckpoint } from '../../../trainer/models/checkpoint';
import { initialState } from '../../../trainer/models/initialization';
import { writeImageFolder } from '../data/images/image-files';

const folder = mkdtempSync(join(tmpdir(), 'mixprop-maps-'));
afterAll(() => rmSync(folder, { recursive: true }));
const program = join(__dirname, '..', '..', '..', 'dist', 'mixprop.js');
const run = join(folder, 'run');

beforeAll(() => {
  const experiment = experimentSchema.parse({
    dataset: { type: 'shapes', imageSize: 16, trainingImages: 10, validationImages: 10 },
    model: { architecture: 'preact-resnet18', width: 4 },
  });
  mkdirSync(join(run, 'checkpoints'), { recursive: true });
  writeFileSync(join(run, 'experiment.json'), JSON.stringify(experiment));
  writeFileSync(join(folder, 'small.mixprop.json'), JSON.stringify(experiment));
  writeFileSync(join(run, 'environment.json'), JSON.stringify({ baseFolder: folder }));
  const { specs } = buildNetwork(experiment.model, 10, ['main', 'aux']);
  const partialEpoch = { loss: { total: 0, main: 0 }, images: 0, seconds: 0 };
  const position = { trainingImages: 10, step: 30, epoch: 3, partialEpoch };
  writeCheckpoint(join(run, 'checkpoints', 'last.safetensors'), specs, { values: initialState(specs, 1), position });
});

function mixprop(...args: string[]) {
  return spawnSync(process.execPath, [program, ...args], { encoding: 'utf8', cwd: folder });
}
const explain = (...args: string[]) => mixprop('explain', run, '--checkpoint', 'last', '--backend', 'wasm', ...args);

describe('explain --maps', () => {
  test('stores what the CAM panel reads: maps of all classes, and the pictures', () => {
    const out = join(run, 'explain', 'computed', 'clean');
    const { status, stdout } = explain('--images', '1', '2', '--maps', out, '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ epoch: 3, images: 2 });
    const [maps] = readEpochMaps({ runKey: 'run', folder: run }, 3, undefined);
    expect(maps?.images.map(({ index, label }) => [index, label])).toEqual([
      [1, 1],
      [2, 2],
    ]);
    expect(maps?.classes).toHaveLength(10);
    expect(maps?.branches.aux?.kept).toHaveLength(20);
    const { imageSize, pictures } = readPictures(out);
    expect(imageSize).toBe(16);
    expect(pictures).toMatchObject([
      { index: 1, label: maps!.classes[1] },
      { index: 2, label: maps!.classes[2] },
    ]);
    expect(Buffer.from(pictures[0]!.png, 'base64').subarray(1, 4).toString()).toBe('PNG');
  });

  test('a corrupted input gives other pictures and other maps, the same ones each time', () => {
    const read = (name: string) => readPictures(join(folder, name)).pictures[0]?.png;
    for (const name of ['first', 'second']) {
      const { status } = explain('--images', '1', '--corruption', 'glass_blur', '--severity', '3', '--maps', name);
      expect(status).toBe(0);
    }
    expect(read('first')).toBe(read('second'));
    expect(explain('--images', '1', '--maps', 'plain').status).toBe(0);
    expect(read('plain')).not.toBe(read('first'));
  });

  test('a checkpoint without aux or a word of its epoch gives the maps of main, in the file of its epoch', () => {
    const stripped = join(run, 'checkpoints', 'epoch-0007.safetensors');
    const exported = ['--checkpoint', 'last', '--format', 'safetensors', '--strip-aux', '--out', stripped];
    expect(mixprop('export', run, ...exported).status).toBe(0);
    const out = join(run, 'explain', 'computed', 'fog-2');
    const fog = ['--checkpoint', '7', '--corruption', 'fog', '--severity', '2', '--backend', 'wasm'];
    const { status, stderr } = mixprop('explain', run, ...fog, '--images', '1', '--maps', out);
    const message = `${stripped} has no aux branch: only main is shown; choose a checkpoint that has one`;
    expect([status, stderr]).toEqual([1, expect.stringContaining(`run: ${message}`)]);
    const [maps] = readEpochMaps({ runKey: 'run', folder: run }, 7, { corruption: 'fog', severity: 2 });
    expect(Object.keys(maps!.branches)).toEqual(['main']);
    expect(readPictures(out).problems).toEqual([{ image: 'run', message }]);
  });

  test('an image that was moved, and a validation image that is none any more, leave the others', async () => {
    const data = await writeImageFolder(join(folder, 'photos'), 2, 2, 16);
    const experiment = experimentSchema.parse({
      dataset: { type: 'image-folder', path: 'photos', imageSize: 16 },
      model: { architecture: 'preact-resnet18', width: 4 },
      method: { type: 'vanilla' },
    });
    const photos = join(folder, 'photos-run');
    mkdirSync(join(photos, 'checkpoints'), { recursive: true });
    writeFileSync(join(photos, 'experiment.json'), JSON.stringify(experiment));
    writeFileSync(join(photos, 'environment.json'), JSON.stringify({ baseFolder: folder }));
    const { specs } = buildNetwork(experiment.model, 2, ['main']);
    const position = {
      trainingImages: 4,
      step: 2,
      epoch: 1,
      partialEpoch: { loss: { total: 0, main: 0 }, images: 0, seconds: 0 },
    };
    const file = join(photos, 'checkpoints', 'last.safetensors');
    writeCheckpoint(file, specs, { values: initialState(specs, 1), position });
    writeFileSync(join(data, 'val', 'cat', '0.png'), 'no picture');
    const args = ['--checkpoint', 'last', '--backend', 'wasm', '--corruption', 'fog', '--maps', 'photo-maps'];
    const images = ['val/cat/0.png', 'val/cat/1.png', 'val/dog/gone.png'].flatMap((image) => ['--images', image]);
    const { status, stderr } = mixprop('explain', photos, ...args, ...images);
    expect(status).toBe(1);
    expect(stderr).toMatch(/val\/cat\/0\.png: .*is not a supported image .*; replace or remove it/);
    expect(stderr).toMatch(/val\/dog\/gone\.png: is no image of the data set, .*: put it back/);
    const { pictures, problems } = readPictures(join(folder, 'photo-maps'));
    expect(pictures.map(({ path, label }) => [path, label])).toEqual([['val/cat/1.png', 'cat']]);
    expect(problems.map(({ image }) => image)).toEqual(['val/cat/0.png', 'val/dog/gone.png']);
  });

  test.each([
    [['--maps', 'x', '--stage', '2'], 'leave --stage and --branch out'],
    [['--maps', 'x', '--severity', '2'], '--severity needs --corruption'],
    [['--maps', 'x', '--corruption', 'rain'], '--corruption must be one of'],
    [['--maps', 'x', '--corruption', 'fog', '--severity', '6'], 'from 1 to 5'],
    [[], '--maps DIR'],
  ])('%j does not fit', (args, words) => {
    const { status, stderr } = explain('--images', '1', ...args);
    expect(status).toBe(2);
    expect(stderr).toContain(words);
    expect(existsSync(join(folder, 'x'))).toBe(false);
  });
});

describe('data images', () => {
  test('lists the validation images with thumbnails', () => {
    const { status, stdout } = mixprop('data', 'images', 'small.mixprop.json', '--json', '--thumbnails', '5');
    expect(status).toBe(0);
    const { classes, images } = JSON.parse(stdout) as {
      classes: string[];
      images: { class: string; thumbnail?: string }[];
    };
    expect(classes).toHaveLength(10);
    expect(images).toHaveLength(10);
    expect(images[3]).toMatchObject({ index: 3, class: classes[3] });
    expect(images.map(({ thumbnail }) => thumbnail !== undefined)).toEqual([
      true,
      false,
      true,
      false,
      true,
      false,
      true,
      false,
      true,
      false,
    ]);
  });

  test('without --json a line an image; a file that is none is named', () => {
    const lines = mixprop('data', 'images', 'small.mixprop.json').stdout.split('\n');
    expect(lines.filter((line) => /^\d+\t/.test(line))).toHaveLength(10);
    const { status, stderr } = mixprop('data', 'images', 'nothing.mixprop.json');
    expect(status).toBe(2);
    expect(stderr).toContain('nothing.mixprop.json');
  });
});
