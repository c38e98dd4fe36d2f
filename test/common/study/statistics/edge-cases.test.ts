import { describe, expect, test } from 'vitest';
import { bootstrapInterval } from '../../../../common/study/statistics/bootstrap';
import { incompleteBeta } from '../../../../common/study/statistics/incomplete-beta';
import { mcnemarTest } from '../../../../common/study/statistics/mcnemar';
import { standardDeviation } from '../../../../common/study/statistics/mean';
import { pairedTTest } from '../../../../common/study/statistics/paired-t';
import { wilsonInterval } from '../../../../common/study/statistics/wilson';

describe('Wilson’s interval', () => {
  test('is none without trials', () => {
    expect(wilsonInterval(0, 0)).toBeUndefined();
  });

  test('ends exactly at 0 and at 1 for proportions of 0 and 1', () => {
    for (const trials of [1, 3, 50, 1000]) {
      expect(wilsonInterval(0, trials)?.low).toBe(0);
      expect(wilsonInterval(trials, trials)?.high).toBe(1);
    }
  });

  test('of 2 in 4 is symmetric around a half: ½ ± z / (2 √(4 + z²))', () => {
    const half = 1.959963984540054 / (2 * Math.sqrt(4 + 1.959963984540054 ** 2));
    expect(wilsonInterval(2, 4)!.low).toBeCloseTo(0.5 - half, 14);
    expect(wilsonInterval(2, 4)!.high).toBeCloseTo(0.5 + half, 14);
  });
});

describe('McNemar’s test', () => {
  test('is 1 where no image is one’s alone, and where as many are either’s', () => {
    expect(mcnemarTest(0, 0)).toBe(1);
    expect(mcnemarTest(4, 4)).toBe(1);
  });

  test('of 0 to 5 is 2 / 2⁵, and of 1 to 3 is 2 · (1 + 4) / 2⁴, in either order', () => {
    expect(mcnemarTest(0, 5)).toBeCloseTo(2 / 32, 14);
    expect(mcnemarTest(1, 3)).toBeCloseTo(10 / 16, 14);
    expect(mcnemarTest(3, 1)).toBeCloseTo(10 / 16, 14);
  });
});

describe('the paired t-test', () => {
  test('is none for one pair, for pairs that differ by the same, and for what is no number', () => {
    expect(pairedTTest([], [])).toBeUndefined();
    expect(pairedTTest([0.5], [0.6])).toBeUndefined();
    expect(pairedTTest([0.5, 0.6], [0.5, 0.6])).toBeUndefined();
    // 0.6 − 0.5 and 0.7 − 0.6 differ by rounding.
    expect(pairedTTest([0.5, 0.6, 0.7], [0.6, 0.7, 0.8])).toBeUndefined();
    expect(pairedTTest([0.5, Number.NaN], [0.5, 0.6])).toBeUndefined();
  });

  test('of the differences 1 and 3 has t = 2 with one degree of freedom: p = 1 − 2 atan(2) / π', () => {
    expect(pairedTTest([0, 0], [1, 3])).toMatchObject({ meanDifference: 2, degreesOfFreedom: 1 });
    expect(pairedTTest([0, 0], [1, 3])?.t).toBeCloseTo(2, 14);
    expect(pairedTTest([0, 0], [1, 3])?.pValue).toBeCloseTo(1 - (2 * Math.atan(2)) / Math.PI, 13);
  });

  test('changes its sign with the order', () => {
    const [there, back] = [pairedTTest([1, 2, 4], [2, 2, 7])!, pairedTTest([2, 2, 7], [1, 2, 4])!];
    expect(back.t).toBe(-there.t);
    expect(back.pValue).toBe(there.pValue);
    expect(back.interval.low).toBe(-there.interval.high);
  });
});

describe('the bootstrap of a mean', () => {
  test('is none for fewer than two values, and refuses more than it can go through', () => {
    expect(bootstrapInterval([])).toBeUndefined();
    expect(bootstrapInterval([0.5])).toBeUndefined();
    expect(() => bootstrapInterval(Array(11).fill(0.5))).toThrow('a bootstrap of 11 values');
  });

  test('of two and three values is their range, of equal values that value', () => {
    expect(bootstrapInterval([3, 1])).toEqual({ low: 1, high: 3 });
    expect(bootstrapInterval([3, 1, 2])).toEqual({ low: 1, high: 3 });
    expect(bootstrapInterval([2, 2, 2, 2])).toEqual({ low: 2, high: 2 });
  });

  test('of 0, 0, 0, 1 goes from 0 (31.6 % of the resamples) to 3/4 (99.6 %; 1/2 are 94.9 %)', () => {
    expect(bootstrapInterval([0, 1, 0, 0])).toEqual({ low: 0, high: 0.75 });
  });

  test('goes through ten values', () => {
    const { low, high } = bootstrapInterval(Array.from({ length: 10 }, (_, i) => i))!;
    expect(low).toBeGreaterThan(2);
    expect(low + high).toBeCloseTo(9, 10);
  });
});

test('one value has no standard deviation', () => {
  expect(standardDeviation([0.5])).toBeUndefined();
  expect(standardDeviation([1, 3])).toBeCloseTo(Math.SQRT2, 14);
});

test('I_x(1, 1) is x, and what is no number stays that', () => {
  for (const x of [0, 0.1, 0.5, 0.99, 1]) expect(incompleteBeta(x, 1, 1)).toBeCloseTo(x, 14);
  expect(incompleteBeta(Number.NaN, 1, 1)).toBeNaN();
});
