import type { ForwardContext, NetworkOutput, ParameterSpec, Stream } from './layers';

/** A network: its tensors, and its forward pass over any number of (batch, branch) streams. */
export interface Network {
  readonly specs: readonly ParameterSpec[];
  /** `streams`: images [N, S, S, 3], normalised, each with its branch. One output a stream, in order. */
  forward(streams: Stream[], context: ForwardContext): NetworkOutput[];
}
