import type { Interval } from './interval';

/** The 97.5 % quantile of the standard normal distribution: 95 % lie between −z and z. */
const z = 1.959963984540054;

/**
 * The 95 % score interval of a proportion (Wilson 1927), without correction for continuity. Unlike p ± z·√(p(1−p)/n) it holds for
 * few trials and stays within [0, 1] for a proportion of 0 or 1.
 *
 * @param successes from 0 to `trials`
 * @returns fractions; undefined without trials
 */
export function wilsonInterval(successes: number, trials: number): Interval | undefined {
  if (trials <= 0) return undefined;
  const p = successes / trials;
  const scale = 1 + z ** 2 / trials;
  const centre = (p + z ** 2 / (2 * trials)) / scale;
  const half = (z / scale) * Math.sqrt((p * (1 - p)) / trials + z ** 2 / (4 * trials ** 2));
  // Rounding must not put the ends beyond what they are exactly.
  return { low: successes === 0 ? 0 : centre - half, high: successes === trials ? 1 : centre + half };
}
