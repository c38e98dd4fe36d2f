import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WasmContext } from '../wasm-context';

export interface Spreading {
  /** Between the pixels of the result. */
  stride: number;
  /** Zeros before the first row and column. */
  margin: number;
  /** Height and width of the result. */
  size: readonly [height: number, width: number];
}

/** Puts the pixels of x [N, H, W, C] among zeros: → [N, size, C]. With stride 1 this pads. */
export function spread(x: TensorInfo, { stride, margin, size }: Spreading, wasm: WasmContext): TensorInfo {
  const [batch, height, width, channels] = x.shape;
  const [outHeight, outWidth] = size;
  const out = wasm.output([batch, outHeight, outWidth, channels]);
  wasm.run(
    'spread',
    { count: batch * outHeight, align: 1, elements: batch * outHeight * outWidth * channels },
    { x, out, height, width, channels, outHeight, outWidth, stride, offset: margin },
  );
  return out;
}
