import {
  cast,
  engine,
  expandDims,
  keep,
  mean,
  mul,
  oneHot,
  relu,
  sum,
  type Tensor,
  type Tensor4D,
  tensor,
  tensor1d,
  tensor4d,
  tidy,
} from '@tensorflow/tfjs-core';
import type { Branch } from '../../common/weights/branch';
import type { Network } from '../models/network';
import type { ActivationGrid } from './localisation';

/** What Grad-CAM looks at. */
export interface GradCamInput {
  /** Parameters and running statistics by name, row-major in tfjs layouts. */
  values: ReadonlyMap<string, Float32Array>;
  /** [N, S, S, 3], normalised. */
  pixels: Float32Array;
  imageSize: number;
  branch: Branch;
  /** Whose output is weighted: 1 to 4. */
  stage: number;
  /** [N], the class each image is explained for. */
  classes: readonly number[];
}

/**
 * Grad-CAM (Selvaraju et al. 2017): ReLU(Σ_k α_k·F_k), where F is the output of a stage and α_k the mean over the positions
 * of ∂(logit of the class)/∂F_k. In inference mode, op by op. Of a network without normalisation behind its last stage, that
 * of stage 4 is the ReLU of the class activation map divided by the number of positions.
 *
 * @returns a map an image
 */
export function gradCam(network: Network, input: GradCamInput): ActivationGrid[] {
  const { pixels, imageSize, branch, stage, classes } = input;
  const map = tidy(() => {
    const values = new Map<string, Tensor>(
      network.specs.map(({ name, shape }) => [name, tensor(input.values.get(name)!, shape)]),
    );
    const x = tensor4d(pixels, [classes.length, imageSize, imageSize, 3]);
    let features: Tensor4D | undefined;
    network.forward([{ x, branch }], {
      values,
      afterStage: (at, streams) => {
        if (at === stage) features = streams[0].x;
        return streams;
      },
    });
    if (!features) throw new Error(`the network has no stage ${stage}`);
    const outputOfStage = features;
    const score = () => {
      const [{ logits }] = network.forward([{ x, branch }], {
        values,
        afterStage: (at, streams) => (at === stage ? [{ ...streams[0], x: outputOfStage }] : streams),
      });
      const chosen = cast(oneHot(tensor1d([...classes], 'int32'), logits.shape[1]), 'float32');
      // Images do not influence each other: the gradient of the sum holds each image's own.
      return sum(mul(logits, chosen));
    };
    const [gradient] = engine().gradients(score, [outputOfStage]).grads;
    const weights = mean(gradient, [1, 2]); // [N, C]
    const weighted = sum(mul(outputOfStage, expandDims(expandDims(weights, 1), 1)), 3); // [N, H, W]
    return keep(relu(weighted));
  });
  const [, height, width] = map.shape as number[];
  const maps = map.dataSync<'float32'>().slice();
  map.dispose();
  const size = height * width;
  return classes.map((_, image) => ({ values: maps.subarray(image * size, (image + 1) * size), height, width }));
}
