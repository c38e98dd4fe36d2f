import type { Branch } from '../../common/weights/branch';
import { DualBatchNorm } from './dual-batch-norm';
import {
  addStreams,
  Convolution,
  type ForwardContext,
  globalAveragePool,
  Linear,
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

/** The shortcut of a pre-activation block: a convolution of the activated tensor where the shape changes, else the raw tensor. */
function shortcutOf({ name, inChannels, outChannels, stride }: BlockPlace): Convolution | undefined {
  if (stride === 1 && inChannels === outChannels) return undefined;
  return new Convolution(`${name}.shortcut.0`, inChannels, outChannels, 1, stride);
}

/**
 * A pre-activation block (He et al. 2016, Identity Mappings): BN-ReLU-convolution twice, 3×3 each. The shortcut convolution
 * works on the activated tensor. Names as in kuangliu/pytorch-cifar.
 */
class PreActBlock implements Block {
  private readonly bn1: DualBatchNorm;
  private readonly conv1: Convolution;
  private readonly bn2: DualBatchNorm;
  private readonly conv2: Convolution;
  private readonly shortcut?: Convolution;
  readonly specs: ParameterSpec[];

  constructor(place: BlockPlace) {
    const { name, inChannels, channels, stride, branches } = place;
    this.bn1 = new DualBatchNorm(`${name}.bn1`, inChannels, branches);
    this.conv1 = new Convolution(`${name}.conv1`, inChannels, channels, 3, stride);
    this.bn2 = new DualBatchNorm(`${name}.bn2`, channels, branches);
    this.conv2 = new Convolution(`${name}.conv2`, channels, channels, 3);
    this.shortcut = shortcutOf(place);
    const layers = [this.bn1, this.conv1, this.bn2, this.conv2, ...(this.shortcut ? [this.shortcut] : [])];
    this.specs = layers.flatMap(({ specs }) => specs);
  }

  forward(streams: Stream[], context: ForwardContext): Stream[] {
    const activated = relu(this.bn1.forward(streams, context));
    const shortcut = this.shortcut ? this.shortcut.forward(activated, context) : streams;
    const inner = this.conv1.forward(activated, context); // [N, H/stride, W/stride, channels]
    return addStreams(this.conv2.forward(relu(this.bn2.forward(inner, context)), context), shortcut);
  }
}

/** The same with three convolutions, 1×1, 3×3 (which has the stride) and 1×1, the last to four times the channels. */
class PreActBottleneck implements Block {
  private readonly bn1: DualBatchNorm;
  private readonly conv1: Convolution;
  private readonly bn2: DualBatchNorm;
  private readonly conv2: Convolution;
  private readonly bn3: DualBatchNorm;
  private readonly conv3: Convolution;
  private readonly shortcut?: Convolution;
  readonly specs: ParameterSpec[];

  constructor(place: BlockPlace) {
    const { name, inChannels, channels, outChannels, stride, branches } = place;
    this.bn1 = new DualBatchNorm(`${name}.bn1`, inChannels, branches);
    this.conv1 = new Convolution(`${name}.conv1`, inChannels, channels, 1);
    this.bn2 = new DualBatchNorm(`${name}.bn2`, channels, branches);
    this.conv2 = new Convolution(`${name}.conv2`, channels, channels, 3, stride);
    this.bn3 = new DualBatchNorm(`${name}.bn3`, channels, branches);
    this.conv3 = new Convolution(`${name}.conv3`, channels, outChannels, 1);
    this.shortcut = shortcutOf(place);
    const inner = [this.bn1, this.conv1, this.bn2, this.conv2, this.bn3, this.conv3];
    this.specs = [...inner, ...(this.shortcut ? [this.shortcut] : [])].flatMap(({ specs }) => specs);
  }

  forward(streams: Stream[], context: ForwardContext): Stream[] {
    const activated = relu(this.bn1.forward(streams, context));
    const shortcut = this.shortcut ? this.shortcut.forward(activated, context) : streams;
    const narrow = this.conv1.forward(activated, context); // [N, H, W, channels]
    const inner = this.conv2.forward(relu(this.bn2.forward(narrow, context)), context); // [N, H/stride, W/stride, channels]
    return addStreams(this.conv3.forward(relu(this.bn3.forward(inner, context)), context), shortcut);
  }
}

/**
 * Pre-activation ResNet for small images: 3×3 stem with stride 1 and no BN, stages of width·{1, 2, 4, 8}. ResNet-18 has
 * two plain blocks a stage, ResNet-50 has 3, 4, 6, 3 bottlenecks. At width 64 and 100 classes 11,218,340 and 23,697,572
 * parameters, without the final BN 11,217,316 and 23,693,476.
 */
export class PreActResNet implements Network {
  readonly reduction = 8;
  private readonly stem: Convolution;
  private readonly stages: readonly Block[][];
  private readonly finalBn?: DualBatchNorm;
  private readonly linear: Linear;
  readonly specs: readonly ParameterSpec[];

  constructor(options: {
    depth: ResNetDepth;
    width: number;
    classes: number;
    branches: readonly Branch[];
    finalNormalization: boolean;
  }) {
    const { depth, width, classes, branches } = options;
    this.stem = new Convolution('conv1', 3, width, 3);
    const places = blockPlaces(depth, width, branches);
    const { isBottleneck } = resNetDepths[depth];
    this.stages = inStages(places, (place) => (isBottleneck ? new PreActBottleneck(place) : new PreActBlock(place)));
    const features = places[places.length - 1].outChannels;
    if (options.finalNormalization) this.finalBn = new DualBatchNorm('bn', features, branches);
    this.linear = new Linear('linear', features, classes);
    const layers = [this.stem, ...this.stages.flat(), ...(this.finalBn ? [this.finalBn] : []), this.linear];
    this.specs = layers.flatMap((layer) => layer.specs);
  }

  forward(images: Stream[], context: ForwardContext): NetworkOutput[] {
    let streams = this.stem.forward(images, context); // [N, S, S, width]
    streams = forwardStages(this.stages, streams, context); // [N, S/8, S/8, 8·width, bottlenecks: 32·width]
    if (this.finalBn) streams = relu(this.finalBn.forward(streams, context));
    return streams.map((stream) => ({
      features: stream.x,
      logits: this.linear.forward(globalAveragePool(stream), context), // [N, classes]
    }));
  }
}
