import { incompleteBeta } from './incomplete-beta';
import type { Interval } from './interval';
import { mean, standardDeviation } from './mean';

/** A paired t-test of n pairs. */
export interface PairedTest {
  /** Mean of second − first. */
  meanDifference: number;
  /** 95 %, of the mean difference. */
  interval: Interval;
  t: number;
  /** n − 1. */
  degreesOfFreedom: number;
  /** Two-sided. */
  pValue: number;
}

/**
 * Student's paired t-test, two-sided: whether the mean of the differences second − first is zero. It takes the differences for
 * normally distributed.
 *
 * @param second as many as `first`, in the same order
 * @returns undefined for fewer than two pairs, and where all pairs differ by the same: then nothing says how much differences vary
 */
export function pairedTTest(first: readonly number[], second: readonly number[]): PairedTest | undefined {
  const differences = first.map((value, i) => second[i] - value);
  const deviation = standardDeviation(differences);
  const rounding = 1e-14 * Math.max(...first.map(Math.abs), ...second.map(Math.abs));
  if (deviation === undefined || !(deviation > rounding)) return undefined;
  const meanDifference = mean(differences);
  const degreesOfFreedom = differences.length - 1;
  const standardError = deviation / Math.sqrt(differences.length);
  const t = meanDifference / standardError;
  const half = standardError * quantile(0.05, degreesOfFreedom);
  return {
    meanDifference,
    interval: { low: meanDifference - half, high: meanDifference + half },
    t,
    degreesOfFreedom,
    pValue: incompleteBeta(degreesOfFreedom / (degreesOfFreedom + t ** 2), degreesOfFreedom / 2, 0.5),
  };
}

/** The t that |T| exceeds with a probability of `p`, by bisection of x = ν / (ν + t²), by which P(|T| > t) = I_x(ν/2, ½). */
function quantile(p: number, degreesOfFreedom: number): number {
  let [low, high] = [0, 1];
  for (;;) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) return Math.sqrt((degreesOfFreedom * (1 - middle)) / middle);
    if (incompleteBeta(middle, degreesOfFreedom / 2, 0.5) < p) low = middle;
    else high = middle;
  }
}
