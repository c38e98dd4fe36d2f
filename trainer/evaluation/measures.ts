import type { ConditionMeasures } from '../../common/run/evaluations';

/** What a branch says of N images, one number an image. */
export interface BranchColumns {
  /** [N], class number with the largest logit, the lower of equal ones. */
  predicted: Uint16Array;
  /** [N], softmax probability of the predicted class; 0 where logits were not finite. */
  confidence: Float32Array;
  /** [N], negative log-likelihood of the true class in nats; NaN where logits were not finite. */
  loss: Float64Array;
  /** [N], how many classes come before the true one, at most 255. */
  rank: Uint8Array;
}

export const emptyColumns = (count: number): BranchColumns => ({
  predicted: new Uint16Array(count),
  confidence: new Float32Array(count),
  loss: new Float64Array(count),
  rank: new Uint8Array(count),
});

/**
 * Reads one image's numbers off its logits. Ties go to the lower class, as in PyTorch's topk on a CPU.
 * @param logits [classes]
 * @param at where in the columns
 */
export function fillColumns(columns: BranchColumns, at: number, logits: Float32Array, label: number): void {
  let predicted = 0;
  let rank = 0;
  let areFinite = true;
  for (let k = 0; k < logits.length; k++) {
    if (!Number.isFinite(logits[k])) areFinite = false;
    if (logits[k] > logits[predicted]) predicted = k;
    if (logits[k] > logits[label] || (logits[k] === logits[label] && k < label)) rank++;
  }
  let exponentials = 0;
  for (const logit of logits) exponentials += Math.exp(logit - logits[predicted]);
  const logSum = logits[predicted] + Math.log(exponentials);
  columns.predicted[at] = predicted;
  columns.confidence[at] = areFinite ? Math.exp(logits[predicted] - logSum) : 0;
  columns.loss[at] = areFinite ? logSum - logits[label] : Number.NaN;
  columns.rank[at] = areFinite ? Math.min(255, rank) : 255;
}

/** Of each image the columns of the branch with the larger confidence, main's where they are equal. */
export function moreConfident(main: BranchColumns, aux: BranchColumns): BranchColumns {
  const columns = emptyColumns(main.rank.length);
  for (let i = 0; i < main.rank.length; i++) {
    const chosen = isAuxMoreConfident(main, aux, i) ? aux : main;
    columns.predicted[i] = chosen.predicted[i];
    columns.confidence[i] = chosen.confidence[i];
    columns.loss[i] = chosen.loss[i];
    columns.rank[i] = chosen.rank[i];
  }
  return columns;
}

export const isAuxMoreConfident = (main: BranchColumns, aux: BranchColumns, i: number): boolean =>
  aux.confidence[i] > main.confidence[i];

/** Top-1, top-5, mean negative log-likelihood and calibration error over the images. */
export function measure({ rank, loss, confidence }: BranchColumns): ConditionMeasures {
  const count = rank.length;
  let [top1, top5, lossSum] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    if (rank[i] === 0) top1++;
    if (rank[i] < 5) top5++;
    lossSum += loss[i];
  }
  const hasLoss = Number.isFinite(lossSum);
  return {
    top1: top1 / count,
    top5: top5 / count,
    loss: hasLoss ? lossSum / count : null,
    calibrationError: hasLoss
      ? calibrationError(
          confidence,
          Array.from(rank, (place) => place === 0),
        )
      : null,
  };
}

const bins = 15;

/**
 * Expected calibration error (Guo et al. 2017): predictions in 15 bins (m/15, (m+1)/15] of confidence; the mean over the bins of
 * |share that is right − mean confidence|, weighted by how many predictions a bin has. In [0, 1].
 *
 * @param confidence [N], in [0, 1]
 * @param isRight [N]
 */
export function calibrationError(confidence: ArrayLike<number>, isRight: readonly boolean[]): number {
  const right = new Float64Array(bins);
  const total = new Float64Array(bins);
  for (let i = 0; i < confidence.length; i++) {
    const bin = Math.min(bins - 1, Math.max(0, Math.ceil(confidence[i] * bins) - 1));
    if (isRight[i]) right[bin]++;
    total[bin] += confidence[i];
  }
  let gap = 0;
  for (let bin = 0; bin < bins; bin++) gap += Math.abs(right[bin] - total[bin]);
  return gap / confidence.length;
}
