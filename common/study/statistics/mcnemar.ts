import { incompleteBeta } from './incomplete-beta';

/**
 * McNemar's test of two classifiers on the same images, exact: if neither is better, each image that only one of them gets right
 * is a fair coin. Two-sided p-value by the binomial distribution, whatever the number of such images; no approximation by χ².
 *
 * @param firstOnly images that only the first gets right
 * @param secondOnly images that only the second gets right
 * @returns in (0, 1]; 1 where there are no such images
 */
export function mcnemarTest(firstOnly: number, secondOnly: number): number {
  const discordant = firstOnly + secondOnly;
  const fewer = Math.min(firstOnly, secondOnly);
  // P(X ≤ k) of n fair coins is I_½(n − k, k + 1). Both tails overlap in the middle.
  return discordant === 0 ? 1 : Math.min(1, 2 * incompleteBeta(0.5, discordant - fewer, fewer + 1));
}
