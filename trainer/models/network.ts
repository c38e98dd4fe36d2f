import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { ForwardContext, ParameterSpec, Stream } from './layers';

/** What a forward pass gives for one stream. */
export interface NetworkOutput {
  /** [N, classes] */
  logits: Tensor2D;
  /** The last feature map before global average pooling, [N, H, W, C]. */
  features: Tensor4D;
}

/** A network: its tensors, and its forward pass over any number of (batch, branch) streams. */
export interface Network {
  readonly specs: readonly ParameterSpec[];
  /** By how much the last feature map is smaller than the image, a side. */
  readonly reduction: number;
  /** `streams`: images [N, S, S, 3], normalised, each with its branch. One output a stream, in order. */
  forward(streams: Stream[], context: ForwardContext): NetworkOutput[];
}
