import type { Branch } from '../run/events';
import { DualBatchNorm } from './dual-batch-norm';
import {
  addStreams,
  Convolution,
  type ForwardContext,
  globalAveragePool,
  Linear,
  maxPool3x3,
  type ParameterSpec,
  relu,
  type Stream,
} from './layers';
import type { Network, NetworkOutput } from './network';

/** Two 3×3 convolutions with a residual connection (He et al. 2015). Names as in torchvision. */
class BasicBlock {
  private readonly conv1: Convolution;
  private readonly bn1: DualBatchNorm;
  private readonly conv2: Convolution;
  private readonly bn2: DualBatchNorm;
  private readonly downsample?: { convolution: Convolution; bn: DualBatchNorm };
  readonly specs: ParameterSpec[];

  constructor(name: string, inChannels: number, channels: number, stride: number, branches: readonly Branch[]) {
    this.conv1 = new Convolution(`${name}.conv1`, inChannels, channels, 3, stride);
    this.bn1 = new DualBatchNorm(`${name}.bn1`, channels, branches);
    this.conv2 = new Convolution(`${name}.conv2`, channels, channels, 3);
    this.bn2 = new DualBatchNorm(`${name}.bn2`, channels, branches);
    if (stride !== 1 || inChannels !== channels) {
      this.downsample = {
        convolution: new Convolution(`${name}.downsample.0`, inChannels, channels, 1, stride),
        bn: new DualBatchNorm(`${name}.downsample.1`, channels, branches),
      };
    }
    const downsample = this.downsample ? [this.downsample.convolution, this.downsample.bn] : [];
    this.specs = [this.conv1, this.bn1, this.conv2, this.bn2, ...downsample].flatMap((layer) => layer.specs);
  }

  /** [N, H, W, in] → [N, H/stride, W/stride, channels] */
  forward(streams: Stream[], context: ForwardContext): Stream[] {
    const inner = relu(this.bn1.forward(this.conv1.forward(streams, context), context)); // [N, H/stride, W/stride, channels]
    const outer = this.bn2.forward(this.conv2.forward(inner, context), context);
    const shortcut = this.downsample
      ? this.downsample.bn.forward(this.downsample.convolution.forward(streams, context), context)
      : streams;
    return relu(addStreams(outer, shortcut));
  }
}

/**
 * ResNet-18 as torchvision has it: 7×7 stem with stride 2, max pool, stages of width·{1, 2, 4, 8}, two blocks each;
 * 11,227,812 parameters at width 64 and 100 classes. With `stem: "cifar"` the stem is 3×3 with stride 1, no pool.
 */
export class ResNet18 implements Network {
  readonly reduction: number;
  private readonly conv1: Convolution;
  private readonly bn1: DualBatchNorm;
  private readonly pools: boolean;
  private readonly blocks: BasicBlock[] = [];
  private readonly fc: Linear;
  readonly specs: readonly ParameterSpec[];

  constructor(options: { width: number; classes: number; branches: readonly Branch[]; stem: 'imagenet' | 'cifar' }) {
    const { width, classes, branches, stem } = options;
    this.pools = stem === 'imagenet';
    this.reduction = stem === 'imagenet' ? 32 : 8;
    this.conv1 = stem === 'imagenet' ? new Convolution('conv1', 3, width, 7, 2) : new Convolution('conv1', 3, width, 3);
    this.bn1 = new DualBatchNorm('bn1', width, branches);
    let channels = width;
    for (let stage = 1; stage <= 4; stage++) {
      const stageChannels = width * 2 ** (stage - 1);
      for (let block = 0; block < 2; block++) {
        const stride = stage > 1 && block === 0 ? 2 : 1;
        this.blocks.push(new BasicBlock(`layer${stage}.${block}`, channels, stageChannels, stride, branches));
        channels = stageChannels;
      }
    }
    this.fc = new Linear('fc', channels, classes);
    this.specs = [this.conv1, this.bn1, ...this.blocks, this.fc].flatMap((layer) => layer.specs);
  }

  forward(images: Stream[], context: ForwardContext): NetworkOutput[] {
    let streams = relu(this.bn1.forward(this.conv1.forward(images, context), context)); // [N, S/2, S/2, width], cifar: [N, S, S, width]
    if (this.pools) streams = maxPool3x3(streams); // [N, S/4, S/4, width]
    for (const block of this.blocks) streams = block.forward(streams, context); // [N, S/32, S/32, 8·width], cifar: S/8
    return streams.map((stream) => ({
      features: stream.x,
      logits: this.fc.forward(globalAveragePool(stream), context), // [N, classes]
    }));
  }
}
