import { backend_util } from '@tensorflow/tfjs-core';
import type { Kernel } from '../../../ops/kernels';
import type { NativeContext } from './native-context';
import { windowAttributes } from './window';
import { usesWinograd, winograd } from './winograd';

export const convolution: Kernel<'Conv2D', NativeContext> = ({ x, filter }, attributes, context) => {
  const { strides, pad, dilations, dimRoundingMode } = attributes;
  const window = backend_util.computeConv2DInfo(x.shape, filter.shape, strides, dilations, pad, dimRoundingMode);
  if (usesWinograd(window, window.inChannels, window.outChannels, context)) return winograd(x, filter, false, context);
  return context.backend.executeSingleOutput('Conv2D', windowAttributes(window), [x, filter]);
};
