import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeImageFolder } from '../data/images/image-files';
import { writeFinishedRun } from './finished-run';

const folder = mkdtempSync(join(tmpdir(), 'mixprop-validation-'));
afterAll(() => rmSync(folder, { recursive: true }));
const program = join(__dirname, '..', '..', '..', 'dist', 'mixprop.js');
const inFolder = (...names: string[]) => join(folder, ...names);
const model = { architecture: 'preact-resnet18', width: 4 } as const;

beforeAll(async () => {
  await writeImageFolder(inFolder('photos'), 2, 2, 16);
  cpSync(inFolder('photos'), inFolder('part'), { recursive: true });
  rmSync(inFolder('part', 'train'), { recursive: true });
  for (const name of ['photos', 'part']) {
    const dataset = { type: 'image-folder', path: name, imageSize: 16 } as const;
    writeFinishedRun(inFolder(`on-${name}`), { dataset, model }, 2);
  }
});

function mixprop(...args: string[]) {
  const env = { ...process.env, MIXPROP_CACHE: inFolder('cache') };
  return spawnSync(process.execPath, [program, ...args, '--backend', 'wasm'], { encoding: 'utf8', cwd: folder, env });
}
const numbers = (stdout: string) => {
  const { images, imageList, branches } = JSON.parse(stdout);
  return { images, imageList, branches };
};

describe('a folder without train/ is enough for a finished network', { timeout: 60_000 }, () => {
  test('evaluate gives the same numbers, and opens no training image', () => {
    const whole = mixprop('evaluate', 'on-photos', '--json');
    const part = mixprop('evaluate', 'on-part', '--json');
    expect(part.stderr).not.toContain('training images');
    expect(whole.stderr).not.toContain('training images');
    expect(part.status).toBe(0);
    expect(numbers(part.stdout)).toEqual(numbers(whole.stdout));
    expect(numbers(part.stdout).images).toBe(4);
  });

  test('explain gives the same maps of validation images; a training image is said to be missing', () => {
    for (const name of ['photos', 'part'])
      expect(mixprop('explain', `on-${name}`, '--images', '3', 'val/cat/0.png', '--out', `out-${name}`).status).toBe(0);
    const files = readdirSync(inFolder('out-photos'));
    expect(files).toHaveLength(8);
    for (const file of files.filter((name) => name.endsWith('.png')))
      expect(readFileSync(inFolder('out-part', file)).equals(readFileSync(inFolder('out-photos', file)))).toBe(true);
    expect(mixprop('explain', 'on-photos', '--images', 'train/cat/1.png', '--out', 'trained').status).toBe(0);
    const { status, stderr } = mixprop('explain', 'on-part', '--images', 'train/cat/1.png', '--out', 'missing');
    expect(stderr).toContain('train/cat/1.png: is no image of the data set, and there is no file');
    expect(status).toBe(1);
  });

  test('its number of classes must be the network’s', () => {
    renameSync(inFolder('part', 'val'), inFolder('part', 'rest'));
    cpSync(inFolder('part', 'rest'), inFolder('part', 'val'), { recursive: true });
    cpSync(inFolder('part', 'rest', 'cat'), inFolder('part', 'val', 'bird'), { recursive: true });
    for (const args of [['evaluate'], ['explain', '--images', '0', '--out', 'none']]) {
      const { status, stderr } = mixprop(args[0]!, 'on-part', ...args.slice(1));
      expect(stderr).toContain('the data set has 3 classes (bird, cat, dog, …), but the network in');
      expect(stderr).toContain('tells 2 apart: name its classes in dataset.classes');
      expect(status).toBe(2);
    }
    expect(existsSync(inFolder('none'))).toBe(false);
    // Maps that the run recorded name its classes.
    const maps = mixprop('explain', 'on-photos', '--images', '0', '--maps', inFolder('on-part', 'explain'));
    expect(maps.status).toBe(0);
    const { status, stdout } = mixprop('evaluate', 'on-part', '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ images: 4, dataset: { classes: 2 } });
  });
});
