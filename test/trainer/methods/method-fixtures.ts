import { type Scalar, type Tensor, type Tensor2D, tensor1d, tensor2d, tensor4d } from '@tensorflow/tfjs-core';
import type { MethodSettings } from '../../../common/experiment/methods/methods';
import { experimentSchema } from '../../../common/experiment/schema';
import type { Branch } from '../../../common/weights/branch';
import { assembleBatch, type ChannelNormalization } from '../../../trainer/data/loading/augment';
import type { PassObserver } from '../../../trainer/execution/network-passes';
import { createState, stepGradients, type TrainingState } from '../../../trainer/execution/step';
import { crossEntropy } from '../../../trainer/methods/cross-entropy';
import type { Batch, Method, Passes } from '../../../trainer/methods/method';
import { buildNetwork } from '../../../trainer/models/build-network';
import { initialState } from '../../../trainer/models/initialization';
import type { ParameterRole, Stream } from '../../../trainer/models/layers';
import type { Network } from '../../../trainer/models/network';
import { Generator } from '../../../trainer/random/generator';

export const normalization: ChannelNormalization = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
export const classes = 10;
export const imageSize = 16;

export function settingsOf<Type extends MethodSettings['type']>(
  method: Record<string, unknown> & { type: Type },
): Extract<MethodSettings, { type: Type }> {
  return experimentSchema.parse({ method }).method as Extract<MethodSettings, { type: Type }>;
}

/** A small network with two branches that differ everywhere, and its state. */
export function dualNetwork(): { network: Network; state: TrainingState } {
  const { model } = experimentSchema.parse({ model: { architecture: 'preact-resnet18', width: 4 } });
  const network = buildNetwork(model, classes, ['main', 'aux']);
  const values = initialState(network.specs, 3);
  const spread: Partial<Record<ParameterRole, [number, number]>> = {
    'normalization-weight': [0.5, 1.5],
    'normalization-bias': [-0.5, 0.5],
    'running-mean': [-0.5, 0.5],
    'running-variance': [0.5, 2],
  };
  for (const { name, role } of network.specs) {
    const [low, high] = spread[role] ?? [];
    if (low === undefined || high === undefined) continue;
    const generator = new Generator(1, name);
    values.set(
      name,
      values.get(name)!.map(() => low + (high - low) * generator.uniform()),
    );
  }
  return { network, state: createState(network, values) };
}

/** Images of random grey levels as a step gets them, with random labels. */
export function randomBatch(size: number, seed = 1, side = imageSize): Batch & { labelValues: Int32Array } {
  const generator = new Generator(seed, 'batch');
  const length = size * side * side * 3;
  const pixels = Uint8Array.from({ length }, () => generator.integer(256));
  const out = new Float32Array(length);
  const set = { count: size, imageSize: side, pixels, labels: new Int32Array(size), path: String };
  assembleBatch(set, [...new Array(size).keys()], null, normalization, out);
  const labelValues = Int32Array.from({ length: size }, () => generator.integer(classes));
  return { images: tensor4d(out, [size, side, side, 3]), labels: tensor1d(labelValues, 'int32'), labelValues };
}

export const valuesOf = (tensor: Tensor): Float32Array => tensor.dataSync<'float32'>().slice();

/** Cross-entropy of the whole batch through one branch. */
export function plainMethod(branch: Branch): Method {
  return {
    branches: ['main', 'aux'],
    draw: () => ({}),
    tensors: () => ({}),
    run: (passes, { images, labels }) =>
      passes.train((forward) => {
        const main = crossEntropy(forward({ x: images, branch })[0], labels);
        return { total: main, main };
      }).loss,
  };
}

/** A step's results by name, read back. */
export function gradientsOf(
  network: Network,
  method: Method,
  state: TrainingState,
  batch: Batch,
  draws: Record<string, Tensor> = {},
  observer?: PassObserver,
) {
  const { loss, gradients, statistics } = stepGradients(network, method, state, { batch, draws }, observer);
  const read = (tensors: ReadonlyMap<string, Tensor>) => {
    const result = new Map([...tensors].map(([name, tensor]) => [name, valuesOf(tensor)]));
    for (const tensor of tensors.values()) tensor.dispose();
    return result;
  };
  const scalars = Object.entries(loss) as [keyof typeof loss, Scalar][];
  const losses = Object.fromEntries(scalars.map(([name, scalar]) => [name, scalar.dataSync()[0]]));
  for (const [, scalar] of scalars) scalar.dispose();
  return { loss: losses, gradients: read(gradients), statistics: read(statistics) };
}

/** A network in place of the network: tells what enters, and answers with given logits. */
export function fakePasses(answer: (stream: Stream) => Float32Array): Passes & { streams: Stream[] } {
  const streams: Stream[] = [];
  return {
    streams,
    train: (loss) => ({
      loss: loss((...entering) => {
        streams.push(...entering);
        return entering.map((stream) => tensor2d(answer(stream), [stream.x.shape[0], classes]) as Tensor2D);
      }),
    }),
    imageGradient: () => {
      throw new Error('not attacked here');
    },
  };
}
