import { DualBatchNorm } from './dual-batch-norm';
import {
  addStreams,
  Classifier,
  Convolution,
  type ForwardContext,
  type NetworkOutput,
  type ParameterSpec,
  relu,
  type Stream,
} from './layers';
import type { Network } from './network';
import {
  type Block,
  type BlockSpec,
  buildStages,
  forwardStages,
  type ResNetOptions,
  residualPath,
  shortcutConvolution,
} from './residual-block';

/**
 * A pre-activation block (He et al. 2016, Identity Mappings): BN-ReLU-convolution twice, in a bottleneck three times. Where
 * the shape changes, the shortcut is a convolution of the activated tensor. Names as in kuangliu/pytorch-cifar.
 */
class PreActBlock implements Block {
  private readonly units: readonly { bn: DualBatchNorm; conv: Convolution }[];
  private readonly shortcut?: Convolution;
  readonly specs: ParameterSpec[];

  constructor(spec: BlockSpec) {
    const { name, branches } = spec;
    this.units = residualPath(spec).map((conv, i) => {
      return { bn: new DualBatchNorm(`${name}.bn${i + 1}`, conv.inChannels, branches), conv };
    });
    this.shortcut = shortcutConvolution('shortcut.0', spec);
    const inner = this.units.flatMap(({ bn, conv }) => [...bn.specs, ...conv.specs]);
    this.specs = [...inner, ...(this.shortcut?.specs ?? [])];
  }

  forward(streams: Stream[], context: ForwardContext): Stream[] {
    let shortcut = streams;
    let current = streams;
    for (const [i, { bn, conv }] of this.units.entries()) {
      const activated = relu(bn.forward(current, context));
      if (i === 0 && this.shortcut) shortcut = this.shortcut.forward(activated, context);
      current = conv.forward(activated, context);
    }
    return addStreams(current, shortcut);
  }
}

/**
 * Pre-activation ResNet for small images: 3×3 stem with stride 1 and no BN, stages of width·{1, 2, 4, 8}. ResNet-18 has
 * two plain blocks a stage, ResNet-50 has 3, 4, 6, 3 bottlenecks. At width 64 and 100 classes 11,218,340 and 23,697,572
 * parameters, without the final BN 11,217,316 and 23,693,476.
 */
export class PreActResNet implements Network {
  private readonly stem: Convolution;
  private readonly stages: readonly Block[][];
  private readonly finalBn?: DualBatchNorm;
  private readonly linear: Classifier;
  readonly specs: readonly ParameterSpec[];

  constructor(options: ResNetOptions & { finalNormalization: boolean }) {
    const { width, classes, branches } = options;
    this.stem = new Convolution('conv1', 3, width, 3);
    const { stages, features } = buildStages(options, (spec) => new PreActBlock(spec));
    this.stages = stages;
    if (options.finalNormalization) this.finalBn = new DualBatchNorm('bn', features, branches);
    this.linear = new Classifier('linear', features, classes);
    const layers = [this.stem, ...this.stages.flat(), ...(this.finalBn ? [this.finalBn] : []), this.linear];
    this.specs = layers.flatMap((layer) => layer.specs);
  }

  forward(images: Stream[], context: ForwardContext): NetworkOutput[] {
    let streams = this.stem.forward(images, context); // [N, S, S, width]
    streams = forwardStages(this.stages, streams, context);
    if (this.finalBn) streams = relu(this.finalBn.forward(streams, context));
    return this.linear.forward(streams, context);
  }
}
