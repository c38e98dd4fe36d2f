import type { BranchValidation } from '../../common/run/events';
import type { Branch } from '../../common/weights/branch';
import type { ImageSet } from '../data/dataset';
import type { ChannelNormalization } from '../data/loading/augment';
import { type BatchRequest, type LoaderOptions, loadBatches } from '../data/loading/batch-loader';
import type { Executor } from '../execution/executor';
import { emptyColumns, fillColumns, measure } from './measures';

export interface EvaluationOptions {
  batchSize: number;
  normalization: ChannelNormalization;
  /** How images are read that aren't in memory. */
  loading?: LoaderOptions;
  /** Called after each batch; awaited, so that the caller can let other work in. */
  onBatch?: (done: number, total: number) => Promise<void> | void;
}

/**
 * Loss, top-1 and top-5 of a network on a set of images through one branch, with running statistics. Ties in the logits
 * go to the lower class, as in PyTorch's topk on a CPU.
 */
export async function evaluate(
  executor: Executor,
  images: ImageSet,
  branch: Branch,
  { batchSize, normalization, loading, onBatch }: EvaluationOptions,
): Promise<BranchValidation> {
  const { count, imageSize, labels } = images;
  const columns = emptyColumns(count);
  for await (const { request, pixels } of loadBatches(images, inOrder(count, batchSize), normalization, loading)) {
    const [first, size] = [request.indices[0], request.indices.length];
    const logits = executor.logits(pixels, size, imageSize, branch);
    const classes = logits.length / size;
    for (let i = 0; i < size; i++)
      fillColumns(columns, first + i, logits.subarray(i * classes, (i + 1) * classes), labels[first + i]);
    await onBatch?.(first + size, count);
  }
  const { loss, top1, top5 } = measure(columns);
  return { loss: loss ?? Number.NaN, top1, top5 };
}

/** Batches of all images, as they are. */
function* inOrder(count: number, batchSize: number): Iterable<BatchRequest> {
  for (let first = 0; first < count; first += batchSize) {
    const size = Math.min(batchSize, count - first);
    yield { indices: Int32Array.from({ length: size }, (_, i) => first + i), crops: null };
  }
}
