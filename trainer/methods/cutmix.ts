import { add, gather, mul, scalar, sub, type Tensor1D, type Tensor4D, tensor1d, tensor4d } from '@tensorflow/tfjs-core';
import type { AuxiliarySource } from './auxiliary-source';
import { mixedLoss, mixedLossFloor } from './mixed-loss';

/** A box of pixels: rows top to bottom − 1, columns left to right − 1. */
export interface Box {
  top: number;
  left: number;
  bottom: number;
  right: number;
}

/**
 * CutMix (Yun et al. 2019): x̃ is x with a box of x[π] pasted in, with the loss λ·CE(y) + (1−λ)·CE(y[π]). One box a batch, of
 * sides S·√(1−λ) around a uniform centre, cut off at the image's edge; λ ~ Beta(α, α) is then corrected to the share
 * that is left of x. π is a random permutation.
 */
export function cutmix(alpha: number): AuxiliarySource {
  return {
    batch: 'mixed',
    draw: (generator, { size, imageSize }) => {
      const side = Math.floor(imageSize * Math.sqrt(1 - generator.beta(alpha, alpha)));
      const [row, column] = [generator.integer(imageSize), generator.integer(imageSize)];
      const box = boxAround(row, column, side, imageSize);
      const pasted = (box.bottom - box.top) * (box.right - box.left);
      return {
        lambda: 1 - pasted / imageSize ** 2,
        permutation: Array.from(generator.permutation(size)),
        box,
      };
    },
    tensors: ({ lambda, permutation, box }, { imageSize }) => ({
      lambda: scalar(lambda!),
      permutation: tensor1d(permutation!, 'int32'),
      inBox: tensor4d(boxMask(box!, imageSize), [1, imageSize, imageSize, 1]),
    }),
    images: (x, draws) => {
      const inBox = draws.inBox as Tensor4D;
      return add(mul(x, sub(1, inBox)), mul(gather(x, draws.permutation as Tensor1D), inBox)) as Tensor4D;
    },
    loss: mixedLoss,
    lossFloor: mixedLossFloor,
  };
}

function boxAround(row: number, column: number, side: number, imageSize: number): Box {
  const clip = (position: number) => Math.min(imageSize, Math.max(0, position));
  const half = Math.floor(side / 2);
  return { top: clip(row - half), left: clip(column - half), bottom: clip(row + half), right: clip(column + half) };
}

/** [S·S], 1 inside the box and 0 outside. */
function boxMask({ top, left, bottom, right }: Box, imageSize: number): Float32Array {
  const mask = new Float32Array(imageSize ** 2);
  for (let row = top; row < bottom; row++) mask.fill(1, row * imageSize + left, row * imageSize + right);
  return mask;
}
