import { DatasetError } from '../../common/errors/dataset-error';

/**
 * Which images to use when their number is limited: the same number of every class (the first classes get one more where it
 * doesn't come out even, and what a small class lacks is spread over the others), of each class the first ones. A smaller limit
 * chooses a part of what a larger one chooses.
 *
 * @param labels class numbers from 0 of all images
 * @param limit number of images wanted, or null for all
 * @param field the experiment's field that holds the limit, for the message
 * @returns positions in `labels`, ascending
 * @throws DatasetError if there are fewer images than wanted, or fewer wanted than classes
 */
export function evenSubset(
  labels: ArrayLike<number>,
  classCount: number,
  limit: number | null,
  field: 'dataset.trainingImages' | 'dataset.validationImages',
): Int32Array {
  const count = labels.length;
  if (limit === null) return Int32Array.from({ length: count }, (_, i) => i);
  const remedy = `choose ${classCount} to ${count}, or null for all`;
  if (limit > count)
    throw new DatasetError(`${field} is ${limit}, but there are only ${count} images: ${remedy}`, field);
  if (limit < classCount)
    throw new DatasetError(
      `${field} is ${limit}, which leaves some of the ${classCount} classes empty: ${remedy}`,
      field,
    );
  const available = new Array<number>(classCount).fill(0);
  for (let i = 0; i < count; i++) available[labels[i]]++;
  const quota = fairQuotas(available, limit);
  const chosen = new Int32Array(limit);
  let length = 0;
  for (let i = 0; i < count; i++) if (quota[labels[i]]-- > 0) chosen[length++] = i;
  return chosen;
}

/** Shares out `total` one round after the other, a round giving one to every class that still has some. */
function fairQuotas(available: readonly number[], total: number): number[] {
  const quota = available.map(() => 0);
  let left = total;
  while (left > 0) {
    const open = available.flatMap((count, label) => (quota[label] < count ? [label] : []));
    const rounds = Math.min(Math.floor(left / open.length), ...open.map((label) => available[label] - quota[label]));
    const takers = rounds > 0 ? open : open.slice(0, left);
    for (const label of takers) quota[label] += Math.max(1, rounds);
    left -= takers.length * Math.max(1, rounds);
  }
  return quota;
}
