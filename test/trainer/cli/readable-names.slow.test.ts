import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readEvaluationPredictions } from '../../../common/run/evaluation-predictions';
import { readPictures } from '../../../common/run/explain-pictures';
import { writeImageFolder } from '../data/images/image-files';
import { writeFinishedRun } from './finished-run';

const folder = mkdtempSync(join(tmpdir(), 'mixprop-names-'));
afterAll(() => rmSync(folder, { recursive: true }));
const program = join(__dirname, '..', '..', '..', 'dist', 'mixprop.js');
const inFolder = (...names: string[]) => join(folder, ...names);
const model = { architecture: 'preact-resnet18', width: 4 } as const;
const [cat, dog] = ['n02123045', 'n02084071'];
const readableNames = { [cat]: 'tabby', [dog]: 'dog' };

beforeAll(async () => {
  await writeImageFolder(inFolder('photos'), 1, 1, 16);
  for (const split of ['train', 'val']) {
    renameSync(inFolder('photos', split, 'cat'), inFolder('photos', split, cat));
    renameSync(inFolder('photos', split, 'dog'), inFolder('photos', split, dog));
  }
  writeFileSync(inFolder('photos', 'words.txt'), `${cat}\ttabby, tabby cat\n${dog}\tdog, domestic dog\n`);
  writeFinishedRun(inFolder('run'), { dataset: { type: 'image-folder', path: 'photos', imageSize: 16 }, model }, 2);
  const experiment = readFileSync(inFolder('run', 'experiment.json'));
  writeFileSync(inFolder('photos.mixprop.json'), experiment);
});

function mixprop(...args: string[]) {
  const env = { ...process.env, MIXPROP_CACHE: inFolder('cache') };
  return spawnSync(process.execPath, [program, ...args], { encoding: 'utf8', cwd: folder, env });
}
const explain = (...args: string[]) =>
  mixprop('explain', 'run', '--images', '0', '--branch', 'main', '--backend', 'wasm', ...args);

describe('classes whose names are identifiers', { timeout: 60_000 }, () => {
  test('go by their readable names in words and figures, by their own in JSON', () => {
    const { status, stdout } = explain('--figure', 'figure.svg', '--out', 'out', '--class', 'tabby');
    expect(status).toBe(0);
    expect(stdout).toMatch(/main: (tabby \(it is dog\)|dog); map of tabby, /);
    const figure = readFileSync(inFolder('figure.svg'), 'utf8');
    expect(figure).toMatch(/>dog<\/text>/);
    expect(figure).toMatch(/>(tabby|dog) \d+\.\d % [✓✗]<\/text>/);
    expect(figure).not.toContain(cat);
    expect(figure).not.toContain(dog);
    const json = readdirSync(inFolder('out')).find((name) => name.endsWith('.json'))!;
    expect(JSON.parse(readFileSync(inFolder('out', json), 'utf8'))).toMatchObject({ class: cat, label: dog });
  });

  test('a class that is not there: the nearest readable name is proposed', () => {
    const { status, stderr } = explain('--out', 'none', '--class', 'tabbi');
    expect(stderr).toContain('the network has no class "tabbi": did you mean "tabby"?');
    expect(status).toBe(1);
  });

  test('the names lie beside maps and predictions, and come with the list of images', () => {
    const maps = mixprop('explain', 'run', '--images', '0', '--maps', 'maps', '--backend', 'wasm');
    expect(maps.status).toBe(0);
    const { pictures, readableNames: kept } = readPictures(inFolder('maps'));
    expect(kept).toEqual(readableNames);
    expect(pictures[0]!.label).toBe(dog);
    expect(mixprop('evaluate', 'run', '--backend', 'wasm').status).toBe(0);
    const file = readdirSync(inFolder('run', 'evaluations')).find((name) => name.endsWith('.bin'))!;
    const predictions = readEvaluationPredictions(inFolder('run', 'evaluations', file));
    expect(predictions).toMatchObject({ classes: [dog, cat], readableNames });
    const listed = JSON.parse(mixprop('data', 'images', 'photos.mixprop.json', '--json').stdout);
    expect(listed).toMatchObject({ classes: [dog, cat], readableNames, images: [{ class: dog }, { class: cat }] });
  });
});
