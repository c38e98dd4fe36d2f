import { add, mul, rsqrt, sub, type Tensor1D, type Tensor4D } from '@tensorflow/tfjs-core';
import type { Branch } from '../../common/weights/branch';
import { branchPrefix } from '../../common/weights/branch-names';
import { batchNormTraining } from '../ops/batch-norm-training';
import { type ForwardContext, namedTensor, type ParameterSpec, type Stream } from './layers';

/** PyTorch's defaults: ε under the root, and the share of the batch in the running statistics. */
const batchNormEpsilon = 1e-5;
const batchNormMomentum = 0.1;

/**
 * A normalisation layer with one branch (main) or two (main and aux), each with its own γ, β, running mean and running
 * variance. The aux branch of a layer L is stored as `L.aux_bn.0.*`, as timm's SplitBatchNorm2d does, so that a
 * checkpoint without these names is an ordinary network.
 */
export class DualBatchNorm {
  readonly specs: ParameterSpec[];

  constructor(
    readonly name: string,
    readonly channels: number,
    branches: readonly Branch[],
  ) {
    this.specs = branches.flatMap((branch): ParameterSpec[] => {
      const prefix = branchPrefix(name, branch);
      return [
        { name: `${prefix}.weight`, shape: [channels], role: 'normalization-weight' },
        { name: `${prefix}.bias`, shape: [channels], role: 'normalization-bias' },
        { name: `${prefix}.running_mean`, shape: [channels], role: 'running-mean' },
        { name: `${prefix}.running_var`, shape: [channels], role: 'running-variance' },
      ];
    });
  }

  /** [N, H, W, C] → the same shape, each stream through its own branch. */
  forward(streams: Stream[], context: ForwardContext): Stream[] {
    return streams.map((stream, index) => {
      const statistics = context.newStatistics ? 'batch' : 'running';
      context.onNormalize?.({ layer: this.name, index, branch: stream.branch, statistics });
      return { ...stream, x: this.normalize(stream, context) };
    });
  }

  private normalize({ x, branch }: Stream, context: ForwardContext): Tensor4D {
    const prefix = branchPrefix(this.name, branch);
    const gamma = namedTensor<Tensor1D>(context, `${prefix}.weight`);
    const beta = namedTensor<Tensor1D>(context, `${prefix}.bias`);
    // A second batch through the same branch moves on from where the first has left them.
    const running = (name: string) => context.newStatistics?.get(name) ?? namedTensor<Tensor1D>(context, name);
    const runningMean = running(`${prefix}.running_mean`);
    const runningVariance = running(`${prefix}.running_var`);
    if (!context.newStatistics) {
      const scale = mul(gamma, rsqrt(add(runningVariance, batchNormEpsilon)));
      return add(mul(x, scale), sub(beta, mul(runningMean, scale))) as Tensor4D;
    }
    const count = x.shape[0] * x.shape[1] * x.shape[2];
    if (count === 1) {
      throw new Error(
        `${this.name} sees a single value a channel (one image, 1×1), which cannot be normalised: ` +
          'choose a batch size that leaves no single image over, or larger images',
      );
    }
    const { y, mean, unbiasedVariance } = batchNormTraining(x, gamma, beta, batchNormEpsilon);
    context.newStatistics.set(`${prefix}.running_mean`, runningAverage(runningMean, mean));
    context.newStatistics.set(`${prefix}.running_var`, runningAverage(runningVariance, unbiasedVariance));
    return y;
  }
}

/** 0.9·running + 0.1·batch. */
function runningAverage(running: Tensor1D, batch: Tensor1D): Tensor1D {
  return add(mul(running, 1 - batchNormMomentum), mul(batch, batchNormMomentum));
}
