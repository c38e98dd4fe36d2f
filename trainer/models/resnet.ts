import type { Branch } from '../../common/weights/branch';
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
import {
  type Block,
  type BlockPlace,
  blockPlaces,
  forwardStages,
  inStages,
  type ResNetDepth,
  resNetDepths,
} from './residual-block';

/** The shortcut of a block: where the shape changes a normalised 1×1 convolution, else the block's input as it is. */
class Shortcut {
  private readonly downsample?: { convolution: Convolution; bn: DualBatchNorm };
  readonly specs: ParameterSpec[] = [];

  constructor({ name, inChannels, outChannels, stride, branches }: BlockPlace) {
    if (stride === 1 && inChannels === outChannels) return;
    const convolution = new Convolution(`${name}.downsample.0`, inChannels, outChannels, 1, stride);
    const bn = new DualBatchNorm(`${name}.downsample.1`, outChannels, branches);
    this.downsample = { convolution, bn };
    this.specs = [...convolution.specs, ...bn.specs];
  }

  forward(streams: Stream[], context: ForwardContext): Stream[] {
    if (!this.downsample) return streams;
    return this.downsample.bn.forward(this.downsample.convolution.forward(streams, context), context);
  }
}

/** Two 3×3 convolutions with a residual connection (He et al. 2015). Names as in torchvision. */
class BasicBlock implements Block {
  private readonly conv1: Convolution;
  private readonly bn1: DualBatchNorm;
  private readonly conv2: Convolution;
  private readonly bn2: DualBatchNorm;
  private readonly shortcut: Shortcut;
  readonly specs: ParameterSpec[];

  constructor(place: BlockPlace) {
    const { name, inChannels, channels, stride, branches } = place;
    this.conv1 = new Convolution(`${name}.conv1`, inChannels, channels, 3, stride);
    this.bn1 = new DualBatchNorm(`${name}.bn1`, channels, branches);
    this.conv2 = new Convolution(`${name}.conv2`, channels, channels, 3);
    this.bn2 = new DualBatchNorm(`${name}.bn2`, channels, branches);
    this.shortcut = new Shortcut(place);
    this.specs = [this.conv1, this.bn1, this.conv2, this.bn2, this.shortcut].flatMap(({ specs }) => specs);
  }

  forward(streams: Stream[], context: ForwardContext): Stream[] {
    const inner = relu(this.bn1.forward(this.conv1.forward(streams, context), context)); // [N, H/stride, W/stride, channels]
    const outer = this.bn2.forward(this.conv2.forward(inner, context), context);
    return relu(addStreams(outer, this.shortcut.forward(streams, context)));
  }
}

/** Three convolutions, 1×1, 3×3 (which has the stride, torchvision's v1.5) and 1×1 to four times the channels. */
class Bottleneck implements Block {
  private readonly conv1: Convolution;
  private readonly bn1: DualBatchNorm;
  private readonly conv2: Convolution;
  private readonly bn2: DualBatchNorm;
  private readonly conv3: Convolution;
  private readonly bn3: DualBatchNorm;
  private readonly shortcut: Shortcut;
  readonly specs: ParameterSpec[];

  constructor(place: BlockPlace) {
    const { name, inChannels, channels, outChannels, stride, branches } = place;
    this.conv1 = new Convolution(`${name}.conv1`, inChannels, channels, 1);
    this.bn1 = new DualBatchNorm(`${name}.bn1`, channels, branches);
    this.conv2 = new Convolution(`${name}.conv2`, channels, channels, 3, stride);
    this.bn2 = new DualBatchNorm(`${name}.bn2`, channels, branches);
    this.conv3 = new Convolution(`${name}.conv3`, channels, outChannels, 1);
    this.bn3 = new DualBatchNorm(`${name}.bn3`, outChannels, branches);
    this.shortcut = new Shortcut(place);
    const inner = [this.conv1, this.bn1, this.conv2, this.bn2, this.conv3, this.bn3];
    this.specs = [...inner, this.shortcut].flatMap(({ specs }) => specs);
  }

  forward(streams: Stream[], context: ForwardContext): Stream[] {
    const narrow = relu(this.bn1.forward(this.conv1.forward(streams, context), context)); // [N, H, W, channels]
    const inner = relu(this.bn2.forward(this.conv2.forward(narrow, context), context)); // [N, H/stride, W/stride, channels]
    const outer = this.bn3.forward(this.conv3.forward(inner, context), context); // [N, H/stride, W/stride, 4·channels]
    return relu(addStreams(outer, this.shortcut.forward(streams, context)));
  }
}

/**
 * ResNet as torchvision has it: 7×7 stem with stride 2, max pool, stages of width·{1, 2, 4, 8}. ResNet-18 has two plain
 * blocks a stage, ResNet-50 has 3, 4, 6, 3 bottlenecks; 11,227,812 and 23,712,932 parameters at width 64 and 100
 * classes. With `stem: "cifar"` the stem is 3×3 with stride 1, no pool.
 */
export class ResNet implements Network {
  readonly reduction: number;
  private readonly conv1: Convolution;
  private readonly bn1: DualBatchNorm;
  private readonly pools: boolean;
  private readonly stages: readonly Block[][];
  private readonly fc: Linear;
  readonly specs: readonly ParameterSpec[];

  constructor(options: {
    depth: ResNetDepth;
    width: number;
    classes: number;
    branches: readonly Branch[];
    stem: 'imagenet' | 'cifar';
  }) {
    const { depth, width, classes, branches, stem } = options;
    this.pools = stem === 'imagenet';
    this.reduction = stem === 'imagenet' ? 32 : 8;
    this.conv1 = stem === 'imagenet' ? new Convolution('conv1', 3, width, 7, 2) : new Convolution('conv1', 3, width, 3);
    this.bn1 = new DualBatchNorm('bn1', width, branches);
    const places = blockPlaces(depth, width, branches);
    const { isBottleneck } = resNetDepths[depth];
    this.stages = inStages(places, (place) => (isBottleneck ? new Bottleneck(place) : new BasicBlock(place)));
    const features = places[places.length - 1].outChannels;
    this.fc = new Linear('fc', features, classes);
    this.specs = [this.conv1, this.bn1, ...this.stages.flat(), this.fc].flatMap((layer) => layer.specs);
  }

  forward(images: Stream[], context: ForwardContext): NetworkOutput[] {
    let streams = relu(this.bn1.forward(this.conv1.forward(images, context), context)); // [N, S/2, S/2, width], cifar: [N, S, S, width]
    if (this.pools) streams = maxPool3x3(streams); // [N, S/4, S/4, width]
    streams = forwardStages(this.stages, streams, context); // [N, S/32, S/32, 8·width, bottlenecks: 32·width], cifar: S/8
    return streams.map((stream) => ({
      features: stream.x,
      logits: this.fc.forward(globalAveragePool(stream), context), // [N, classes]
    }));
  }
}
