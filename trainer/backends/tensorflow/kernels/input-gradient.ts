import { backend_util, slice, tensor1d } from '@tensorflow/tfjs-core';
import type { Kernel } from '../../../ops/kernels';
import type { NativeContext } from './native-context';
import { needsPaddedCopy, type Window, windowAttributes, withoutPadding } from './window';
import { usesWinograd, winograd } from './winograd';

export const inputGradient: Kernel<'Conv2DBackpropInput', NativeContext> = ({ dy, filter }, attributes, context) => {
  const { strides, pad, dimRoundingMode, inputShape } = attributes;
  const window = backend_util.computeConv2DInfo(inputShape, filter.shape, strides, 1, pad, dimRoundingMode);
  if (usesWinograd(window, window.outChannels, window.inChannels, context)) return winograd(dy, filter, true, context);
  const gradient = (shape: number[], over: Window) => {
    const sizes = tensor1d(shape, 'int32');
    const inputs = [sizes, filter, dy];
    const dx = context.backend.executeSingleOutput('Conv2DBackpropInput', windowAttributes(over), inputs);
    sizes.dispose();
    return dx;
  };
  if (!needsPaddedCopy(window, context)) return gradient(inputShape, window);
  const [batch, height, width, channels] = inputShape;
  const { top, bottom, left, right } = window.padInfo;
  const padded = gradient([batch, height + top + bottom, width + left + right, channels], withoutPadding(window));
  const dx = slice(padded, [0, top, left, 0], inputShape);
  padded.dispose();
  return dx;
};
