import type { Interval } from './interval';

/** With 10 values there are 92,378 different resamples; with each value more, four times as many. */
const maxValues = 10;

/**
 * The 95 % percentile bootstrap interval of a mean (Efron 1979), exact: from all nⁿ resamples with replacement instead of some
 * thousand random ones, so it needs no seed. Resamples of the same values count once, with their number of orders as weight. The ends
 * are the smallest means of which 2.5 % and 97.5 % of the resamples are not above.
 *
 * Of two or three values it is the range from the smallest to the largest: each is drawn n times in more than 2.5 % of the resamples.
 *
 * @returns undefined for fewer than two values
 * @throws RangeError for more than 10 values
 */
export function bootstrapInterval(values: readonly number[]): Interval | undefined {
  const n = values.length;
  if (n < 2) return undefined;
  if (n > maxValues) throw new RangeError(`a bootstrap of ${n} values: the exact one is made of at most ${maxValues}`);
  const means: { mean: number; orders: number }[] = [];
  /** `orders`: in how many orders what was drawn so far can lie among the n draws. */
  const draw = (index: number, left: number, sum: number, orders: number) => {
    if (index === n - 1) {
      means.push({ mean: (sum + left * values[index]) / n, orders });
      return;
    }
    let ways = orders;
    for (let times = 0; times <= left; times++) {
      draw(index + 1, left - times, sum + times * values[index], ways);
      ways = (ways * (left - times)) / (times + 1);
    }
  };
  draw(0, n, 0, 1);
  means.sort((a, b) => a.mean - b.mean);
  const percentile = (share: number) => {
    let left = share * n ** n;
    return means.find(({ orders }) => {
      left -= orders;
      return left <= 0;
    })!.mean;
  };
  return { low: percentile(0.025), high: percentile(0.975) };
}
