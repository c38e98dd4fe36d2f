import {
  add,
  conv2d,
  matMul,
  maxPool,
  mean,
  relu as reluOp,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import type { Branch } from '../../common/weights/branch';

/** A batch on its way through the network: activations [N, H, W, C] and the normalisation branch it takes. */
export interface Stream {
  x: Tensor4D;
  branch: Branch;
  /** Its name in records of routing: "clean", "mixed". */
  batch?: string;
}

/** What a normalisation layer does with a batch. */
export interface Normalized {
  layer: string;
  /** Which of the forward pass's streams it is. */
  index: number;
  branch: Branch;
  statistics: 'batch' | 'running';
}

/** What a forward pass needs besides its input. */
export interface ForwardContext {
  /** Parameters and running statistics by name, in tfjs layouts. */
  readonly values: ReadonlyMap<string, Tensor>;
  /**
   * Training: normalise with the batch's statistics and put the new running statistics here, by name. Absent: normalise
   * with the running statistics and update nothing.
   */
  readonly newStatistics?: Map<string, Tensor1D>;
  /** Called for every batch that goes through a normalisation layer. */
  readonly onNormalize?: (normalized: Normalized) => void;
  /** Called with the output of a stage (1 to 4); its result replaces the output. */
  readonly afterStage?: (stage: number, streams: Stream[]) => Stream[];
}

/** Determines how a tensor is initialised, and whether it is trained. */
export type ParameterRole =
  | 'convolution'
  | 'linear-weight'
  | 'linear-bias'
  | 'normalization-weight'
  | 'normalization-bias'
  | 'running-mean'
  | 'running-variance';

/** One tensor of a network. Shapes are tfjs's: filters [KH, KW, in, out], linear weights [in, out]. */
export interface ParameterSpec {
  name: string;
  shape: number[];
  role: ParameterRole;
}

export const isTrainable = (role: ParameterRole): boolean => role !== 'running-mean' && role !== 'running-variance';

/** Whether a tensor belongs to a normalisation layer: γ, β and the running statistics. */
export const isNormalization = (role: ParameterRole): boolean =>
  !isTrainable(role) || role.startsWith('normalization-');

/** Whether a tensor belongs to the linear layer at the end. */
export const isHead = (role: ParameterRole): boolean => role === 'linear-weight' || role === 'linear-bias';

/** @throws Error where it is missing: a bug, not a mistake of the user */
export function namedTensor<T extends Tensor>(context: ForwardContext, name: string): T {
  const value = context.values.get(name);
  if (!value) throw new Error(`the network has no tensor ${name}`);
  return value as T;
}

/** A convolution without bias. Padding is symmetric, as in PyTorch: tfjs's "same" pads strided layers differently. */
export class Convolution {
  readonly specs: ParameterSpec[];

  constructor(
    private readonly name: string,
    readonly inChannels: number,
    readonly outChannels: number,
    private readonly kernel: number,
    private readonly stride = 1,
  ) {
    this.specs = [{ name: `${name}.weight`, shape: [kernel, kernel, inChannels, outChannels], role: 'convolution' }];
  }

  /** [N, H, W, in] → [N, ⌈H/stride⌉, ⌈W/stride⌉, out] */
  forward(streams: Stream[], context: ForwardContext): Stream[] {
    const filter = namedTensor<Tensor4D>(context, `${this.name}.weight`);
    const padding = (this.kernel - 1) / 2;
    return streams.map(({ x, ...rest }) => ({ x: conv2d(x, filter, this.stride, padding), ...rest }));
  }
}

/** What a forward pass gives for one stream. */
export interface NetworkOutput {
  /** [N, classes] */
  logits: Tensor2D;
  /** The last feature map before global average pooling, [N, H, W, C]. */
  features: Tensor4D;
}

/** Global average pooling and a linear layer: y = mean over H and W of x, times W, plus b. */
export class Classifier {
  readonly specs: ParameterSpec[];

  constructor(
    private readonly name: string,
    features: number,
    classes: number,
  ) {
    this.specs = [
      { name: `${name}.weight`, shape: [features, classes], role: 'linear-weight' },
      { name: `${name}.bias`, shape: [classes], role: 'linear-bias' },
    ];
  }

  forward(streams: Stream[], context: ForwardContext): NetworkOutput[] {
    const weight = namedTensor<Tensor2D>(context, `${this.name}.weight`);
    const bias = namedTensor<Tensor1D>(context, `${this.name}.bias`);
    return streams.map(({ x: features }) => {
      const pooled = mean(features, [1, 2]) as Tensor2D; // [N, C]
      return { features, logits: add(matMul(pooled, weight), bias) as Tensor2D };
    });
  }
}

export function relu(streams: Stream[]): Stream[] {
  return streams.map(({ x, ...rest }) => ({ x: reluOp(x), ...rest }));
}

/** Residual addition, stream by stream. */
export function addStreams(a: Stream[], b: Stream[]): Stream[] {
  return a.map(({ x, ...rest }, i) => ({ x: add(x, b[i].x) as Tensor4D, ...rest }));
}

/** 3×3 max pooling with stride 2 and padding 1: [N, H, W, C] → [N, ⌈H/2⌉, ⌈W/2⌉, C]. */
export function maxPool3x3(streams: Stream[]): Stream[] {
  return streams.map(({ x, ...rest }) => ({ x: maxPool(x, 3, 2, 1), ...rest }));
}
