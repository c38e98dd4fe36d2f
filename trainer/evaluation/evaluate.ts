import type { ChannelNormalization } from '../data/augment';
import { type BatchRequest, type LoaderOptions, loadBatches } from '../data/batch-loader';
import type { ImageSet } from '../data/dataset';
import type { Branch, BranchValidation } from '../run/events';
import type { Executor } from '../training/executor';

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
  /** How images are read that aren't in memory. */
  loading?: LoaderOptions;
  /** Called after each batch; awaited, so that the caller can let other work in. */
  onBatch?: (done: number, total: number) => Promise<void> | void;
  onPrediction?: (prediction: Prediction) => void;
}

/**
 * Loss, top-1 and top-5 of a network on a set of images through one branch, with running statistics. Ties in the logits
 * go to the lower class, as in PyTorch's topk on a CPU.
 */
export async function evaluate(
  executor: Executor,
  images: ImageSet,
  branch: Branch,
  { batchSize, normalization, loading, onBatch, onPrediction }: EvaluationOptions,
): Promise<BranchValidation> {
  const { count, imageSize, labels } = images;
  let lossSum = 0;
  let top1 = 0;
  let top5 = 0;
  for await (const { request, pixels } of loadBatches(images, inOrder(count, batchSize), normalization, loading)) {
    const [first, size] = [request.indices[0], request.indices.length];
    const logits = executor.logits(pixels, size, imageSize, branch);
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

/** Batches of all images, as they are. */
function* inOrder(count: number, batchSize: number): Iterable<BatchRequest> {
  for (let first = 0; first < count; first += batchSize) {
    const size = Math.min(batchSize, count - first);
    yield { indices: Int32Array.from({ length: size }, (_, i) => first + i), crops: null };
  }
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

function logSumExp(row: Float32Array): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (const value of row) largest = Math.max(largest, value);
  let sum = 0;
  for (const value of row) sum += Math.exp(value - largest);
  return largest + Math.log(sum);
}
