import type { Scalar, Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import type { ForwardContext } from '../models/layers';
import type { Network } from '../models/network';
import type { Branch, DrawsEvent } from '../run/events';
import type { Generator } from '../training/generator';

/** What a method draws for a step, as plain numbers: written to events.jsonl, and enough to run the step again. */
export type MethodDraws = Pick<DrawsEvent, 'lambda' | 'permutation'>;

/** A training batch: images [N, S, S, 3] augmented and normalised, labels [N] (int32). */
export interface Batch {
  images: Tensor4D;
  labels: Tensor1D;
}

/** Scalars of the autodiff graph. `total` is minimised. */
export interface MethodLoss {
  total: Scalar;
  main: Scalar;
  aux?: Scalar;
}

/**
 * A training method. `loss` is a pure function of tensors: whatever is random or changes from step to step comes in
 * through `batch` and `draws`.
 */
export interface Method {
  readonly branches: readonly Branch[];
  draw(generator: Generator, batchSize: number): MethodDraws;
  /** The draws as tensors, for `loss`. The caller disposes them. */
  tensors(draws: MethodDraws): Record<string, Tensor>;
  loss(network: Network, batch: Batch, draws: Record<string, Tensor>, context: ForwardContext): MethodLoss;
}
