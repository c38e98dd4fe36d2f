import { backend_util, type MaxPoolAttrs, type Tensor4D } from '@tensorflow/tfjs-core';
import type { TFEOpAttr } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding';
import type { Kernel } from '../../../ops/kernels';
import { intAttribute } from '../op-attributes';
import type { NativeContext } from './native-context';
import { windowAttributes } from './window';

export const maxPool: Kernel<'MaxPool', NativeContext> = ({ x }, attributes, { backend }) =>
  backend.executeSingleOutput('MaxPool', poolAttributes(x, attributes), [x]);

export const maxPoolGradient: Kernel<'MaxPoolGrad', NativeContext> = ({ dy, input, output }, attributes, { backend }) =>
  backend.executeSingleOutput('MaxPoolGrad', poolAttributes(input, attributes), [input, output, dy]);

function poolAttributes(x: Tensor4D, { filterSize, strides, pad, dimRoundingMode }: MaxPoolAttrs): TFEOpAttr[] {
  const window = backend_util.computePool2DInfo(x.shape, filterSize, strides, 1, pad, dimRoundingMode);
  return [...windowAttributes(window), intAttribute('ksize', [1, window.filterHeight, window.filterWidth, 1])];
}
