import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { winogradOp } from '../graph/merge-convolutions';
import { boolAttribute, intAttribute } from '../op-attributes';
import type { NativeContext } from './native-context';
import { isSquare, type Window } from './window';

/** Whether our own op computes a convolution. @param from and to numbers of channels: see native-ops/winograd.h */
export function usesWinograd(window: Window, from: number, to: number, { usesOwnOps }: NativeContext): boolean {
  const { filterHeight, strideHeight, padInfo } = window;
  return (
    usesOwnOps &&
    isSquare(window) &&
    filterHeight === 3 &&
    strideHeight === 1 &&
    padInfo.top === 1 &&
    from % 8 === 0 &&
    to % 16 === 0
  );
}

/** @param turned the gradient of the input: the filter is turned by 180° and its channels are swapped */
export function winograd(x: TensorInfo, filter: TensorInfo, turned: boolean, { backend }: NativeContext): Tensor {
  const attributes = [intAttribute('N', 1), boolAttribute('turned', turned)];
  return backend.executeSingleOutput(winogradOp, attributes, [x, filter]);
}
