import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { experimentSchema } from '../../../common/experiment/schema';
import { runPaths } from '../../../common/run/run-folder';
import { readSafetensors } from '../../../common/weights/safetensors';
import { buildNetwork } from '../../../trainer/models/build-network';
import { readWeights, writeCheckpoint } from '../../../trainer/models/checkpoint';
import {
  hashedImage,
  hashedImageSize,
  hashedTensor,
  type StateEntry,
  torchvisionNetworks,
} from '../../golden/torchvision/hashed-network';
import { relativeError } from '../../reference/closeness';
import { writeImage } from '../data/images/image-files';

const folder = mkdtempSync(join(tmpdir(), 'mixprop-torchvision-'));
afterAll(() => rmSync(folder, { recursive: true }));
const program = join(__dirname, '..', '..', '..', 'dist', 'mixprop.js');
const dataset = join(folder, 'images');
const classes = 100;
const images = 4;

const architectures = ['resnet18', 'resnet50'] as const;
type Architecture = (typeof architectures)[number];

/** 100 classes; the validation images of the first four are those of the reference. */
beforeAll(async () => {
  const filler = join(folder, 'grey.png');
  await writeImage(filler, new Uint8Array(hashedImageSize ** 2 * 3).fill(127), hashedImageSize, hashedImageSize);
  for (let i = 0; i < classes; i++) {
    const name = `class-${String(i).padStart(2, '0')}`;
    for (const split of ['train', 'val']) {
      const file = join(dataset, split, name, 'image.png');
      mkdirSync(join(dataset, split, name), { recursive: true });
      if (split === 'val' && i < images) await writeImage(file, hashedImage(i), hashedImageSize, hashedImageSize);
      else writeFileSync(file, readFileSync(filler));
    }
  }
});

function mixprop(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args, '--backend', 'wasm'], {
    encoding: 'utf8',
    cwd: folder,
    env: { ...process.env, MIXPROP_CACHE: join(folder, 'cache') },
  });
  return { status, stdout, stderr };
}

const experimentOf = (architecture: Architecture, method: 'vanilla' | 'mixprop') =>
  experimentSchema.parse({
    dataset: { type: 'image-folder', path: dataset, imageSize: hashedImageSize },
    model: { architecture },
    method: { type: method },
    evaluation: { batchSize: 50 },
  });

/** Writes hashed values as `safetensors.torch.save_file` does: the widest types first. */
function writeStateDict(file: string, seed: number, entries: readonly StateEntry[]): void {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  const chunks: Buffer[] = [];
  let offset = 0;
  const byType = (type: StateEntry[2]) => entries.filter((entry) => entry[2] === type);
  for (const [name, shape, dtype] of [...byType('I64'), ...byType('F32')]) {
    const bytes = dtype === 'I64' ? countOf(1234n) : Buffer.from(hashedTensor(seed, name, shape).buffer);
    header[name] = { dtype, shape, data_offsets: [offset, offset + bytes.length] };
    offset += bytes.length;
    chunks.push(bytes);
  }
  const text = Buffer.from(JSON.stringify(header));
  writeFileSync(file, Buffer.concat([countOf(BigInt(text.length)), text, ...chunks]));
}

function countOf(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
}

/** The entries of a state_dict with timm's SplitBatchNorm2d in place of every normalisation layer. */
function withAuxBranch(entries: readonly StateEntry[]): StateEntry[] {
  const layers = entries.flatMap(([name]) => (name.endsWith('.running_mean') ? [name.slice(0, -13)] : []));
  return entries.flatMap(([name, shape, type]): StateEntry[] => {
    const layer = layers.find((candidate) => name.startsWith(`${candidate}.`));
    const own: StateEntry = [name, shape, type];
    return layer === undefined ? [own] : [own, [name.replace(layer, `${layer}.aux_bn.0`), shape, type]];
  });
}

interface PredictionLine {
  path: string;
  predicted: number;
  branch: 'main' | 'aux';
  logits: number[];
}

/** What `evaluate` predicts for the images of the reference, a branch. */
function evaluated(file: string, architecture: Architecture, method: 'vanilla' | 'mixprop') {
  const experiment = `${file}.mixprop.json`;
  const predictions = `${file}.jsonl`;
  writeFileSync(experiment, JSON.stringify(experimentOf(architecture, method)));
  const { status, stderr } = mixprop('evaluate', file, '--experiment', experiment, '--predictions', predictions);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  const lines = readFileSync(predictions, 'utf8').trim().split('\n');
  return (branch: 'main' | 'aux') =>
    lines
      .map((line) => JSON.parse(line) as PredictionLine)
      .filter((line) => line.branch === branch)
      .slice(0, torchvisionNetworks[architecture].logits[branch].length);
}

function expectPredictions(actual: PredictionLine[], expected: number[][]): void {
  expect(actual.map(({ path }) => path)).toEqual(expected.map((_, i) => `val/class-0${i}/image.png`));
  expect(actual.map(({ predicted }) => predicted)).toEqual(expected.map((row) => row.indexOf(Math.max(...row))));
  for (const [i, { logits }] of actual.entries()) expect(relativeError(logits, expected[i])).toBeLessThan(1e-4);
}

// Files of 100 MB and a real process each: some seconds, more on a busy machine.
describe.each(architectures)('%s', { timeout: 60_000 }, (architecture) => {
  const { seed, stateDict, logits } = torchvisionNetworks[architecture];

  test('a state_dict of torchvision predicts what it does in PyTorch', () => {
    const file = join(folder, `${architecture}.safetensors`);
    writeStateDict(file, seed, stateDict);
    expectPredictions(evaluated(file, architecture, 'vanilla')('main'), logits.main);
  });

  test('one with SplitBatchNorm2d makes both branches; stripped of aux it is torchvision’s again', () => {
    const file = join(folder, `${architecture}-split.safetensors`);
    writeStateDict(file, seed, withAuxBranch(stateDict));
    if (architecture === 'resnet18') {
      const linesOf = evaluated(file, architecture, 'mixprop');
      expectPredictions(linesOf('main'), logits.main);
      expectPredictions(linesOf('aux'), logits.aux);
    }

    const run = join(folder, `${architecture}-run`);
    writeRun(run, architecture, file);
    const out = join(folder, `${architecture}-stripped.safetensors`);
    const { status, stderr } = mixpropExport(run, out);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    // PyTorch's strict loading takes a file without num_batches_tracked: the layers' own count stays.
    const expected = stateDict.filter(([, , type]) => type === 'F32');
    const { tensors } = readSafetensors(out);
    expect([...tensors].map(([name, { shape }]) => [name, shape, 'F32'])).toEqual(expected);
    for (const [name, shape] of expected) {
      const values = hashedTensor(seed, name, shape);
      expect(Buffer.from(tensors.get(name)!.values.buffer).equals(Buffer.from(values.buffer)), name).toBe(true);
    }
  });
});

const mixpropExport = (run: string, out: string) =>
  spawnSync(process.execPath, [program, 'export', run, '--format', 'safetensors', '--strip-aux', '--out', out], {
    encoding: 'utf8',
  });

/** A run whose best checkpoint has the weights of a file. */
function writeRun(run: string, architecture: Architecture, weights: string): void {
  const experiment = experimentOf(architecture, 'mixprop');
  const { specs } = buildNetwork(experiment.model, classes, ['main', 'aux']);
  const paths = runPaths(run);
  mkdirSync(paths.checkpoints, { recursive: true });
  writeFileSync(paths.experiment, JSON.stringify(experiment));
  writeFileSync(paths.environment, JSON.stringify({ baseFolder: folder }));
  const partialEpoch = { loss: { total: 0, main: 0 }, images: 0, seconds: 0 };
  writeCheckpoint(join(paths.checkpoints, 'best.safetensors'), specs, {
    values: readWeights(weights, specs),
    position: { trainingImages: classes, step: 1, epoch: 1, partialEpoch },
  });
}
