import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Kernel } from '../../../ops/kernels';
import type { WasmContext } from '../wasm-context';
import { unpaddedConvolution } from './convolution';
import { squareWindow } from './shapes';
import { spread } from './spread';

/**
 * The gradient of a convolution by its input is a convolution of dy, spread by the stride, with the filter turned by 180°
 * and its channels swapped: dy [N, OH, OW, CO], filter [K, K, CI, CO] → [N, H, W, CI].
 */
export const inputGradient: Kernel<'Conv2DBackpropInput', WasmContext> = ({ dy, filter }, attributes, wasm) => {
  const { stride, padding } = squareWindow(attributes.strides, attributes.pad);
  const [, height, width] = attributes.inputShape;
  const [kernel] = filter.shape;
  const turned = turnFilter(filter, wasm);
  // With a single tap, spreading the small result costs less than convolving over the zeros.
  if (kernel === 1) {
    const small = unpaddedConvolution(dy, turned, 1, wasm);
    wasm.dispose(turned);
    if (stride === 1) return small;
    const dx = spread(small, { stride, margin: 0, size: [height, width] }, wasm);
    wasm.dispose(small);
    return dx;
  }
  const size = [height + kernel - 1, width + kernel - 1] as const;
  const spreadDy = spread(dy, { stride, margin: kernel - 1 - padding, size }, wasm);
  const dx = unpaddedConvolution(spreadDy, turned, 1, wasm);
  wasm.dispose(spreadDy);
  wasm.dispose(turned);
  return dx;
};

/** [K, K, CI, CO] → [K, K, CO, CI], turned by 180°. */
function turnFilter(filter: TensorInfo, wasm: WasmContext): TensorInfo {
  const [kernel, , inChannels, outChannels] = filter.shape;
  const taps = kernel * kernel;
  const out = wasm.output([kernel, kernel, outChannels, inChannels]);
  wasm.run(
    'turnFilter',
    { count: taps, align: 1, elements: taps * inChannels * outChannels },
    { filter, out, taps, inChannels, outChannels },
  );
  return out;
}
