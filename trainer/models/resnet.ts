import { DualBatchNorm } from './dual-batch-norm';
import {
  addStreams,
  Classifier,
  Convolution,
  type ForwardContext,
  maxPool3x3,
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

/** A convolution with the normalisation of its output. */
interface Unit {
  conv: Convolution;
  bn: DualBatchNorm;
}

/**
 * A block with a residual connection (He et al. 2015): convolution-BN twice, in a bottleneck three times, with a ReLU after
 * each, the last one after the addition. Where the shape changes, the shortcut is a normalised convolution of the block's
 * input. Names as in torchvision.
 */
class ResidualBlock implements Block {
  private readonly units: readonly Unit[];
  private readonly downsample?: Unit;
  readonly specs: ParameterSpec[];

  constructor(spec: BlockSpec) {
    const { name, outChannels, branches } = spec;
    this.units = residualPath(spec).map((conv, i) => {
      return { conv, bn: new DualBatchNorm(`${name}.bn${i + 1}`, conv.outChannels, branches) };
    });
    const conv = shortcutConvolution('downsample.0', spec);
    if (conv) this.downsample = { conv, bn: new DualBatchNorm(`${name}.downsample.1`, outChannels, branches) };
    const units = [...this.units, ...(this.downsample ? [this.downsample] : [])];
    this.specs = units.flatMap((unit) => [...unit.conv.specs, ...unit.bn.specs]);
  }

  forward(streams: Stream[], context: ForwardContext): Stream[] {
    const through = (current: Stream[], { conv, bn }: Unit) => bn.forward(conv.forward(current, context), context);
    const outer = this.units.reduce((current, unit, i) => through(i === 0 ? current : relu(current), unit), streams);
    return relu(addStreams(outer, this.downsample ? through(streams, this.downsample) : streams));
  }
}

/**
 * ResNet as torchvision has it: 7×7 stem with stride 2, max pool, stages of width·{1, 2, 4, 8}. ResNet-18 has two plain
 * blocks a stage, ResNet-50 has 3, 4, 6, 3 bottlenecks; 11,227,812 and 23,712,932 parameters at width 64 and 100
 * classes. With `stem: "cifar"` the stem is 3×3 with stride 1, no pool.
 */
export class ResNet implements Network {
  private readonly conv1: Convolution;
  private readonly bn1: DualBatchNorm;
  private readonly pools: boolean;
  private readonly stages: readonly Block[][];
  private readonly fc: Classifier;
  readonly specs: readonly ParameterSpec[];

  constructor(options: ResNetOptions & { stem: 'imagenet' | 'cifar' }) {
    const { width, classes, branches, stem } = options;
    this.pools = stem === 'imagenet';
    this.conv1 = stem === 'imagenet' ? new Convolution('conv1', 3, width, 7, 2) : new Convolution('conv1', 3, width, 3);
    this.bn1 = new DualBatchNorm('bn1', width, branches);
    const { stages, features } = buildStages(options, (spec) => new ResidualBlock(spec));
    this.stages = stages;
    this.fc = new Classifier('fc', features, classes);
    this.specs = [this.conv1, this.bn1, ...this.stages.flat(), this.fc].flatMap((layer) => layer.specs);
  }

  forward(images: Stream[], context: ForwardContext): NetworkOutput[] {
    let streams = relu(this.bn1.forward(this.conv1.forward(images, context), context)); // [N, S/2, S/2, width], cifar: [N, S, S, width]
    if (this.pools) streams = maxPool3x3(streams); // [N, S/4, S/4, width]
    return this.fc.forward(forwardStages(this.stages, streams, context), context);
  }
}
