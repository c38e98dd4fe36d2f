import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { MethodDraws } from '../../common/experiment/methods/method-draws';
import type { Branch } from '../../common/weights/branch';
import type { ChannelNormalization } from '../data/loading/augment';
import type { Stream } from '../models/layers';
import type { Generator } from '../random/generator';

/** What a method needs to know of the data set. */
export interface MethodData {
  normalization: ChannelNormalization;
  classes: number;
}

/** A training batch: images [N, S, S, 3] augmented and normalised, labels [N] (int32). */
export interface Batch {
  images: Tensor4D;
  labels: Tensor1D;
}

/** Number of images N, and their height and width S in pixels. */
export interface BatchSize {
  size: number;
  imageSize: number;
}

/** Scalars in nats. `total` is minimised; `main` and `aux` are the losses of the batches of a branch. */
export interface MethodLoss {
  total: Scalar;
  main: Scalar;
  aux?: Scalar;
}

/** Scalars of a pass: `total` is differentiated, others are only reported. */
export interface PassLoss {
  total: Scalar;
}

/** A forward pass: batches, each through its branch, to their logits [N, classes]. */
export type Forward = (...streams: Stream[]) => Tensor2D[];

/** What a method may do with the network in a step. */
export interface Passes {
  /**
   * One forward pass in training mode (normalised with the batch's statistics, which move the running ones) and one
   * backward pass. The gradients of the parameters of all such passes of a step add up.
   */
  train<Loss extends PassLoss>(
    loss: (forward: Forward) => Loss,
    options?: TrainingPassOptions,
  ): TrainingPassResult<Loss>;
  /**
   * The gradient of a loss with respect to images alone, [N, S, S, 3]: costs no gradients of weights, and leaves the running statistics
   * as they are.
   *
   * @param batchNorm whose statistics normalise: the running ones (inference mode) or the batch's
   */
  imageGradient(x: Tensor4D, batchNorm: 'running' | 'batch', loss: (forward: Forward) => Scalar): Tensor4D;
}

export interface TrainingPassOptions {
  /** Images whose gradient is computed too. */
  gradientOf?: Tensor4D;
  /** A factor for the gradients of γ and β of a branch; default 1. */
  normalizationScale?: Partial<Record<Branch, number>>;
}

export interface TrainingPassResult<Loss> {
  loss: Loss;
  /** With `gradientOf`. */
  imageGradient?: Tensor4D;
}

/**
 * What a training method does in a step. `run` is a pure function of tensors: whatever is random or changes from step to step
 * comes in through `batch` and `draws`.
 */
export interface MethodSteps {
  draw(generator: Generator, batch: BatchSize): MethodDraws;
  /** The draws as tensors, for `run`. The caller disposes them. @param labels [N], those of the batch */
  tensors(draws: MethodDraws, labels: Int32Array, imageSize: number): Record<string, Tensor>;
  run(passes: Passes, batch: Batch, draws: Record<string, Tensor>): MethodLoss;
  /** Sizes of the parts that a batch of `size` images is split into before normalisation. Default: one part. */
  normalizedBatches?(size: number): number[];
  /**
   * The lowest loss that any network can reach: a lower one means that labels or λ are wired wrongly. In nats, of `aux`, or
   * of `main` in a method with one branch.
   */
  lossFloor?(draws: MethodDraws, labels: Int32Array): number;
}

/** A training method. */
export interface Method extends MethodSteps {
  /** The BN branches that it trains. */
  readonly branches: readonly Branch[];
}
