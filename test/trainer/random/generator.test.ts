import { describe, expect, test } from 'vitest';
import { Generator } from '../../../trainer/random/generator';

/** Kolmogorov–Smirnov distance of samples from a distribution function. */
function ksDistance(samples: number[], distribution: (x: number) => number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const n = sorted.length;
  return Math.max(...sorted.map((x, i) => Math.max((i + 1) / n - distribution(x), distribution(x) - i / n)));
}

/** The distance that 1 sample in 10,000 exceeds by chance. */
const ksBound = (n: number) => 2.23 / Math.sqrt(n);

/** Beta(α, α) by numerical integration over t = sin²(θ), which has no pole. */
function betaDistribution(alpha: number): (x: number) => number {
  const steps = 20_000;
  const cumulative = [0];
  for (let i = 0; i < steps; i++) {
    const theta = ((i + 0.5) / steps) * (Math.PI / 2);
    cumulative.push(cumulative[i] + (Math.sin(theta) * Math.cos(theta)) ** (2 * alpha - 1));
  }
  return (x) => cumulative[Math.round((Math.asin(Math.sqrt(x)) / (Math.PI / 2)) * steps)] / cumulative[steps];
}

describe('a generator', () => {
  test('depends on seed, stream and index alone', () => {
    const take = (seed: number, stream: string, index: number) => {
      const generator = new Generator(seed, stream, index);
      return [generator.uint32(), generator.uint32(), generator.uint32()].join();
    };
    expect(take(1, 'order', 5)).toBe(take(1, 'order', 5));
    const all = [
      take(1, 'order', 5),
      take(2, 'order', 5),
      take(1, 'method', 5),
      take(1, 'order', 6),
      take(1, 'order', 2 ** 32 + 5),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  test('gives the numbers that earlier versions gave', () => {
    const generator = new Generator(1, 'method', 1);
    expect([generator.uint32(), generator.uint32(), generator.uint32()]).toEqual([1527979139, 1725241985, 4183379778]);
  });

  test('is uniform in [0, 1) across steps', () => {
    const samples = Array.from({ length: 20_000 }, (_, i) => new Generator(7, 'method', i).uniform());
    expect(ksDistance(samples, (x) => x)).toBeLessThan(ksBound(samples.length));
  });

  test.each([0.2, 1, 5])('draws λ ~ Beta(%d, %d), one a step', (alpha) => {
    const samples = Array.from({ length: 20_000 }, (_, i) => new Generator(3, 'method', i).beta(alpha, alpha));
    expect(ksDistance(samples, betaDistribution(alpha))).toBeLessThan(ksBound(samples.length));
  });

  test('draws permutations uniformly', () => {
    const counts = new Map<string, number>();
    const n = 24_000;
    for (let i = 0; i < n; i++) {
      const key = new Generator(11, 'order', i).permutation(4).join('');
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - n / 24) ** 2 / (n / 24), 0);
    expect(chiSquare).toBeLessThan(58); // 23 degrees of freedom, 1 in 10,000
  });

  test('draws integers without bias', () => {
    const counts = new Array<number>(9).fill(0);
    const generator = new Generator(5, 'augmentation');
    for (let i = 0; i < 90_000; i++) counts[generator.integer(9)]++;
    const chiSquare = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    expect(chiSquare).toBeLessThan(32); // 8 degrees of freedom, 1 in 10,000
  });
});
