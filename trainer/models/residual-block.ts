import type { Branch } from '../../common/weights/branch';
import { Convolution, type ForwardContext, type ParameterSpec, type Stream } from './layers';

/** A residual block: [N, H, W, in] → [N, H/stride, W/stride, out]. */
export interface Block {
  readonly specs: ParameterSpec[];
  forward(streams: Stream[], context: ForwardContext): Stream[];
}

/** Name and sizes of a block. */
export interface BlockSpec {
  name: string;
  /** Whether it has three convolutions, the last with four times the channels, instead of two. */
  isBottleneck: boolean;
  inChannels: number;
  /** Of the 3×3 convolutions. */
  channels: number;
  outChannels: number;
  /** Of the first 3×3 convolution, or of the only one. */
  stride: number;
  branches: readonly Branch[];
}

/**
 * The convolutions of a block's residual path, `conv1` and so on: 3×3 twice, the first with the stride; in a bottleneck
 * 1×1, 3×3 (which has the stride: torchvision's v1.5) and 1×1.
 */
export function residualPath({
  name,
  isBottleneck,
  inChannels,
  channels,
  outChannels,
  stride,
}: BlockSpec): Convolution[] {
  const convolutions: [from: number, to: number, kernel: number, stride: number][] = isBottleneck
    ? [
        [inChannels, channels, 1, 1],
        [channels, channels, 3, stride],
        [channels, outChannels, 1, 1],
      ]
    : [
        [inChannels, channels, 3, stride],
        [channels, outChannels, 3, 1],
      ];
  return convolutions.map((sizes, i) => new Convolution(`${name}.conv${i + 1}`, ...sizes));
}

/** The 1×1 convolution of a block's shortcut; undefined where the shape does not change and the shortcut is the identity. */
export function shortcutConvolution(name: string, spec: BlockSpec): Convolution | undefined {
  const { inChannels, outChannels, stride } = spec;
  if (stride === 1 && inChannels === outChannels) return undefined;
  return new Convolution(`${spec.name}.${name}`, inChannels, outChannels, 1, stride);
}

export type ResNetDepth = 18 | 50;

/** Blocks in each of the four stages, and whether they are bottlenecks (He et al. 2015, Table 1). */
const resNetDepths: Record<ResNetDepth, { isBottleneck: boolean; blocks: readonly number[] }> = {
  18: { isBottleneck: false, blocks: [2, 2, 2, 2] },
  50: { isBottleneck: true, blocks: [3, 4, 6, 3] },
};

export interface ResNetOptions {
  depth: ResNetDepth;
  width: number;
  classes: number;
  branches: readonly Branch[];
}

/**
 * The stages of a residual network, of width·{1, 2, 4, 8}, each but the first beginning with stride 2; and the channels that
 * the last one puts out: bottlenecks put out four times those of their stage.
 */
export function buildStages(
  { depth, width, branches }: ResNetOptions,
  makeBlock: (spec: BlockSpec) => Block,
): { stages: Block[][]; features: number } {
  const { isBottleneck, blocks } = resNetDepths[depth];
  let inChannels = width;
  const stages = blocks.map((count, index) => {
    const channels = width * 2 ** index;
    const outChannels = isBottleneck ? 4 * channels : channels;
    return Array.from({ length: count }, (_, block) => {
      const stride = index > 0 && block === 0 ? 2 : 1;
      const name = `layer${index + 1}.${block}`;
      const spec = { name, isBottleneck, inChannels, channels, outChannels, stride, branches };
      inChannels = outChannels;
      return makeBlock(spec);
    });
  });
  return { stages, features: inChannels };
}

/** Runs one stage after the other: [N, S, S, width] → [N, S/8, S/8, 8·width], of bottlenecks 32·width. */
export function forwardStages(stages: readonly Block[][], streams: Stream[], context: ForwardContext): Stream[] {
  let current = streams;
  for (const [i, blocks] of stages.entries()) {
    for (const block of blocks) current = block.forward(current, context);
    if (context.afterStage) current = context.afterStage(i + 1, current);
  }
  return current;
}
