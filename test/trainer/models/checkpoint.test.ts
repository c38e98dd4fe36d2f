import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { experimentSchema } from '../../../common/experiment/schema';
import { readSafetensors, writeSafetensors } from '../../../common/weights/safetensors';
import { buildNetwork } from '../../../trainer/models/build-network';
import { CheckpointError, readCheckpoint, readWeights, writeCheckpoint } from '../../../trainer/models/checkpoint';
import { initialState } from '../../../trainer/models/initialization';
import { isTrainable } from '../../../trainer/models/layers';

const folder = mkdtempSync(join(tmpdir(), 'mixprop-checkpoint-'));
afterAll(() => rmSync(folder, { recursive: true }));

const model = experimentSchema.shape.model;
const dual = buildNetwork(model.parse({ architecture: 'resnet18', width: 4 }), 3, ['main', 'aux']);
const single = buildNetwork(model.parse({ architecture: 'resnet18', width: 4 }), 3, ['main']);
const position = {
  trainingImages: 100,
  step: 7,
  epoch: 1,
  partialEpoch: { loss: { total: 0.1 + 0.2, main: 1 / 3 }, images: 64, seconds: 1.5 },
  best: { top1: 0.25, epoch: 1 },
};

describe('a checkpoint', () => {
  test('gives back values, momentum and position to the bit', () => {
    const file = join(folder, 'last.safetensors');
    const values = initialState(dual.specs, 1);
    const velocities = new Map(
      dual.specs
        .filter(({ role }) => isTrainable(role))
        .map(({ name }) => [name, values.get(name)!.map((x) => x * 0.37)]),
    );
    writeCheckpoint(file, dual.specs, { values, velocities, position });
    expect(readCheckpoint(file, dual.specs)).toEqual({ values, velocities, position });
  });

  test('holds filters as [out, in, KH, KW] and linear weights as [out, in], as PyTorch does', () => {
    const file = join(folder, 'layout.safetensors');
    const values = initialState(single.specs, 1);
    writeCheckpoint(file, single.specs, { values, position });
    const { tensors } = readSafetensors(file);
    const filter = values.get('layer2.0.conv1.weight')!; // [3, 3, 4, 8]
    const stored = tensors.get('layer2.0.conv1.weight')!;
    expect(stored.shape).toEqual([8, 4, 3, 3]);
    const [ky, kx, input, output] = [2, 1, 3, 5];
    expect(stored.values[((output * 4 + input) * 3 + ky) * 3 + kx]).toBe(
      filter[((ky * 3 + kx) * 4 + input) * 8 + output],
    );
    expect(tensors.get('fc.weight')!.shape).toEqual([3, 32]);
    expect(tensors.get('fc.weight')!.values[1 * 32 + 4]).toBe(values.get('fc.weight')![4 * 3 + 1]);
  });

  test('a single-branch file starts both branches; a dual file serves a single-branch network', () => {
    const file = join(folder, 'single.safetensors');
    const values = initialState(single.specs, 2);
    values.get('bn1.weight')!.fill(0.5);
    writeCheckpoint(file, single.specs, { values, position });
    const loaded = readWeights(file, dual.specs);
    expect(loaded.get('bn1.aux_bn.0.weight')).toEqual(values.get('bn1.weight'));
    writeCheckpoint(file, dual.specs, { values: loaded, position });
    expect(readWeights(file, single.specs)).toEqual(values);
  });

  test('names every tensor that is missing, misshapen, unknown or not finite', () => {
    const file = join(folder, 'bad.safetensors');
    writeCheckpoint(file, single.specs, { values: initialState(single.specs, 1), position });
    const { tensors, metadata } = readSafetensors(file);
    tensors.delete('conv1.weight');
    tensors.set('fc.bias', { shape: [2], values: new Float32Array(2) });
    tensors.set('extra', { shape: [1], values: new Float32Array(1) });
    tensors.get('bn1.bias')!.values[1] = Number.NaN;
    writeSafetensors(file, { tensors, metadata });
    const read = () => readWeights(file, single.specs);
    expect(read).toThrow(CheckpointError);
    for (const part of [
      '"conv1.weight" is missing',
      '"fc.bias" has the shape [2], the network needs [3]',
      '"extra" is not part',
      '"bn1.bias" has values that are NaN',
    ]) {
      expect(read).toThrow(part);
    }
  });
});

test.each([
  ['preact-resnet18', { preactivation: 'he' }, 11_218_340],
  ['preact-resnet18', { preactivation: 'kuangliu' }, 11_217_316],
  ['resnet18', { stem: 'imagenet' }, 11_227_812],
] as const)('%s %o has as many parameters as in the literature', (architecture, variant, expected) => {
  const network = buildNetwork(model.parse({ architecture, ...variant }), 100, ['main']);
  const parameters = network.specs
    .filter(({ role }) => isTrainable(role))
    .map(({ shape }) => shape.reduce((a, b) => a * b, 1));
  expect(parameters.reduce((a, b) => a + b, 0)).toBe(expected);
});
