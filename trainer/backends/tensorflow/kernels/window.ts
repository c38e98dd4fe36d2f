import type { backend_util } from '@tensorflow/tfjs-core';
import type { TFEOpAttr } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding';
import { intAttribute, textAttribute, typeAttribute } from '../op-attributes';
import type { NativeContext } from './native-context';

/** Sizes, strides and paddings of a convolution or pool. */
export type Window = backend_util.Conv2DInfo;

/**
 * The attributes of a convolution or pool. Symmetric padding that equals TensorFlow's `SAME` (stride 1) is called so: on a
 * CPU oneDNN's gradients know `SAME` and `VALID` only.
 */
export function windowAttributes(window: Window): TFEOpAttr[] {
  const { top, bottom, left, right } = window.padInfo;
  if (window.dataFormat !== 'channelsLast' || isDilated(window))
    throw new Error('convolutions and pools here are channels-last and not dilated');
  const padding = isUnpadded(window) ? 'VALID' : isSame(window) ? 'SAME' : 'EXPLICIT';
  return [
    typeAttribute('T', 'float32'),
    intAttribute('strides', [1, window.strideHeight, window.strideWidth, 1]),
    textAttribute('padding', padding),
    textAttribute('data_format', 'NHWC'),
    ...(padding === 'EXPLICIT' ? [intAttribute('explicit_paddings', [0, 0, top, bottom, left, right, 0, 0])] : []),
  ];
}

/** cuDNN takes any symmetric padding; elsewhere the gradients of strided convolutions work on a padded copy. */
export const needsPaddedCopy = (window: Window, { backend }: NativeContext): boolean =>
  !backend.isGPUPackage && !isUnpadded(window) && !isSame(window);

export const withoutPadding = (window: Window): Window => ({
  ...window,
  padInfo: { top: 0, bottom: 0, left: 0, right: 0, type: 'VALID' },
});

/** Whether filter, stride and padding are the same on both axes and on all sides, and the filter is not dilated. */
export function isSquare(window: Window): boolean {
  const { top, bottom, left, right } = window.padInfo;
  const { filterHeight, filterWidth, strideHeight, strideWidth } = window;
  const isSymmetric = [bottom, left, right].every((padding) => padding === top);
  return filterHeight === filterWidth && strideHeight === strideWidth && isSymmetric && !isDilated(window);
}

const isDilated = ({ dilationHeight, dilationWidth }: Window): boolean => dilationHeight !== 1 || dilationWidth !== 1;

const isUnpadded = ({ padInfo: { top, bottom, left, right } }: Window): boolean => top + bottom + left + right === 0;

/** Whether the padding is the one that TensorFlow's `SAME` gives. */
function isSame({ padInfo, ...window }: Window): boolean {
  const matches = (size: number, filter: number, stride: number, before: number, after: number) => {
    const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + filter - size);
    return before === Math.floor(total / 2) && before + after === total;
  };
  return (
    matches(window.inHeight, window.filterHeight, window.strideHeight, padInfo.top, padInfo.bottom) &&
    matches(window.inWidth, window.filterWidth, window.strideWidth, padInfo.left, padInfo.right)
  );
}
