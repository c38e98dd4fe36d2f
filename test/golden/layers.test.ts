import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  addN,
  engine,
  mul,
  type Scalar,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
  tensor,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Branch } from '../../common/weights/branch';
import { readSafetensors } from '../../common/weights/safetensors';
import { startBackend } from '../../trainer/backends/select';
import { crossEntropy } from '../../trainer/methods/cross-entropy';
import { DualBatchNorm } from '../../trainer/models/dual-batch-norm';
import { Convolution, maxPool3x3 } from '../../trainer/models/layers';
import { testBackend } from '../test-backend';
import { expectAgreement } from './deviation';

/** What make-references.py writes to layers.json. */
interface LayerCase {
  name: string;
  layer: 'batch-norm' | 'convolution' | 'max-pool' | 'cross-entropy';
  stride?: number;
  padding?: number;
  outputs: string[];
}

const { tensors: stored } = readSafetensors(join(__dirname, 'layers.safetensors'));
const { cases } = JSON.parse(readFileSync(join(__dirname, 'layers.json'), 'utf8')) as { cases: LayerCase[] };
const casesOf = (layer: LayerCase['layer']) => cases.filter((golden) => golden.layer === layer);

beforeAll(async () => {
  await startBackend(testBackend);
});

describe('PyTorch and the batch-norm layer in training mode agree on', () => {
  test.each(casesOf('batch-norm'))('$name', ({ name, outputs }) => {
    expectAgreement(batchNorm([{ name, branch: 'main' }]), references(name, outputs));
  });

  test('two batches, each through its own branch', () => {
    const [main, aux] = ['batch-norm-dual-main', 'batch-norm-dual-aux'];
    const { outputs } = cases.find(({ name }) => name === main)!;
    const actual = batchNorm([
      { name: aux, branch: 'aux' },
      { name: main, branch: 'main' },
    ]);
    expectAgreement(actual, new Map([...references(main, outputs), ...references(aux, outputs, 'aux.')]));
  });
});

describe('PyTorch and the convolution layer agree on', () => {
  test.each(casesOf('convolution'))('$name', ({ name, outputs, stride, padding }) => {
    const [kernel, , inChannels, outChannels] = stored.get(`${name}/filter`)!.shape;
    expect(padding, 'a padding that the layer has').toBe((kernel - 1) / 2);
    const layer = new Convolution('layer', inChannels, outChannels, kernel, stride);
    const actual = withGradients({ x: input(name, 'x'), filter: input(name, 'filter') }, ({ x, filter }, output) => {
      const [{ x: y }] = layer.forward([{ x: x as Tensor4D, branch: 'main' }], {
        values: new Map([['layer.weight', filter]]),
      });
      output('y', y);
      return sum(mul(y, input(name, 'dy')));
    });
    expectAgreement(actual, references(name, outputs));
  });
});

describe('PyTorch and max pooling agree on', () => {
  test.each(casesOf('max-pool'))('$name', ({ name, outputs }) => {
    const actual = withGradients({ x: input(name, 'x') }, ({ x }, output) => {
      const [{ x: y }] = maxPool3x3([{ x: x as Tensor4D, branch: 'main' }]);
      output('y', y);
      return sum(mul(y, input(name, 'dy')));
    });
    expectAgreement(actual, references(name, outputs));
  });
});

describe('PyTorch and the loss agree on', () => {
  test.each(casesOf('cross-entropy'))('$name', ({ name, outputs }) => {
    const actual = withGradients({ logits: input(name, 'logits') }, ({ logits }, output) => {
      const labels = tensor1d(stored.get(`${name}/labels`)!.values, 'int32');
      const loss = crossEntropy(logits as Tensor2D, labels);
      output('loss', loss);
      return loss;
    });
    expectAgreement(actual, references(name, outputs));
  });
});

/** One layer, one forward pass over all batches; what belongs to aux is called "aux.…". */
function batchNorm(batches: { name: string; branch: Branch }[]): Map<string, Float32Array> {
  const channels = stored.get(`${batches[0].name}/gamma`)!.shape[0];
  const layer = new DualBatchNorm('layer', channels, batches.length === 1 ? ['main'] : ['main', 'aux']);
  const inputs: Record<string, Tensor> = {};
  for (const { name, branch } of batches) {
    for (const key of ['x', 'gamma', 'beta']) inputs[prefix[branch] + key] = input(name, key);
  }
  return withGradients(inputs, (variables, output) => {
    const values = new Map<string, Tensor>();
    for (const { name, branch } of batches) {
      values.set(`${layerName[branch]}.weight`, variables[`${prefix[branch]}gamma`]);
      values.set(`${layerName[branch]}.bias`, variables[`${prefix[branch]}beta`]);
      values.set(`${layerName[branch]}.running_mean`, input(name, 'runningMeanBefore'));
      values.set(`${layerName[branch]}.running_var`, input(name, 'runningVarianceBefore'));
    }
    const newStatistics = new Map<string, Tensor1D>();
    const streams = batches.map(({ branch }) => ({ x: variables[`${prefix[branch]}x`] as Tensor4D, branch }));
    const normalized = layer.forward(streams, { values, newStatistics });
    for (const [i, { branch }] of batches.entries()) {
      output(`${prefix[branch]}y`, normalized[i].x);
      output(`${prefix[branch]}runningMeanAfter`, newStatistics.get(`${layerName[branch]}.running_mean`)!);
      output(`${prefix[branch]}runningVarianceAfter`, newStatistics.get(`${layerName[branch]}.running_var`)!);
    }
    return addN(normalized.map(({ x: y }, i) => sum(mul(y, input(batches[i].name, 'dy')))));
  });
}

const prefix = { main: '', aux: 'aux.' };
const layerName = { main: 'layer', aux: 'layer.aux_bn.0' };

/** What `forward` hands out by `output`, and the gradient of its result by each input `name`, called "d" + name. */
function withGradients(
  inputs: Record<string, Tensor>,
  forward: (inputs: Record<string, Tensor>, output: (name: string, value: Tensor) => void) => Tensor,
): Map<string, Float32Array> {
  const results = new Map<string, Float32Array>();
  const output = (name: string, value: Tensor) => results.set(name, value.dataSync<'float32'>().slice());
  tidy(() => {
    const { grads } = engine().gradients(() => forward(inputs, output) as Scalar, Object.values(inputs));
    for (const [i, name] of Object.keys(inputs).entries()) {
      const [, branch, variable] = /^(aux\.)?(.*)$/.exec(name)!;
      output(`${branch ?? ''}d${variable}`, grads[i]);
    }
  });
  return results;
}

function input(name: string, key: string): Tensor {
  const { values, shape } = stored.get(`${name}/${key}`)!;
  return tensor(values, shape);
}

function references(name: string, outputs: string[], prefix = ''): Map<string, Float32Array> {
  return new Map(outputs.map((key) => [prefix + key, stored.get(`${name}/${key}`)!.values]));
}
