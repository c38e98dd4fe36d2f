import {
  add,
  clone,
  dispose,
  engine,
  keep,
  mul,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
  zeros,
} from '@tensorflow/tfjs-core';
import type { Branch } from '../../common/weights/branch';
import { branchOf } from '../../common/weights/branch-names';
import type { Forward, Passes, PassLoss, TrainingPassOptions, TrainingPassResult } from '../methods/method';
import { isNormalization, isTrainable, type Normalized, type ParameterSpec, type Stream } from '../models/layers';
import type { Network } from '../models/network';

/** The kind of a pass: one that trains, or one that only computes the gradient of images. */
export type PassKind = 'training' | 'attack';

/** Observes where batches really go. */
export interface PassObserver {
  /** Images [N, S, S, 3] enter the network. */
  onForward(pass: PassKind, streams: readonly Stream[]): void;
  /** @param updates whether the layer's running statistics are moved by it */
  onNormalize(pass: PassKind, normalized: Normalized, updates: boolean): void;
}

/** The passes of one step through a network. Must live inside a `tidy`. */
export class NetworkPasses implements Passes {
  /** New running statistics by name. */
  readonly statistics = new Map<string, Tensor1D>();
  private readonly sums = new Map<string, Tensor>();
  private readonly parameters: readonly ParameterSpec[];

  constructor(
    private readonly network: Network,
    private readonly values: ReadonlyMap<string, Tensor>,
    private readonly observer?: PassObserver,
  ) {
    this.parameters = network.specs.filter(({ role }) => isTrainable(role));
  }

  train<Loss extends PassLoss>(
    loss: (forward: Forward) => Loss,
    { gradientOf, normalizationScale }: TrainingPassOptions = {},
  ): TrainingPassResult<Loss> {
    const parameters = this.parameters.map(({ name }) => this.values.get(name)!);
    let terms: Loss;
    const run = () => {
      terms = loss(this.forward('training', this.statistics));
      // What outlives the forward pass, besides its result, must survive its clean-up.
      for (const tensor of [...(Object.values(terms) as Scalar[]), ...this.statistics.values()]) keep(tensor);
      return terms.total;
    };
    // A pass through one branch has no gradients for the other's γ and β.
    const { grads } = engine().gradients(run, [...parameters, ...(gradientOf ? [gradientOf] : [])], undefined, true);
    for (const [i, spec] of this.parameters.entries()) {
      const gradient = grads[i] as Tensor | undefined;
      if (gradient) this.addGradient(spec, gradient, normalizationScale);
    }
    const scalars = Object.entries(terms!) as [string, Scalar][];
    const kept = [...scalars.map(([, scalar]) => scalar), ...this.statistics.values()];
    const handedOver = Object.fromEntries(scalars.map(([name, scalar]) => [name, clone(scalar)])) as unknown as Loss;
    for (const [name, statistic] of this.statistics) this.statistics.set(name, clone(statistic));
    dispose(kept);
    return { loss: handedOver, ...(gradientOf && { imageGradient: grads[parameters.length] as Tensor4D }) };
  }

  imageGradient(x: Tensor4D, batchNorm: 'running' | 'batch', loss: (forward: Forward) => Scalar): Tensor4D {
    // The batch's statistics are discarded.
    const statistics = batchNorm === 'batch' ? new Map<string, Tensor1D>() : undefined;
    return engine().gradients(() => loss(this.forward('attack', statistics)), [x]).grads[0] as Tensor4D;
  }

  /** The sums of the gradients of all training passes so far, by parameter; zeros without any. */
  gradients(): Map<string, Tensor> {
    return new Map(this.parameters.map(({ name, shape }) => [name, this.sums.get(name) ?? zeros(shape)]));
  }

  private forward(pass: PassKind, newStatistics: Map<string, Tensor1D> | undefined): Forward {
    const { network, observer, values } = this;
    return (...streams) => {
      observer?.onForward(pass, streams);
      const onNormalize =
        observer &&
        ((normalized: Normalized) => observer.onNormalize(pass, normalized, newStatistics === this.statistics));
      return network.forward(streams, { values, newStatistics, onNormalize }).map(({ logits }) => logits);
    };
  }

  private addGradient(
    { name, role }: ParameterSpec,
    gradient: Tensor,
    scale: Partial<Record<Branch, number>> | undefined,
  ): void {
    const factor = (isNormalization(role) && scale?.[branchOf(name)]) || 1;
    const scaled = factor === 1 ? gradient : mul(gradient, factor);
    const before = this.sums.get(name);
    this.sums.set(name, before ? add(before, scaled) : scaled);
  }
}
