import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readSafetensors } from '../../../common/weights/safetensors';

const folder = mkdtempSync(join(tmpdir(), 'mixprop-export-'));
afterAll(() => rmSync(folder, { recursive: true }));
const program = join(__dirname, '..', '..', '..', 'dist', 'mixprop.js');

const experiment = (type: string) => ({
  dataset: { type: 'shapes', imageSize: 32, trainingImages: 20, validationImages: 20 },
  model: { architecture: 'resnet18', width: 4 },
  method: { type },
  training: { epochs: 1, batchSize: 10 },
});

function mixprop(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { encoding: 'utf8', cwd: folder });
  return { status, stdout, stderr };
}

const [dual, single] = [join(folder, 'dual'), join(folder, 'single')];
const inFolder = (name: string) => join(folder, name);
const checkpointOf = (run: string, name: string) => readSafetensors(join(run, 'checkpoints', `${name}.safetensors`));

beforeAll(() => {
  for (const [run, method] of [
    ['dual', 'mixprop'],
    ['single', 'vanilla'],
  ]) {
    writeFileSync(inFolder(`${run}.mixprop.json`), JSON.stringify(experiment(method)));
    const trained = mixprop('train', `${run}.mixprop.json`, '--runs', folder, '--name', run);
    expect(trained.stderr).toBe('');
    expect(trained.status).toBe(0);
  }
});

/** Losses and accuracies of a branch, as `evaluate` prints them. */
function evaluation(branch: string, ...args: string[]): unknown {
  const { status, stdout, stderr } = mixprop('evaluate', ...args, '--branch', branch, '--json');
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout).branches[branch];
}

describe('export --format safetensors', () => {
  test('writes the best weights of both branches, without what only resuming needs', () => {
    const { status, stdout } = mixprop(
      'export',
      dual,
      '--format',
      'safetensors',
      '--out',
      'both.safetensors',
      '--json',
    );
    expect(status).toBe(0);
    const exported = readSafetensors(inFolder('both.safetensors'));
    const best = checkpointOf(dual, 'best');
    expect(exported.tensors).toEqual(best.tensors);
    expect(exported.metadata).toEqual({ format: 'pt', classes: best.metadata.classes });
    expect(JSON.parse(stdout)).toEqual({
      out: inFolder('both.safetensors'),
      checkpoint: join(dual, 'checkpoints', 'best.safetensors'),
      epoch: 1,
      branches: ['main', 'aux'],
      tensors: best.tensors.size,
    });
    expect(evaluation('aux', 'both.safetensors', '--experiment', 'dual.mixprop.json')).toEqual(evaluation('aux', dual));
  });

  test('--strip-aux leaves an ordinary network that predicts as main does', () => {
    const { status, stdout } = mixprop(
      'export',
      dual,
      '--format',
      'safetensors',
      '--strip-aux',
      '--out',
      'main.safetensors',
    );
    expect(status).toBe(0);
    expect(stdout).toContain('wrote main.safetensors: 102 tensors, main, of epoch 1');
    const exported = readSafetensors(inFolder('main.safetensors')).tensors;
    const main = [...checkpointOf(dual, 'best').tensors].filter(([name]) => !name.includes('aux_bn'));
    expect(exported).toEqual(new Map(main));
    expect(evaluation('main', 'main.safetensors', '--experiment', 'single.mixprop.json')).toEqual(
      evaluation('main', dual),
    );
  });

  test('--strip-aux says when there is nothing to strip', () => {
    const out = inFolder('single.safetensors');
    const { status, stdout } = mixprop('export', single, '--format', 'safetensors', '--strip-aux', '--out', out);
    expect(stdout).toContain('single has one branch: there is no aux branch to strip');
    expect(status).toBe(0);
    expect(readSafetensors(out).tensors).toEqual(checkpointOf(single, 'best').tensors);
  });

  test.each([
    ['0', 'epoch-0000', 0],
    ['last', 'last', 1],
  ])('--checkpoint %s', (checkpoint, file, epoch) => {
    const out = inFolder(`at-${checkpoint}.safetensors`);
    const args = ['--format', 'safetensors', '--checkpoint', checkpoint, '--out', out];
    expect(mixprop('export', dual, ...args).stdout).toContain(`of epoch ${epoch}`);
    const network = [...checkpointOf(dual, file).tensors].filter(([name]) => !name.startsWith('optimizer.'));
    expect(readSafetensors(out).tensors).toEqual(new Map(network));
  });
});

describe('export ends with exit status 2, a message and nothing written for', () => {
  const format = ['--format', 'safetensors'];
  const fresh = ['--out', 'fresh.safetensors'];
  const damaged = () => {
    const copy = inFolder('damaged');
    cpSync(single, copy, { recursive: true });
    const best = join(copy, 'checkpoints', 'best.safetensors');
    writeFileSync(best, readFileSync(best).subarray(0, 5000));
    return copy;
  };
  /** A run whose experiment says another network than its checkpoints hold. */
  const mismatched = () => {
    const copy = inFolder('mismatched');
    cpSync(single, copy, { recursive: true });
    cpSync(join(dual, 'experiment.json'), join(copy, 'experiment.json'));
    return copy;
  };

  test.each<[string, () => string[], string]>([
    ['no run', () => [...format, ...fresh], 'export needs one run folder'],
    ['two runs', () => [dual, single, ...format, ...fresh], 'export needs one run folder'],
    ['a run that is not there', () => ['nowhere', ...format, ...fresh], 'there is no run folder nowhere'],
    ['no format', () => [dual, ...fresh], 'export needs --format safetensors'],
    ['a format to come', () => [dual, '--format', 'csv', ...fresh], 'cannot export csv yet: --format safetensors is'],
    ['another to come', () => [dual, '--format', 'tensorboard', ...fresh], 'cannot export tensorboard yet'],
    ['an unknown format', () => [dual, '--format', 'onnx', ...fresh], '--format must be safetensors, not "onnx"'],
    ['no --out', () => [dual, ...format], 'export needs --out FILE.safetensors'],
    [
      'a file that is there',
      () => [dual, ...format, '--out', 'dual.mixprop.json'],
      'dual.mixprop.json is there already: choose another --out, or delete it first',
    ],
    ['a folder that is not', () => [dual, ...format, '--out', 'no/f.safetensors'], 'there is no folder'],
    [
      'a checkpoint that is not there',
      () => [dual, ...format, ...fresh, '--checkpoint', '7'],
      'dual has no checkpoint epoch-0007.safetensors: choose from --checkpoint best, last, 0',
    ],
    [
      'a checkpoint that has no such name',
      () => [dual, ...format, ...fresh, '--checkpoint', 'first'],
      '--checkpoint must be best, last or an epoch, not "first"',
    ],
    [
      'a checkpoint that is cut short',
      () => [damaged(), ...format, ...fresh],
      'best.safetensors is cut off: its header alone has',
    ],
    [
      'a checkpoint of another network',
      () => [mismatched(), ...format, ...fresh],
      'tensors are missing: "bn1.aux_bn.0.weight", "bn1.aux_bn.0.bias", ',
    ],
  ])('%s', (_, args, message) => {
    const { status, stderr } = mixprop('export', ...args());
    expect(stderr).toContain(message);
    expect(status).toBe(2);
    expect(existsSync(inFolder('fresh.safetensors'))).toBe(false);
    expect(JSON.parse(readFileSync(inFolder('dual.mixprop.json'), 'utf8'))).toEqual(experiment('mixprop'));
  });
});
