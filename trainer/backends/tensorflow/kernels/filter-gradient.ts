import { backend_util, pad as padTensor, stridedSlice, type Tensor4D, tensor1d } from '@tensorflow/tfjs-core';
import type { Kernel } from '../../../ops/kernels';
import { filterGradientAttributes, filterGradientOp } from '../graph/merge-filter-gradients';
import type { NativeContext } from './native-context';
import { isSquare, needsPaddedCopy, type Window, windowAttributes, withoutPadding } from './window';

export const filterGradient: Kernel<'Conv2DBackpropFilter', NativeContext> = ({ x, dy }, attributes, context) => {
  const { strides, pad, dimRoundingMode, filterShape } = attributes;
  const { backend } = context;
  const window = backend_util.computeConv2DInfo(x.shape, filterShape, strides, 1, pad, dimRoundingMode);
  if (usesOwnOp(window, context)) {
    const { filterHeight: kernel, strideHeight: stride, padInfo } = window;
    const own = filterGradientAttributes({ kernel, stride, padding: padInfo.top });
    return backend.executeSingleOutput(filterGradientOp, own, [x, dy]);
  }
  const [source, sourceWindow] = sourceOf(x, window, context);
  const sizes = tensor1d(filterShape, 'int32');
  const inputs = [source, sizes, dy];
  const dw = backend.executeSingleOutput('Conv2DBackpropFilter', windowAttributes(sourceWindow), inputs);
  sizes.dispose();
  if (source !== x) source.dispose();
  return dw;
};

/**
 * Whether our own op computes a filter gradient: on processors without AVX-512, where oneDNN's reaches little more than
 * half of their speed, for square windows that are worth its copies.
 */
function usesOwnOp(window: Window, { usesOwnOps }: NativeContext): boolean {
  const { strideHeight, filterHeight, inChannels } = window;
  return usesOwnOps && isSquare(window) && strideHeight <= 2 && filterHeight > 1 && inChannels >= 12;
}

/** The input of a filter gradient on a CPU, in a form that oneDNN computes correctly and fast. */
function sourceOf(x: Tensor4D, window: Window, context: NativeContext): [Tensor4D, Window] {
  if (needsPaddedCopy(window, context)) {
    const { top, bottom, left, right } = window.padInfo;
    const none: [number, number] = [0, 0];
    return [padTensor(x, [none, [top, bottom], [left, right], none]), withoutPadding(window)];
  }
  const { strideHeight: down, strideWidth: across, filterHeight, filterWidth } = window;
  const isStridedPoint = filterHeight === 1 && filterWidth === 1 && (down > 1 || across > 1);
  if (context.backend.isGPUPackage || !isStridedPoint) return [x, window];
  // oneDNN 3.7's 1×1 filter gradient with a stride is wrong on processors without AVX-512: take the points out first.
  const points = stridedSlice(x, [0, 0, 0, 0], x.shape, [1, down, across, 1]) as Tensor4D;
  return [points, { ...window, strideHeight: 1, strideWidth: 1 }];
}
