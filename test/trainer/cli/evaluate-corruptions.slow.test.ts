import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commonCorruptions } from '../../../common/experiment/corruption-names';
import { readEvaluationPredictions } from '../../../common/run/evaluation-predictions';
import { type Evaluation, readEvaluations } from '../../../common/run/evaluations';
import { alexNetErrors } from '../../../trainer/evaluation/alexnet-errors';
import { pixelsOf, writeImage, writeImageFolder } from '../data/images/image-files';

const folder = mkdtempSync(join(tmpdir(), 'mixprop-evaluate-'));
afterAll(() => rmSync(folder, { recursive: true }));
const program = join(__dirname, '..', '..', '..', 'dist', 'mixprop.js');
const runs = join(folder, 'runs');
const timeout = 120_000;

function mixprop(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { encoding: 'utf8', cwd: folder });
  return { status, stdout, stderr };
}

const run = (id: string) => join(runs, id);

/** The result of an evaluation that has to succeed. */
function evaluated(...args: string[]): Evaluation & { checkpointFile: string } {
  const { status, stdout, stderr } = mixprop('evaluate', ...args, '--json');
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

const common = ['--corruptions', 'common', '--images', '10', '--branch', 'both'];

beforeAll(() => {
  for (const type of ['mixprop', 'vanilla']) {
    const experiment = {
      seed: 3,
      dataset: { type: 'shapes', imageSize: 16, trainingImages: 100, validationImages: 40 },
      model: { width: 4 },
      method: { type },
      training: { epochs: 1, batchSize: 20 },
      evaluation: { batchSize: 8 },
    };
    const file = join(folder, `${type}.mixprop.json`);
    writeFileSync(file, JSON.stringify(experiment));
    const { status, stderr } = mixprop('train', file, '--runs', runs, '--name', type);
    if (status !== 0) throw new Error(stderr);
  }
}, timeout);

describe('evaluate on the 15 corruptions', () => {
  test(
    'keeps the errors of both branches in the run, and what each image was taken for',
    () => {
      const result = evaluated(run('mixprop'), ...common);
      expect(result).toMatchObject({
        format: 1,
        run: 'mixprop',
        checkpoint: 'best',
        epoch: 1,
        images: 10,
        dataset: { type: 'shapes', path: null, imageSize: 16, classes: 10, limit: 10 },
        source: { kind: 'made', strength: 'cifar', seed: 0 },
      });
      const { evaluations, problems } = readEvaluations(run('mixprop'));
      expect(problems).toEqual([]);
      expect(evaluations).toHaveLength(1);
      const [{ evaluation, file, name }] = evaluations;
      expect(name).toMatch(/^best-epoch-0001-cifar-[0-9a-f]{8}$/);
      expect(readdirSync(join(run('mixprop'), 'evaluations')).sort()).toEqual([
        `${name}.json`,
        `${name}.predictions.bin`,
      ]);
      expect(result).toMatchObject({ branches: evaluation.branches, created: evaluation.created });

      const predictions = readEvaluationPredictions(join(file, '..', evaluation.predictions!));
      expect(predictions.classes).toHaveLength(10);
      expect(predictions.conditions).toHaveLength(1 + 15 * 5);
      for (const { name: condition, severity, prefix, names, labels, branches } of predictions.conditions) {
        expect(prefix + names[0]).toBe('validation/circle/000000'.replace('circle', predictions.classes[labels[0]]));
        for (const branch of ['main', 'aux'] as const) {
          const { predicted, confidence } = branches[branch]!;
          const right = labels.filter((label, i) => label === predicted[i]).length;
          const measured = evaluation.branches[branch]!;
          const { top1 } = severity === null ? measured.clean : measured.corruptions[condition][severity];
          expect(right / 10).toBe(top1);
          expect(Math.min(...confidence)).toBeGreaterThan(0);
        }
      }
      // Evenly over the classes.
      expect([...predictions.conditions[0].labels].sort()).toEqual([...Array(10).keys()]);

      const { summary, corruptions } = evaluation.branches.aux!;
      expect(Object.keys(corruptions)).toEqual([...commonCorruptions]);
      expect(summary).toMatchObject({ corruptions: 15, severities: 5, baseline: null });
      const errors = Object.values(corruptions).flatMap((levels) => Object.values(levels).map(({ top1 }) => 1 - top1));
      expect(errors).toHaveLength(75);
      expect(summary!.unnormalised).toBeCloseTo((100 * errors.reduce((sum, error) => sum + error, 0)) / 75, 9);
      expect(evaluation.branches.confidence).toBeUndefined();
    },
    timeout,
  );

  test(
    'a baseline needs no computing again, and the label says which it is',
    () => {
      const { status, stdout } = mixprop('evaluate', run('mixprop'), ...common, '--baseline', 'alexnet');
      expect(status).toBe(0);
      expect(stdout).toContain('evaluated before');
      const [{ evaluation }] = readEvaluations(run('mixprop')).evaluations;
      const { summary, corruptions } = evaluation.branches.main!;
      const ratios = commonCorruptions.map((name) => {
        const errors = Object.values(corruptions[name]).map(({ top1 }) => 1 - top1);
        return errors.reduce((sum, error) => sum + error, 0) / (5 * alexNetErrors.corruptions.get(name)![0]);
      });
      expect(summary!.mCE).toBeCloseTo((100 * ratios.reduce((sum, ratio) => sum + ratio, 0)) / 15, 9);
      expect(stdout).toContain(
        `main: mCE in %, normalised by AlexNet on ImageNet-C (1000 classes, 224 px): ${summary!.mCE!.toFixed(2)}`,
      );
      const own = evaluated(run('mixprop'), ...common, '--baseline', run('mixprop')).branches;
      expect(own.main!.summary).toMatchObject({ baseline: 'mixprop', mCE: expect.closeTo(100, 9) });
      expect(own.aux!.summary!.mCE).not.toBeCloseTo(100, 3);
      expect(evaluated(run('mixprop'), ...common).branches.main!.summary).not.toHaveProperty('mCE');
    },
    timeout,
  );

  test(
    'what has lost its predictions is computed again',
    () => {
      const [{ file, evaluation }] = readEvaluations(run('mixprop')).evaluations;
      const predictions = join(dirname(file), evaluation.predictions!);
      const before = readFileSync(predictions);
      rmSync(predictions);
      const { status, stdout } = mixprop('evaluate', run('mixprop'), ...common);
      expect(status).toBe(0);
      expect(stdout).not.toContain('evaluated before');
      expect(readFileSync(predictions)).toEqual(before);
    },
    timeout,
  );

  test(
    'stopped with Ctrl-C, the same command goes on to the same numbers',
    async () => {
      const copy = join(folder, 'copy.safetensors');
      writeFileSync(copy, readFileSync(join(run('mixprop'), 'checkpoints', 'best.safetensors')));
      const out = join(folder, 'copy.json');
      const lines = join(folder, 'copy.jsonl');
      const args = ['evaluate', copy, '--experiment', 'mixprop.mixprop.json', '--images', '40', '--out', out];
      args.push('--corruptions', 'fog,frost,snow', '--predictions', lines);
      const child = spawn(process.execPath, [program, ...args], { cwd: folder });
      let text = '';
      child.stderr.on('data', (data) => {
        text += String(data);
      });
      child.stdout.on('data', (data) => {
        text += String(data);
        if (text.includes('evaluating')) child.kill('SIGINT');
      });
      const status = await new Promise((resolve) => child.on('exit', resolve));
      expect(text).toMatch(/stopped after \d+ of 640 images: the same command goes on from here/);
      expect(status).toBe(1);
      expect(existsSync(out)).toBe(false);
      expect(existsSync(lines)).toBe(false);

      const again = mixprop(...args);
      expect(again.stdout).toMatch(/going on from where it was stopped: \d+ of 640 images are done/);
      expect(again.status).toBe(0);
      const resumed = { result: JSON.parse(readFileSync(out, 'utf8')), lines: readFileSync(lines, 'utf8') };
      expect(readdirSync(folder).filter((name) => /draft|part/.test(name))).toEqual([]);
      expect(mixprop(...args).status).toBe(0);
      const whole = JSON.parse(readFileSync(out, 'utf8'));
      expect(resumed.result.branches).toEqual(whole.branches);
      expect(resumed.lines).toBe(readFileSync(lines, 'utf8'));
      expect(resumed.lines.trim().split('\n')).toHaveLength(2 * 640);
    },
    timeout,
  );

  test(
    'predictions of a policy are those of the more confident branch',
    () => {
      const lines = join(folder, 'surer.jsonl');
      const args = ['--corruptions', 'contrast', '--severities', '5', '--images', '10', '--predictions', lines];
      const { branches } = evaluated(run('mixprop'), '--branch', 'confidence', ...args);
      const parsed = readFileSync(lines, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(parsed).toHaveLength(20);
      const corrupted = parsed.filter(({ corruption }) => corruption === 'contrast');
      expect(corrupted).toHaveLength(10);
      for (const line of corrupted) expect(line).toMatchObject({ policy: 'confidence', severity: 5 });
      const right = corrupted.filter(({ label, predicted }) => label === predicted).length;
      expect(right / 10).toBe(branches.confidence!.corruptions.contrast['5'].top1);
      expect(new Set(parsed.map(({ branch }) => branch)).size).toBeGreaterThan(0);
    },
    timeout,
  );
});

describe('evaluate on images from folders', () => {
  test(
    'reads corrupted ones and stylized ones',
    async () => {
      const { classes } = readEvaluationPredictions(
        join(run('mixprop'), 'evaluations', readEvaluations(run('mixprop')).evaluations[0].evaluation.predictions!),
      );
      const corrupted = join(folder, 'shapes-c');
      const stylized = join(folder, 'stylized');
      for (const [i, name] of classes.entries()) {
        for (const place of ['fog/1', 'fog/4', 'rain/2'])
          await writeImage(join(corrupted, place, name, 'a.png'), pixelsOf(i, 16, 16), 16, 16);
        await writeImage(join(stylized, 'val', name, 'a.png'), pixelsOf(i, 16, 16), 16, 16);
      }
      const result = evaluated(run('mixprop'), '--data', corrupted, '--stylized', stylized, '--branch', 'aux');
      expect(result.source).toEqual({ kind: 'folder', path: corrupted });
      expect(result.stylized).toEqual({ path: stylized, images: 10 });
      const { aux, main } = result.branches;
      expect(main).toBeUndefined();
      // All are the same images.
      expect(aux!.corruptions).toEqual({ fog: { 1: aux!.stylized, 4: aux!.stylized }, rain: { 2: aux!.stylized } });
      expect(aux!.summary).toMatchObject({ corruptions: 1, severities: 2 });
      const names = readdirSync(join(run('mixprop'), 'evaluations'));
      expect(names.some((name) => /^best-epoch-0001-shapes-c-[0-9a-f]{8}\.json$/.test(name))).toBe(true);

      const missing = mixprop('evaluate', run('mixprop'), '--corrupted', corrupted, '--corruptions', 'snow');
      expect(missing.stderr).toContain(`${corrupted} has no snow: there are fog, rain`);
      expect(missing.status).toBe(2);
    },
    timeout,
  );
});

test(
  'images corrupted by `mixprop corrupt` give the numbers of those made on the way',
  async () => {
    const root = await writeImageFolder(join(folder, 'animals'), 4, 4, 24);
    const experiment = {
      dataset: { type: 'image-folder', path: root, imageSize: 24 },
      model: { width: 4 },
      method: { type: 'mixprop' },
      training: { epochs: 1, batchSize: 8 },
    };
    writeFileSync(join(folder, 'animals.mixprop.json'), JSON.stringify(experiment));
    expect(mixprop('train', 'animals.mixprop.json', '--runs', runs, '--name', 'animals').status).toBe(0);
    // What is drawn depends on the path in the data set, which for files of val/ alone is another: these draw nothing.
    const names = 'contrast,zoom_blur,jpeg_compression';
    const corrupted = join(folder, 'animals-c');
    const made = mixprop('corrupt', join(root, 'val'), '--corruption', names, '--severity', '2,5', '--out', corrupted);
    expect(made.status).toBe(0);
    const onTheWay = evaluated(run('animals'), '--corruptions', names, '--severities', '2,5');
    const fromFiles = evaluated(run('animals'), '--corrupted', corrupted);
    for (const branch of ['main', 'aux'] as const) {
      for (const name of names.split(','))
        expect(fromFiles.branches[branch]!.corruptions[name]).toEqual(onTheWay.branches[branch]!.corruptions[name]);
      expect(fromFiles.branches[branch]!.clean).toEqual(onTheWay.branches[branch]!.clean);
    }
  },
  timeout,
);

describe('evaluate ends with exit status 2 for', () => {
  test.each<[string, string[], string]>([
    [
      'AlexNet without all severities',
      ['--corruptions', 'common', '--severities', '1,5', '--baseline', 'alexnet'],
      'gaussian_noise has 2 of 5 severities',
    ],
    [
      'AlexNet without all corruptions',
      ['--corruptions', 'fog', '--baseline', 'alexnet'],
      '14 of the 15 corruptions are missing',
    ],
    [
      'a baseline that was not evaluated on the same images',
      [...common, '--seed', '5', '--baseline', 'runs/vanilla'],
      'has no evaluation of the same images',
    ],
    [
      'a baseline that is nothing',
      [...common, '--baseline', 'alexnett'],
      'expected is alexnet, none, or the folder of a run',
    ],
    ['a misspelt corruption', ['--corruptions', 'fgo'], 'did you mean fog?'],
    [
      'a severity that there is not',
      ['--corruptions', 'fog', '--severities', '6'],
      '--severities must be of 1, 2, 3, 4, 5',
    ],
    ['a strength of nothing', ['--strength', 'tiny'], 'no --corruptions are asked for'],
    ['more images than there are', ['--images', '41'], '--images 41'],
    ['fewer images than classes', ['--images', '9'], 'at least one of each of the 10 classes'],
    ['an unknown branch', ['--branch', 'best'], '--branch must be one of main, aux, both, confidence'],
    ['a folder that is not there', ['--corrupted', 'nowhere'], 'there is no such folder'],
    ['a place of data that are drawn', ['--data', 'runs'], 'which has no path'],
  ])('%s', (_, args, message) => {
    const { status, stderr } = mixprop('evaluate', run('mixprop'), ...args);
    expect(stderr).toContain(message);
    expect(status).toBe(2);
  });

  test('both branches of a network with one', () => {
    for (const branch of ['both', 'confidence'])
      expect(mixprop('evaluate', run('vanilla'), '--branch', branch).stderr).toContain(
        `a network trained with vanilla has one branch: --branch ${branch} needs dual batch normalisation`,
      );
  });
});

test('report --tables prints tables shaped as the paper’s, and the page has them', () => {
  const file = readEvaluations(run('mixprop')).evaluations[0].file;
  writeFileSync(join(file, '..', 'foreign.json'), '{"format": 1}');
  const { status, stdout, stderr } = mixprop('report', run('vanilla'), run('mixprop'), '--tables', '--out', 'r.html');
  expect(status).toBe(0);
  expect(stderr).toContain(`${join(file, '..', 'foreign.json')} is not an evaluation of a run, or is damaged: run:`);
  expect(stdout).toContain('**Clean images (as Table 1): top-1 in %, higher is better**');
  expect(stdout).toContain('| paper: Preact-18 | 75.68 | 78.05 |');
  expect(stdout).toContain('**Distorted images (as Table 3), in %**');
  expect(stdout).toContain('| mixprop | preact-resnet18 ×4 mixprop (aux BN) |');
  expect(stdout).toContain(
    'Mean error in % over the 15 corruptions, not normalised. Ours: 10 validation images of 10 classes',
  );
  expect(stdout).toContain('strength cifar, seed 0');
  const html = readFileSync(join(folder, 'r.html'), 'utf8');
  expect(html).toContain('Errors by corruption, in %');
  expect(html).toContain('<th scope="col" class="number">jpeg_compression</th>');
});
