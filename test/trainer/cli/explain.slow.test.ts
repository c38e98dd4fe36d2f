import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ExperimentInput, experimentSchema } from '../../../common/experiment/schema';
import type { Branch } from '../../../common/weights/branch';
import { buildNetwork } from '../../../trainer/models/build-network';
import { writeCheckpoint } from '../../../trainer/models/checkpoint';
import { initialState } from '../../../trainer/models/initialization';

const folder = mkdtempSync(join(tmpdir(), 'mixprop-explain-'));
afterAll(() => rmSync(folder, { recursive: true }));
const program = join(__dirname, '..', '..', '..', 'dist', 'mixprop.js');

/** A run folder as far as explaining needs one: its experiment and two checkpoints. */
function writeRun(id: string, type: 'vanilla' | 'mixprop', explain: ExperimentInput['explain'] = {}): void {
  const experiment = experimentSchema.parse({
    dataset: { type: 'shapes', imageSize: 16, trainingImages: 10, validationImages: 10 },
    model: { architecture: 'preact-resnet18', width: 4 },
    method: { type },
    explain,
  });
  mkdirSync(join(folder, id, 'checkpoints'), { recursive: true });
  writeFileSync(join(folder, id, 'experiment.json'), JSON.stringify(experiment));
  writeFileSync(join(folder, `${id}.mixprop.json`), JSON.stringify(experiment));
  writeFileSync(join(folder, id, 'environment.json'), JSON.stringify({ baseFolder: folder }));
  const branches: Branch[] = type === 'vanilla' ? ['main'] : ['main', 'aux'];
  const { specs } = buildNetwork(experiment.model, 10, branches);
  const partialEpoch = { loss: { total: 0, main: 0 }, images: 0, seconds: 0 };
  const position = { trainingImages: 10, step: 0, epoch: 0, partialEpoch };
  for (const [seed, name] of ['best', 'epoch-0000'].entries()) {
    const values = initialState(specs, seed);
    writeCheckpoint(join(folder, id, 'checkpoints', `${name}.safetensors`), specs, { values, position });
  }
}

beforeAll(async () => {
  writeRun('plain', 'vanilla');
  writeRun('dual', 'mixprop', { images: [2] });
  const background = { r: 200, g: 30, b: 90 };
  await sharp({ create: { width: 40, height: 30, channels: 3, background } })
    .png()
    .toFile(join(folder, 'mine.png'));
  writeFileSync(join(folder, 'text.png'), 'no picture');
});

function explain(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'explain', ...args, '--backend', 'wasm'], {
    encoding: 'utf8',
    cwd: folder,
  });
  return { status, stdout, stderr };
}

const json = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8'));

describe('explain', () => {
  test('writes an overlay and a JSON file for each image and branch', async () => {
    const { status, stdout } = explain('dual', '--images', '0', 'validation/circle/000001', 'mine.png', '--out', 'all');
    expect(status).toBe(0);
    const names = ['mine', 'validation-arrow-000000', 'validation-circle-000001'];
    expect(readdirSync(join(folder, 'all')).sort()).toEqual(
      names.flatMap((name) => ['aux', 'main'].flatMap((branch) => [`${name}-${branch}.json`, `${name}-${branch}.png`])),
    );
    const { width, height } = await sharp(join(folder, 'all', 'mine-aux.png')).metadata();
    expect([width, height]).toEqual([16, 16]);
    const explanation = json('all/validation-circle-000001-main.json');
    expect(explanation).toMatchObject({
      checkpoint: join(folder, 'dual', 'checkpoints', 'best.safetensors'),
      method: 'cam',
      image: 'validation/circle/000001',
      index: 1,
      branch: 'main',
      label: 'circle',
    });
    expect(explanation.class).toBe(explanation.predicted);
    expect(explanation.grid).toHaveLength(2);
    expect(stdout).toContain('validation/circle/000001  main: ');
    // A file of one's own has no class.
    expect(json('all/mine-main.json')).not.toHaveProperty('label');
  });

  test('takes the images of the experiment, a class, a branch and another checkpoint', () => {
    const choice = ['--class', 'heart', '--branch', 'aux', '--checkpoint', '0'];
    expect(explain('dual', '--out', 'chosen', ...choice).status).toBe(0);
    expect(readdirSync(join(folder, 'chosen'))).toHaveLength(2);
    const explanation = json('chosen/validation-crescent-000002-aux.json');
    expect(explanation).toMatchObject({ class: 'heart', branch: 'aux' });
    expect(explanation.checkpoint).toMatch(/epoch-0000\.safetensors$/);
  });

  test('gives Grad-CAM of a stage', () => {
    expect(explain('plain', '--images', '1', '--stage', '2', '--out', 'stage').status).toBe(0);
    const { method, stage, grid } = json('stage/validation-circle-000001-main.json');
    expect({ method, stage }).toEqual({ method: 'grad-cam', stage: 2 });
    expect(grid).toHaveLength(8);
    expect(Math.min(...grid.flat())).toBeGreaterThanOrEqual(0);
  });

  test('explains a bare file with its experiment', () => {
    const file = join('dual', 'checkpoints', 'best.safetensors');
    expect(explain(file, '--experiment', 'dual.mixprop.json', '--images', '0', '--out', 'bare').status).toBe(0);
    expect(explain('dual', '--images', '0', '--out', 'run').status).toBe(0);
    expect(json('bare/validation-arrow-000000-main.json')).toEqual(json('run/validation-arrow-000000-main.json'));
  });

  test('prints a JSON line for each', () => {
    const { stdout } = explain('plain', '--images', '0', '1', '--out', 'lines', '--json');
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ image }) => image)).toEqual(['validation/arrow/000000', 'validation/circle/000001']);
    expect(existsSync(lines[0].overlay)).toBe(true);
  });

  test('opacity 0 shows the image, and a colour map its colours', async () => {
    const pixels = async (name: string, ...style: string[]) => {
      explain('plain', '--images', 'mine.png', '--out', name, ...style);
      return sharp(join(folder, name, 'mine-main.png'))
        .raw()
        .toBuffer();
    };
    const original = await pixels('clear', '--opacity', '0');
    expect([...original.subarray(0, 3)]).toEqual([200, 30, 90]);
    const magma = await pixels('magma', '--opacity', '1', '--colour-map', 'magma');
    // A plain image: the map is not constant, because padding shows, so some pixel is the map's least value.
    expect(magma.includes(Buffer.from([0, 0, 3]))).toBe(true);
  });
});

describe('a figure', () => {
  test('has the originals, runs and branches, with labels and confidences, as SVG', () => {
    const images = ['--images', '0', 'mine.png'];
    const { status } = explain('plain', 'dual', ...images, '--figure', 'figure.svg');
    expect(status).toBe(0);
    const svg = readFileSync(join(folder, 'figure.svg'), 'utf8');
    expect(svg.match(/<image /g)).toHaveLength(2 * 4);
    for (const text of ['original', 'plain, main', 'dual, main', 'dual, aux', 'arrow']) {
      expect(svg).toContain(`>${text}</text>`);
    }
    expect(svg.match(/\d+\.\d %( [✓✗])?<\/text>/g)).toHaveLength(2 * 3);
    // Right or wrong is not known of an own file.
    expect(svg.match(/[✓✗]/g)).toHaveLength(3);
  });

  test('has 300 dots an inch as PNG', async () => {
    expect(explain('plain', '--images', '0', '--figure', 'figure.png').status).toBe(0);
    const { width, density } = await sharp(join(folder, 'figure.png')).metadata();
    expect(density).toBe(300);
    // Two pictures of an inch and three gaps of 2 mm.
    expect(width).toBe(Math.round(((2 * 25.4 + 3 * 2) / 25.4) * 300));
  });
});

describe('localisation', () => {
  test('measures the validation images of the built-in data set', () => {
    const { status, stdout } = explain('plain', 'dual', '--localisation', '--images', '6', '--json');
    expect(status).toBe(0);
    const [plain, dual] = JSON.parse(stdout);
    expect(plain).toMatchObject({ name: 'plain', images: 6, withRegion: 6 });
    expect(plain).not.toHaveProperty('aux');
    expect(Object.keys(dual.aux)).toEqual(['pointing', 'energy', 'area', 'regions']);
    expect(dual.agreement).toBeLessThanOrEqual(1);
  });

  test('prints a table', () => {
    const { stdout } = explain('dual', '--localisation');
    const lines = stdout.trim().split('\n').slice(-3);
    expect(lines[0]).toMatch(/^run +branch +images +with object +pointing +energy +area +regions +agreement$/);
    expect(lines[1]).toMatch(/^dual +main +10 +10 +\d/);
    expect(lines[2]).toMatch(/^dual +aux /);
  });
});

describe('what cannot be explained is named, and the rest goes on', () => {
  test('missing images and what is no image', () => {
    const { status, stderr } = explain('plain', '--images', 'gone.png', 'text.png', '99', '1', '--out', 'rest');
    expect(status).toBe(1);
    expect(stderr).toContain('gone.png: is no image of the data set, and there is no file ');
    expect(stderr).toMatch(/text\.png: .*text\.png is not a supported image/);
    expect(stderr).toContain('99: there are 10 validation images: choose an index from 0 to 9');
    expect(readdirSync(join(folder, 'rest'))).toHaveLength(2);
  });

  test('a network without aux', () => {
    const { status, stderr } = explain('plain', 'dual', '--images', '1', '--branch', 'aux', '--out', 'aux');
    expect(status).toBe(1);
    expect(stderr).toContain(
      'plain: a network trained with vanilla has one branch: aux needs dual batch normalisation',
    );
    expect(readdirSync(join(folder, 'aux'))).toEqual([
      'dual-validation-circle-000001-aux.json',
      'dual-validation-circle-000001-aux.png',
    ]);
  });

  test('a checkpoint without aux', () => {
    const file = join('plain', 'checkpoints', 'best.safetensors');
    const { status, stderr } = explain(file, '--experiment', 'dual.mixprop.json', '--images', '1', '--out', 'one');
    expect(status).toBe(1);
    expect(stderr).toContain(`best: ${file} has no aux branch: only main is shown`);
    expect(readdirSync(join(folder, 'one'))).toEqual([
      'validation-circle-000001-main.json',
      'validation-circle-000001-main.png',
    ]);
  });

  test('a class that the network does not have', () => {
    const { status, stderr } = explain('plain', '--images', '1', '--class', 'hart', '--out', 'class');
    expect(status).toBe(1);
    expect(stderr).toContain('plain: the network has no class "hart": did you mean "heart"?');
  });
});

describe('all that lies in a folder of runs', () => {
  test('what is no run is named, a run that fails leaves the others, and the status tells', () => {
    const runs = join(folder, 'runs');
    mkdirSync(join(runs, 'empty'), { recursive: true });
    for (const [name, from] of Object.entries({ a: 'plain', b: 'dual', c: 'plain' }))
      cpSync(join(folder, from), join(runs, name), { recursive: true });
    writeFileSync(join(runs, 'notes.txt'), 'see a');
    rmSync(join(runs, 'b', 'checkpoints', 'best.safetensors'));
    const all = readdirSync(runs).map((name) => join('runs', name));
    const failing = explain(...all, '--images', '1', '--out', 'of-all');
    expect(failing.stderr).toContain('passed over: runs/empty is not a run folder: it is empty\n');
    expect(failing.stderr).toContain('passed over: runs/notes.txt is a file, not a run folder\n');
    expect(failing.stderr).toContain('mixprop: runs/b: b has no checkpoint best.safetensors');
    expect(failing.status).toBe(2);
    const pngs = readdirSync(join(folder, 'of-all')).filter((name) => name.endsWith('.png'));
    expect(pngs).toEqual(['a-validation-circle-000001-main.png', 'c-validation-circle-000001-main.png']);
    const rest = all.filter((name) => name !== join('runs', 'b'));
    expect(explain(...rest, '--images', '1', '--out', 'of-rest').status).toBe(0);
    expect(explain('runs/empty', 'runs/notes.txt', '--images', '1', '--out', 'x').status).toBe(2);
  });

  test('runs of the same id write files of their own', () => {
    for (const place of ['one', 'two']) cpSync(join(folder, 'plain'), join(folder, place, 'r'), { recursive: true });
    expect(explain('one/r', 'two/r', '--images', '1', '--out', 'same-id').status).toBe(0);
    const pngs = readdirSync(join(folder, 'same-id')).filter((name) => name.endsWith('.png'));
    expect(pngs).toHaveLength(2);
  });
});

describe('unusable arguments', () => {
  test.each([
    [['plain', '--images', '0', '--stage', '5', '--out', 'x'], 'there is no stage 5: the networks have stages 1 to 4'],
    [['plain', '--images', '0'], 'explain needs --out DIR, --figure FILE, --maps DIR or --localisation'],
    [['--out', 'x'], 'explain needs a run folder or a .safetensors file'],
    [['nothing', '--images', '0', '--out', 'x'], 'there is no run folder and no file nothing'],
    [['plain', '--out', 'x'], 'the experiment of plain has no explain.images'],
    [['plain', '--images', '0', '--opacity', '2', '--out', 'x'], '--opacity must be a number from 0 to 1'],
    [['plain', '--images', '0', '--colour-map', 'hot', '--out', 'x'], '--colour-map must be one of jet, viridis'],
    [['plain', '--images', '0', '--figure', 'a.pdf'], '--figure a.pdf: the name must end with .svg or .png'],
    [['plain', '--localisation', '--images', 'mine.png'], '--images is a number of validation images'],
    [['plain', '--localisation', '--branch', 'main'], 'leave --branch out'],
    [['plain', '--images', '0', '--checkpoint', '7', '--out', 'x'], 'has no checkpoint epoch-0007.safetensors'],
  ])('%j', (args, message) => {
    const { status, stderr } = explain(...args);
    expect(stderr).toContain(message);
    expect(status).toBe(2);
  });
});
