import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { experimentSchema } from '../../../common/experiment/schema';
import type { Branch } from '../../../common/weights/branch';
import { readSafetensors, type SafetensorsFile, writeSafetensors } from '../../../common/weights/safetensors';
import { buildNetwork } from '../../../trainer/models/build-network';
import { writeCheckpoint } from '../../../trainer/models/checkpoint';
import { initialState } from '../../../trainer/models/initialization';

const folder = mkdtempSync(join(tmpdir(), 'mixprop-bad-checkpoints-'));
afterAll(() => rmSync(folder, { recursive: true }));
const program = join(__dirname, '..', '..', '..', 'dist', 'mixprop.js');
const file = join(folder, 'weights.safetensors');

const experimentOf = (type: 'vanilla' | 'mixprop') =>
  experimentSchema.parse({
    dataset: { type: 'shapes', imageSize: 16, trainingImages: 10, validationImages: 10 },
    model: { architecture: 'preact-resnet18', width: 4 },
    method: { type },
  });
for (const type of ['vanilla', 'mixprop'] as const)
  writeFileSync(join(folder, `${type}.mixprop.json`), JSON.stringify(experimentOf(type)));

function writeWeights(branches: readonly Branch[], architecture: 'preact-resnet18' | 'preact-resnet50', classes = 10) {
  const { specs } = buildNetwork({ ...experimentOf('vanilla').model, architecture }, classes, branches);
  const partialEpoch = { loss: { total: 0, main: 0 }, images: 0, seconds: 0 };
  const position = { trainingImages: 10, step: 0, epoch: 0, partialEpoch };
  writeCheckpoint(file, specs, { values: initialState(specs, 1), position });
}

beforeEach(() => writeWeights(['main', 'aux'], 'preact-resnet18'));

function evaluate(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'evaluate', ...args, '--backend', 'wasm'], {
    encoding: 'utf8',
    cwd: folder,
  });
  return { status, stdout, stderr };
}

/** Other tensors in the file. */
function change(edit: (tensors: SafetensorsFile['tensors']) => void): void {
  const { tensors, metadata } = readSafetensors(file);
  edit(tensors);
  writeSafetensors(file, { tensors, metadata });
}

type Header = Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }>;

/** Another header before the same data. @param header as an object or as it shall stand there */
function changeHeader(edit: (header: Header) => Header | string): void {
  const bytes = readFileSync(file);
  const end = 8 + Number(bytes.readBigUInt64LE());
  const edited = edit(JSON.parse(bytes.toString('utf8', 8, end)));
  const text = Buffer.from(typeof edited === 'string' ? edited : JSON.stringify(edited));
  writeFileSync(file, Buffer.concat([lengthOf(text.length), text, bytes.subarray(end)]));
}

function lengthOf(value: number | bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

const entryOf = (header: Header, name: string, fields: Partial<Header[string]>): Header => ({
  ...header,
  [name]: { ...header[name], ...fields },
});

test('the file that the others are made from is sound', () => {
  const { status, stderr, stdout } = evaluate(file, '--experiment', 'mixprop.mixprop.json', '--json');
  expect(stderr).toContain('aux equals main in every layer');
  expect(status).toBe(0);
  expect(JSON.parse(stdout).images).toBe(10);
});

describe('evaluate ends with exit status 2 and names what is wrong with', () => {
  const other = 'use the experiment that the checkpoint was made with, or another checkpoint';
  const again = 'copy or download the file again, or use another checkpoint';

  test.each<[string, () => void, ...string[]]>([
    [
      'missing, unknown and misshapen tensors, all at once',
      () =>
        change((tensors) => {
          tensors.delete('conv1.weight');
          tensors.delete('layer1.0.bn1.aux_bn.0.running_var');
          tensors.set('head.weight', { shape: [1], values: Float32Array.of(1) });
          tensors.set('linear.bias', { shape: [5, 2], values: new Float32Array(10) });
        }),
      `${file} does not fit the network of the experiment:`,
      '"conv1.weight" is missing',
      '"layer1.0.bn1.aux_bn.0.running_var" is missing',
      '"head.weight" is not part of the network',
      '"linear.bias" has the shape [5, 2], the network needs [10]',
      other,
    ],
    [
      'tensors of the right shapes that are no numbers',
      () =>
        change((tensors) => {
          tensors.get('bn.bias')!.values[1] = Number.NaN;
          tensors.get('bn.running_var')!.values[0] = Number.POSITIVE_INFINITY;
        }),
      '"bn.bias" has values that are NaN or infinite',
      '"bn.running_var" has values that are NaN or infinite',
      other,
    ],
    [
      'another architecture',
      () => writeWeights(['main', 'aux'], 'preact-resnet50'),
      'it looks like preact-resnet50, the experiment has preact-resnet18',
      '289 tensors are not part of the network: "layer1.0.bn3.weight", ',
      other,
    ],
    [
      'another number of classes',
      () => writeWeights(['main', 'aux'], 'preact-resnet18', 7),
      'it tells 7 classes apart, the experiment 10',
      '"linear.weight" has the shape [7, 32], the network needs [10, 32]',
      other,
    ],
    ['an empty file', () => writeFileSync(file, ''), 'is not a safetensors file: it is empty; download the file again'],
    [
      'another kind of file',
      () => writeFileSync(file, 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 46827520\n'),
      'is not a safetensors file: it is a pointer of Git LFS, not the file itself; fetch the file with: git lfs pull',
    ],
    [
      'a file that is cut short',
      () => writeFileSync(file, readFileSync(file).subarray(0, -100)),
      'lies outside the file',
      'the file may be cut short',
      again,
    ],
    [
      'a header longer than the file',
      () => writeFileSync(file, Buffer.concat([lengthOf(2n ** 63n), readFileSync(file).subarray(8)])),
      'is not a safetensors file: it begins with the bytes 0000000000000080',
      again,
    ],
    ['a header that is no JSON', () => changeHeader(() => '{"conv1.weight":'), 'its header is not JSON', again],
    [
      'a range beyond the file',
      () => changeHeader((header) => entryOf(header, 'conv1.weight', { data_offsets: [2 ** 40, 2 ** 40 + 432] })),
      'tensor "conv1.weight" lies outside the file (bytes 1099511627776 to 1099511628208',
      again,
    ],
    [
      'a range that does not fit the shape',
      () => changeHeader((header) => entryOf(header, 'conv1.weight', { shape: [4, 3, 3, 4] })),
      'tensor "conv1.weight" of shape [4, 3, 3, 4] should have 576 bytes, not 432',
      again,
    ],
    [
      'a shape that is none',
      () => changeHeader((header) => entryOf(header, 'conv1.weight', { shape: [4, -3, 3, -3] })),
      'the header of tensor "conv1.weight" has no valid dtype, shape and data_offsets',
      again,
    ],
    [
      'ranges that overlap',
      () =>
        changeHeader((header) => {
          const { data_offsets } = header['layer1.0.bn1.weight'];
          return entryOf(header, 'layer1.0.bn1.bias', { data_offsets });
        }),
      'tensors "layer1.0.bn1.weight" and "layer1.0.bn1.bias" overlap',
      again,
    ],
    [
      'bytes that belong to no tensor',
      () => changeHeader(({ 'conv1.weight': _, ...header }) => header),
      'bytes 0 to 432 of the data',
      'belong to no tensor',
      again,
    ],
    [
      'a name that comes twice',
      () => changeHeader((header) => JSON.stringify(header).replace('"layer1.0.bn1.bias":', '"layer1.0.bn1.weight":')),
      'its header has "layer1.0.bn1.weight" twice',
      again,
    ],
    [
      'a type that it does not know',
      () => changeHeader((header) => entryOf(header, 'conv1.weight', { dtype: 'F8_E4M3', shape: [432] })),
      '"conv1.weight" has the type F8_E4M3: only F32, F64, F16 and BF16 are weights that are read',
      other,
    ],
    [
      'weights that are whole numbers',
      () => changeHeader((header) => entryOf(header, 'conv1.weight', { dtype: 'I32' })),
      '"conv1.weight" has the type I32',
      other,
    ],
  ])('%s', (_, write, ...messages) => {
    write();
    const { status, stdout, stderr } = evaluate(file, '--experiment', 'mixprop.mixprop.json', '--json');
    for (const message of messages) expect(stderr).toContain(message);
    expect(stderr).toContain(file);
    expect(stderr).not.toMatch(/\n {4}at /);
    expect(stdout).toBe('');
    expect(status).toBe(2);
  });

  test.each<[string, string[], string]>([
    [
      'aux of a network with one branch',
      [file, '--experiment', 'vanilla.mixprop.json', '--branch', 'aux'],
      'a network trained with vanilla has one branch: --branch aux needs dual batch normalisation',
    ],
    [
      'a branch that does not exist',
      [file, '--experiment', 'mixprop.mixprop.json', '--branch', 'third'],
      '--branch must',
    ],
    ['a file without an experiment', [file], `say what network ${file} is with --experiment`],
    [
      'a checkpoint of a file',
      [file, '--experiment', 'mixprop.mixprop.json', '--checkpoint', 'last'],
      '--checkpoint chooses among the checkpoints of a run',
    ],
    ['a file that is not there', ['no.safetensors', '--experiment', 'mixprop.mixprop.json'], 'there is no run folder'],
    ['a folder that is no run', [folder], 'is not a run folder: it has no experiment.json'],
  ])('%s', (_, args, message) => {
    const { status, stderr } = evaluate(...args);
    expect(stderr).toContain(message);
    expect(status).toBe(2);
  });

  test('a file that does not fit is refused before the data set is looked at', () => {
    mkdirSync(join(folder, 'no-data', 'notes'), { recursive: true });
    const dataset = { type: 'image-folder', path: 'no-data' };
    writeFileSync(join(folder, 'folder.mixprop.json'), JSON.stringify({ ...experimentOf('vanilla'), dataset }));
    const evaluateFile = () => evaluate(file, '--experiment', 'folder.mixprop.json');
    expect(evaluateFile().stderr).toContain('no-data has no folder val/');
    writeWeights(['main'], 'preact-resnet50');
    const { status, stderr } = evaluateFile();
    expect(stderr).toContain('does not fit the network of the experiment');
    expect(status).toBe(2);
  });

  test('a run without the checkpoint', () => {
    const run = join(folder, 'run');
    mkdirSync(join(run, 'checkpoints'), { recursive: true });
    writeFileSync(join(run, 'experiment.json'), JSON.stringify(experimentOf('mixprop')));
    writeFileSync(join(run, 'environment.json'), JSON.stringify({ baseFolder: folder }));
    expect(evaluate(run).stderr).toContain('run has no checkpoint best.safetensors: it has none yet');
    writeFileSync(join(run, 'checkpoints', 'last.safetensors'), 'cut');
    const { status, stderr } = evaluate(run);
    expect(stderr).toContain('run has no checkpoint best.safetensors: choose from --checkpoint last');
    expect(status).toBe(2);
    expect(evaluate(run, '--checkpoint', 'last').stderr).toContain('last.safetensors is not a safetensors file');
  });
});
