import type { Kernel } from '../../../ops/kernels';
import type { WasmContext } from '../wasm-context';
import { squareWindow } from './shapes';

/** x [N, H, W, CI], dy [N, OH, OW, CO] → [K, K, CI, CO] */
export const filterGradient: Kernel<'Conv2DBackpropFilter', WasmContext> = ({ x, dy }, attributes, wasm) => {
  const { filterShape, strides, pad } = attributes;
  const { stride, padding } = squareWindow(strides, pad);
  const [batch, height, width, inChannels] = x.shape;
  const [, outHeight, outWidth, outChannels] = dy.shape;
  const [kernel] = filterShape;
  const dw = wasm.output(filterShape);
  const sizes = { batch, height, width, inChannels, outHeight, outWidth, outChannels };
  wasm.run(
    'convolutionFilterGradient',
    { count: kernel * kernel * inChannels, align: 4, elements: Number.POSITIVE_INFINITY },
    { x, dy, dw, ...sizes, kernel, stride, padding },
  );
  return dw;
};
