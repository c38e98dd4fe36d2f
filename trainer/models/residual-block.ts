import type { Branch } from '../../common/weights/branch';
import type { ForwardContext, ParameterSpec, Stream } from './layers';

/** A residual block: [N, H, W, in] → [N, H/stride, W/stride, out]. */
export interface Block {
  readonly specs: ParameterSpec[];
  forward(streams: Stream[], context: ForwardContext): Stream[];
}

/** Where a block stands: its name, and what comes in and goes out. */
export interface BlockPlace {
  name: string;
  /** 1 to 4. */
  stage: number;
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
      const name = `layer${stage + 1}.${block}`;
      places.push({ name, stage: stage + 1, inChannels, channels, outChannels, stride, branches });
      inChannels = outChannels;
    }
  }
  return places;
}

/** Blocks by stage, in order. */
export function inStages(places: readonly BlockPlace[], blockAt: (place: BlockPlace) => Block): Block[][] {
  const stages: Block[][] = [];
  for (const place of places) {
    stages[place.stage - 1] ??= [];
    stages[place.stage - 1].push(blockAt(place));
  }
  return stages;
}

/** Runs one stage after the other. */
export function forwardStages(stages: readonly Block[][], streams: Stream[], context: ForwardContext): Stream[] {
  let current = streams;
  for (const [i, blocks] of stages.entries()) {
    for (const block of blocks) current = block.forward(current, context);
    if (context.afterStage) current = context.afterStage(i + 1, current);
  }
  return current;
}
