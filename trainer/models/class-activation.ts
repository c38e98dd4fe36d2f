import { matMul, reshape, type Tensor, type Tensor2D, type Tensor4D } from '@tensorflow/tfjs-core';
import type { Network } from './network';

/**
 * Class activation maps of every class (Zhou et al. 2016): Σ_k w_ck·F_k(u, v), without the bias. Their mean over the
 * positions plus the bias is the logit of the class.
 *
 * @param features the last feature map before global average pooling, [N, H, W, C]
 * @param values the network's tensors by name
 * @returns [N, H, W, classes], rows from the top
 */
export function classActivationMaps(
  network: Network,
  features: Tensor4D,
  values: ReadonlyMap<string, Tensor>,
): Tensor4D {
  const classifier = network.specs.find(({ role }) => role === 'linear-weight')!;
  const [count, height, width, channels] = features.shape;
  const classes = classifier.shape[1];
  const atPositions = reshape(features, [count * height * width, channels]) as Tensor2D;
  const maps = matMul(atPositions, values.get(classifier.name) as Tensor2D); // [N·H·W, classes]
  return reshape(maps, [count, height, width, classes]);
}
