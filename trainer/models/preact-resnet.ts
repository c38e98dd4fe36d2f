import type { Branch } from '../run/events';
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

/**
 * A pre-activation block (He et al. 2016, Identity Mappings): BN-ReLU-convolution twice. The shortcut convolution works
 * on the activated tensor. Names as in kuangliu/pytorch-cifar.
 */
class PreActBlock {
  private readonly bn1: DualBatchNorm;
  private readonly conv1: Convolution;
  private readonly bn2: DualBatchNorm;
  private readonly conv2: Convolution;
  private readonly shortcut?: Convolution;
  readonly specs: ParameterSpec[];

  constructor(name: string, inChannels: number, channels: number, stride: number, branches: readonly Branch[]) {
    this.bn1 = new DualBatchNorm(`${name}.bn1`, inChannels, branches);
    this.conv1 = new Convolution(`${name}.conv1`, inChannels, channels, 3, stride);
    this.bn2 = new DualBatchNorm(`${name}.bn2`, channels, branches);
    this.conv2 = new Convolution(`${name}.conv2`, channels, channels, 3);
    if (stride !== 1 || inChannels !== channels) {
      this.shortcut = new Convolution(`${name}.shortcut.0`, inChannels, channels, 1, stride);
    }
    this.specs = [this.bn1, this.conv1, this.bn2, this.conv2, ...(this.shortcut ? [this.shortcut] : [])].flatMap(
      (l) => l.specs,
    );
  }

  /** [N, H, W, in] → [N, H/stride, W/stride, channels] */
  forward(streams: Stream[], context: ForwardContext): Stream[] {
    const activated = relu(this.bn1.forward(streams, context));
    const shortcut = this.shortcut ? this.shortcut.forward(activated, context) : streams;
    const inner = this.conv1.forward(activated, context); // [N, H/stride, W/stride, channels]
    return addStreams(this.conv2.forward(relu(this.bn2.forward(inner, context)), context), shortcut);
  }
}

/**
 * Pre-activation ResNet-18 for small images: 3×3 stem with stride 1 and no BN, stages of width·{1, 2, 4, 8}, two blocks
 * each. 11,218,340 parameters at width 64 and 100 classes; 11,217,316 without the final BN.
 */
export class PreActResNet18 implements Network {
  readonly reduction = 8;
  private readonly stem: Convolution;
  private readonly blocks: PreActBlock[] = [];
  private readonly finalBn?: DualBatchNorm;
  private readonly linear: Linear;
  readonly specs: readonly ParameterSpec[];

  constructor(options: { width: number; classes: number; branches: readonly Branch[]; finalNormalization: boolean }) {
    const { width, classes, branches } = options;
    this.stem = new Convolution('conv1', 3, width, 3);
    let channels = width;
    for (let stage = 1; stage <= 4; stage++) {
      const stageChannels = width * 2 ** (stage - 1);
      for (let block = 0; block < 2; block++) {
        const stride = stage > 1 && block === 0 ? 2 : 1;
        this.blocks.push(new PreActBlock(`layer${stage}.${block}`, channels, stageChannels, stride, branches));
        channels = stageChannels;
      }
    }
    if (options.finalNormalization) this.finalBn = new DualBatchNorm('bn', channels, branches);
    this.linear = new Linear('linear', channels, classes);
    const layers = [this.stem, ...this.blocks, ...(this.finalBn ? [this.finalBn] : []), this.linear];
    this.specs = layers.flatMap((layer) => layer.specs);
  }

  forward(images: Stream[], context: ForwardContext): NetworkOutput[] {
    let streams = this.stem.forward(images, context); // [N, S, S, width]
    for (const block of this.blocks) streams = block.forward(streams, context); // … [N, S/8, S/8, 8·width]
    if (this.finalBn) streams = relu(this.finalBn.forward(streams, context));
    return streams.map((stream) => ({
      features: stream.x,
      logits: this.linear.forward(globalAveragePool(stream), context), // [N, classes]
    }));
  }
}
