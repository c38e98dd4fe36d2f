import type { Branch } from '../run/events';
import type { ForwardContext, ParameterSpec, Stream } from './layers';

/** A residual block: [N, H, W, in] → [N, H/stride, W/stride, out]. */
export interface Block {
  readonly specs: ParameterSpec[];
  forward(streams: Stream[], context: ForwardContext): Stream[];
}

/** Where a block stands: its name, and what comes in and goes out. */
export interface BlockPlace {
  name: string;
  inChannels: number;
  /** Of the 3×3 convolutions. */
  channels: number;
  outChannels: number;
  /** Of the first 3×3 convolution, or of the only one. */
  stride: number;
  branches: readonly Branch[];
}

/** The depths of residual networks that there are. */
export type ResNetDepth = 18 | 50;

/** Blocks in each of the four stages, and whether they are bottlenecks (He et al. 2015, Table 1). */
export const resNetDepths: Record<ResNetDepth, { isBottleneck: boolean; blocks: readonly number[] }> = {
  18: { isBottleneck: false, blocks: [2, 2, 2, 2] },
  50: { isBottleneck: true, blocks: [3, 4, 6, 3] },
};

/**
 * The blocks of a residual network, in order: stages of width·{1, 2, 4, 8}, each but the first beginning with stride 2.
 * Bottlenecks put out four times the channels.
 */
export function blockPlaces(depth: ResNetDepth, width: number, branches: readonly Branch[]): BlockPlace[] {
  const { isBottleneck, blocks } = resNetDepths[depth];
  const places: BlockPlace[] = [];
  let inChannels = width;
  for (const [stage, count] of blocks.entries()) {
    const channels = width * 2 ** stage;
    const outChannels = isBottleneck ? 4 * channels : channels;
    for (let block = 0; block < count; block++) {
      const stride = stage > 0 && block === 0 ? 2 : 1;
      places.push({ name: `layer${stage + 1}.${block}`, inChannels, channels, outChannels, stride, branches });
      inChannels = outChannels;
    }
  }
  return places;
}
