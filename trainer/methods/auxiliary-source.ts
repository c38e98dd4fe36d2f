import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { MethodDraws } from '../../common/experiment/methods/method-draws';
import type { Generator } from '../random/generator';
import type { BatchSize } from './method';

/** Makes the auxiliary batch and its loss. A new one is a file beside this and a line in create-method.ts. */
export interface AuxiliarySource {
  /** What the batch is called in records: "mixed", "noisy". */
  readonly batch: string;
  draw(generator: Generator, batch: BatchSize): MethodDraws;
  /** The draws as tensors. @param batch that the source is applied to */
  tensors(draws: MethodDraws, batch: BatchSize): Record<string, Tensor>;
  /** x̃ from the clean x: [N, S, S, 3] → the same shape. */
  images(x: Tensor4D, draws: Record<string, Tensor>): Tensor4D;
  /** The loss of x̃'s logits [N, classes] with x's labels y [N], a mean over the N images, in nats. */
  loss(logits: Tensor2D, y: Tensor1D, draws: Record<string, Tensor>): Scalar;
  /** The lowest loss that any logits can reach, in nats. @param labels [N] */
  lossFloor(draws: MethodDraws, labels: Int32Array): number;
}
