import type { Kernel } from '../../../ops/kernels';
import { typeAttribute } from '../op-attributes';
import type { NativeContext } from './native-context';

export const reluGradient: Kernel<'MixpropReluGradient', NativeContext> = ({ dy, y }, _, { backend }) =>
  backend.executeSingleOutput('ReluGrad', [typeAttribute('T', 'float32')], [dy, y]);
