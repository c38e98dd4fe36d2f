import { type Tensor, type Tensor2D, type Tensor4D, tensor4d, tidy } from '@tensorflow/tfjs-core';
import { assembleBatch, type ChannelNormalization } from '../data/augment';
import type { ImageSet } from '../data/dataset';
import type { Network } from '../models/network';
import type { Branch, BranchValidation } from '../run/events';

/** What the network says of one image. */
export interface Prediction {
  index: number;
  label: number;
  predicted: number;
  /** Softmax probability of the predicted class. */
  confidence: number;
  logits: Float32Array;
}

export interface EvaluationOptions {
  batchSize: number;
  normalization: ChannelNormalization;
  /** Called after each batch; awaited, so that the caller can let other work in. */
  onBatch?: (done: number, total: number) => Promise<void> | void;
  onPrediction?: (prediction: Prediction) => void;
}

/**
 * Loss, top-1 and top-5 of a network on a set of images through one branch, with running statistics. Ties in the logits
 * go to the lower class, as in PyTorch's topk on a CPU.
 */
export async function evaluate(
  network: Network,
  values: ReadonlyMap<string, Tensor>,
  images: ImageSet,
  branch: Branch,
  { batchSize, normalization, onBatch, onPrediction }: EvaluationOptions,
): Promise<BranchValidation> {
  const { count, imageSize, labels } = images;
  let lossSum = 0;
  let top1 = 0;
  let top5 = 0;
  for (let first = 0; first < count; first += batchSize) {
    const size = Math.min(batchSize, count - first);
    const indices = Int32Array.from({ length: size }, (_, i) => first + i);
    const pixels = new Float32Array(size * imageSize * imageSize * 3);
    assembleBatch(images, indices, null, normalization, pixels);
    const logits = inferLogits(network, values, tensor4d(pixels, [size, imageSize, imageSize, 3]), branch);
    const classes = logits.length / size;
    for (let i = 0; i < size; i++) {
      const row = logits.subarray(i * classes, (i + 1) * classes);
      const label = labels[first + i];
      const rank = rankOf(row, label);
      const logSum = logSumExp(row);
      lossSum += logSum - row[label];
      if (rank === 0) top1++;
      if (rank < 5) top5++;
      if (onPrediction) {
        const predicted = row.indexOf(Math.max(...row));
        onPrediction({
          index: first + i,
          label,
          predicted,
          confidence: Math.exp(row[predicted] - logSum),
          logits: row,
        });
      }
    }
    await onBatch?.(first + size, count);
  }
  return { loss: lossSum / count, top1: top1 / count, top5: top5 / count };
}

/** How many classes come before the label; all of them where a logit is no number. */
function rankOf(row: Float32Array, label: number): number {
  let rank = 0;
  for (let k = 0; k < row.length; k++) {
    if (Number.isNaN(row[k])) return row.length;
    if (row[k] > row[label] || (row[k] === row[label] && k < label)) rank++;
  }
  return rank;
}

/** Logits [N, K] of a batch, read back; disposes the batch. */
function inferLogits(network: Network, values: ReadonlyMap<string, Tensor>, x: Tensor4D, branch: Branch): Float32Array {
  const logits: Tensor2D = tidy(() => network.forward([{ x, branch }], { values })[0].logits);
  const result = logits.dataSync<'float32'>().slice();
  logits.dispose();
  x.dispose();
  return result;
}

function logSumExp(row: Float32Array): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (const value of row) largest = Math.max(largest, value);
  let sum = 0;
  for (const value of row) sum += Math.exp(value - largest);
  return largest + Math.log(sum);
}
