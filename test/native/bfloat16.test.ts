import { add, conv2d, matMul, mean, relu, type Tensor, type Tensor2D, type Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { experimentSchema } from '../../common/experiment/schema';
import { startBackend } from '../../trainer/backends/select';
import { toBfloat16 } from '../../trainer/backends/tensorflow/graph/bfloat16';
import { record } from '../../trainer/backends/tensorflow/graph/capture';
import type { OpNode, RecordedFunction } from '../../trainer/backends/tensorflow/graph/graph';
import type { TensorflowBackend } from '../../trainer/backends/tensorflow/tensorflow-backend';
import { CapturedExecutor } from '../../trainer/execution/captured-executor';
import { EagerExecutor } from '../../trainer/execution/eager-executor';
import { prepareNetwork } from '../../trainer/execution/prepare-network';
import { initialState } from '../../trainer/models/initialization';
import { Generator } from '../../trainer/random/generator';

let backend: TensorflowBackend;

beforeAll(async () => {
  backend = (await startBackend('tensorflow')).tensorflow!;
});

const typesOf = (nodes: OpNode[], op: string) =>
  nodes.filter((node) => node.op === op).map((node) => node.outputs[0].dtype);

describe('the pass over a recorded function', () => {
  let recorded: RecordedFunction;
  let narrow: RecordedFunction;

  beforeAll(() => {
    // Odd numbers of channels: a convolution of TensorFlow's own, on any processor.
    const image = backend.symbolic([2, 8, 8, 4], 'float32') as Tensor4D;
    const filter = backend.symbolic([3, 3, 4, 5], 'float32') as Tensor4D;
    const weight = backend.symbolic([5, 3], 'float32') as Tensor2D;
    const bias = backend.symbolic([3], 'float32');
    const variables = new Map<string, Tensor>([
      ['filter', filter],
      ['weight', weight],
      ['bias', bias],
    ]);
    recorded = record(backend, 'forward', new Map([['image', image]]), variables, () => {
      const y = relu(conv2d(image, filter, 1, 1));
      const logits = add(matMul(mean(add(y, y), [1, 2]) as Tensor2D, weight), bias);
      return { outputs: new Map<string, Tensor>([['logits', logits]]) };
    });
    narrow = toBfloat16(recorded);
  });

  test('makes convolutions, and what follows them, bfloat16', () => {
    expect(typesOf(narrow.nodes, 'Conv2D')).toEqual(['bfloat16']);
    expect(typesOf(narrow.nodes, 'Relu')).toEqual(['bfloat16']);
    expect(typesOf(narrow.nodes, 'Add')).toEqual(['bfloat16', 'float32']);
  });

  test('keeps means, the bias and what is fetched float32', () => {
    expect(typesOf(narrow.nodes, 'Mean')).toEqual(['float32']);
    const { node, output } = narrow.outputs.get('logits')!;
    expect(node.outputs[output].dtype).toBe('float32');
  });

  test('changes nothing of the function it is given', () => {
    expect(recorded.nodes.flatMap(({ outputs }) => outputs).every(({ dtype }) => dtype !== 'bfloat16')).toBe(true);
  });
});

// Where the processor does not compute in bfloat16, TensorFlow does so with other means: slow, but the same.
test.each(['vanilla', 'mixprop'] as const)('%s trains in bfloat16 as in float32, to bfloat16\u2019s digits', (type) => {
  const experiment = experimentSchema.parse({ dataset: { type: 'shapes' }, model: { width: 4 }, method: { type } });
  const { network, method } = prepareNetwork(experiment, 5);
  const initial = initialState(network.specs, 1);
  const shapes = { imageSize: 16, trainingBatches: [8], evaluationBatch: 8 };
  const generator = new Generator(1, 'batch');
  const batch = {
    pixels: Float32Array.from({ length: 8 * 16 * 16 * 3 }, () => generator.normal()),
    labels: Int32Array.from({ length: 8 }, () => generator.integer(5)),
    imageSize: 16,
  };
  const wide = new EagerExecutor(network, method, experiment.optimizer, initial);
  const narrow = new CapturedExecutor(backend, network, method, experiment.optimizer, 'bfloat16', shapes, initial);
  const losses = { wide: 0, narrow: 0 };
  for (let step = 1; step <= 5; step++) {
    const draws = method.draw(new Generator(1, 'method', step), { size: 8, imageSize: 16 });
    losses.wide = wide.step(batch, draws, 0.01).total;
    losses.narrow = narrow.step(batch, draws, 0.01).total;
  }
  // Eight bits of precision: close, and not the same.
  expect(Math.abs(losses.narrow - losses.wide) / losses.wide).toBeLessThan(0.05);
  expect(losses.narrow).not.toBe(losses.wide);
  const [logits, expected] = [narrow, wide].map((executor) => executor.logits(batch.pixels, 8, 16, 'main'));
  const scale = Math.max(...expected.map(Math.abs));
  expect(Math.max(...logits.map((value, i) => Math.abs(value - expected[i]))) / scale).toBeLessThan(0.1);
  for (const executor of [wide, narrow]) executor.dispose();
});
