import type { Kernel } from '../../../ops/kernels';
import type { WasmContext } from '../wasm-context';
import { squareWindow } from './shapes';

export const maxPoolGradient: Kernel<'MaxPoolGrad', WasmContext> = ({ dy, input: x }, attributes, wasm) => {
  const { stride, padding } = squareWindow(attributes.strides, attributes.pad);
  const [window] = [attributes.filterSize].flat();
  const [batch, height, width, channels] = x.shape;
  const [, outHeight, outWidth] = dy.shape;
  const dx = wasm.output(x.shape);
  wasm.run(
    'maxPoolGradient',
    { count: batch, align: 1, elements: 2 * x.size },
    { dy, x, dx, height, width, channels, outHeight, outWidth, window, stride, padding },
  );
  return dx;
};
