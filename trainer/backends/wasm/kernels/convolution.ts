import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Kernel } from '../../../ops/kernels';
import type { WasmContext } from '../wasm-context';
import { squareWindow } from './shapes';
import { spread } from './spread';

/** A convolution, on a padded copy where it has padding. */
export const convolution: Kernel<'Conv2D', WasmContext> = ({ x, filter }, attributes, wasm) => {
  const { strides, pad, dataFormat, dilations } = attributes;
  if (dataFormat !== 'NHWC' || [dilations].flat().some((dilation) => dilation !== 1))
    throw new Error('convolutions here are channels-last and not dilated');
  const { stride, padding } = squareWindow(strides, pad);
  if (padding === 0) return unpaddedConvolution(x, filter, stride, wasm);
  const [, height, width] = x.shape;
  const padded = spread(x, { stride: 1, margin: padding, size: [height + 2 * padding, width + 2 * padding] }, wasm);
  const y = unpaddedConvolution(padded, filter, stride, wasm);
  wasm.dispose(padded);
  return y;
};

/** x [N, H, W, CI], filter [K, K, CI, CO] → [N, ⌊(H − K)/stride⌋ + 1, ⌊(W − K)/stride⌋ + 1, CO] */
export function unpaddedConvolution(x: TensorInfo, filter: TensorInfo, stride: number, wasm: WasmContext): TensorInfo {
  const [batch, height, width, inChannels] = x.shape;
  const [kernel, , , outChannels] = filter.shape;
  const [outHeight, outWidth] = [height, width].map((size) => Math.floor((size - kernel) / stride) + 1);
  const y = wasm.output([batch, outHeight, outWidth, outChannels]);
  wasm.run(
    'convolution',
    { count: batch * outHeight, align: 1, elements: Number.POSITIVE_INFINITY },
    { x, filter, y, height, width, inChannels, outHeight, outWidth, outChannels, kernel, stride },
  );
  return y;
}
