import type { Kernel } from '../../../ops/kernels';
import type { WasmContext } from '../wasm-context';
import { channelsAndRows } from './shapes';

export const batchNormGradient: Kernel<'MixpropBatchNormTrainingGradient', WasmContext> = (
  { dy, x, gamma, mean, reserve0: inverseDeviation },
  _,
  wasm,
) => {
  const { channels, rows } = channelsAndRows(x.shape);
  const [dx, dGamma, dBeta] = [x.shape, [channels], [channels]].map((shape) => wasm.output(shape));
  wasm.run(
    'batchNormBackward',
    { count: channels, align: 4, elements: 5 * rows * channels },
    { dy, x, gamma, mean, inverseDeviation, dx, dGamma, dBeta, rows, channels },
  );
  return [dx, dGamma, dBeta];
};
