import type { Range } from '../../shared/plot/axis-transform';

/** The percentiles of at most this many values are exact; of more, every n-th is looked at. */
const maxExactValues = 50_000;

/** Entries of a column from `start` to before `end`. */
export interface ColumnPart {
  values: ArrayLike<number>;
  start: number;
  end: number;
}

/**
 * TensorBoard's range without outliers: of the values between the 5th and the 95th percentile, interpolated as R's type 7,
 * the lowest and the highest. Two values or fewer are all kept.
 */
export function rangeWithoutOutliers(parts: readonly ColumnPart[], positiveOnly: boolean): Range | undefined {
  const total = parts.reduce((sum, { start, end }) => sum + Math.max(0, end - start), 0);
  const stride = Math.max(1, Math.ceil(total / maxExactValues));
  const found = new Float64Array(Math.ceil(total / stride) + parts.length);
  let count = 0;
  for (const { values, start, end } of parts) {
    for (let index = start; index < end; index += stride) {
      const value = values[index]!;
      if (Number.isFinite(value) && !(positiveOnly && value <= 0)) found[count++] = value;
    }
  }
  if (count === 0) return undefined;
  const sorted = found.subarray(0, count).sort();
  if (count <= 2) return [sorted[0]!, sorted[count - 1]!];
  const [low, high] = [quantile(sorted, 0.05), quantile(sorted, 0.95)];
  const kept = sorted.filter((value) => value >= low && value <= high);
  return kept.length === 0 ? [low, high] : [kept[0]!, kept[kept.length - 1]!];
}

/** @param sorted ascending, not empty */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const place = (sorted.length - 1) * share;
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (sorted[above]! - sorted[below]!) * (place - below);
}
