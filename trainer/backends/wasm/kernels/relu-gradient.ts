import type { Kernel } from '../../../ops/kernels';
import type { WasmContext } from '../wasm-context';

export const reluGradient: Kernel<'MixpropReluGradient', WasmContext> = ({ dy, y }, _, wasm) => {
  const dx = wasm.output(dy.shape);
  wasm.run('reluGradient', { count: dy.size, align: 4, elements: 3 * dy.size }, { dy, y, dx });
  return dx;
};
