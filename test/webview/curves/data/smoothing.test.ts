import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { smooth } from '../../../../webview/curves/data/smoothing';

const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const weight = fc.double({ min: 0, max: 0.99, noNaN: true });

describe('smooth', () => {
  test('gives on TensorBoard’s own test series what TensorBoard gives', () => {
    const third = (1 * 0.4 * 0.6 + 0.5 * 0.4) * 0.6;
    const close = (values: number[], weight: number, expected: number[]) =>
      [...smooth(values, weight)].forEach((value, index) => {
        if (Number.isFinite(expected[index])) expect(value).toBeCloseTo(expected[index]!, 15);
        else expect(value).toBe(expected[index]);
      });
    close([1, 0.5, 0], 0.6, [1, 0.6875, third / (1 - 0.6 ** 3)]);
    close([0, 0.5, 1], 0.6, [0, 0.3125, (1 * 0.4 + 0.5 * 0.4 * 0.6) / (1 - 0.6 ** 3)]);
    close([1, 0.5, 0], 0, [1, 0.5, 0]);
    const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
    close([-infinity, 1, nan, infinity, 0.5], 0.6, [-infinity, 1, nan, infinity, 0.6875]);
    expect([...smooth([0.3, 0.3, 0.3], 0.1)]).toEqual([0.3, 0.3, 0.3]);
    expect([...smooth([], 0.6)]).toEqual([]);
  });

  test('is the weighted mean of all values so far, the newest with weight 1', () => {
    fc.assert(
      fc.property(fc.array(finite, { minLength: 1, maxLength: 30 }), weight, (values, w) => {
        const smoothed = smooth(values, w);
        values.forEach((_, index) => {
          const weights = values.slice(0, index + 1).map((_, age) => w ** (index - age));
          const sum = weights.reduce((a, b) => a + b);
          const mean = weights.reduce((total, share, at) => total + share * values[at]!, 0) / sum;
          expect(Math.abs(smoothed[index]! - mean)).toBeLessThanOrEqual(1e-6 * Math.max(1, ...values.map(Math.abs)));
        });
      }),
    );
  });

  test('weight 0.6 on a small series, by hand', () => {
    // 1; (0.6·0.4 + 0.4·2) / (1 − 0.36); (0.6·1.04 + 0.4·6) / (1 − 0.216)
    expect([...smooth([1, 2, 6], 0.6)].map((value) => value.toFixed(6))).toEqual(['1.000000', '1.625000', '3.857143']);
  });

  test('a constant series stays exactly as it is', () => {
    expect([...smooth([0.1, 0.1, 0.1, 0.1], 0.9)]).toEqual([0.1, 0.1, 0.1, 0.1]);
  });

  test('values that are not finite pass through and change nothing else', () => {
    const gapped = smooth([1, Number.NaN, 2, Number.POSITIVE_INFINITY, 6], 0.6);
    expect(gapped[1]).toBeNaN();
    expect(gapped[3]).toBe(Number.POSITIVE_INFINITY);
    expect([gapped[0], gapped[2], gapped[4]]).toEqual([...smooth([1, 2, 6], 0.6)]);
  });

  test('weight 0 is the series itself, in a new array', () => {
    const values = [3, 1, 2];
    expect([...smooth(values, 0)]).toEqual(values);
    expect([...smooth([], 0.5)]).toEqual([]);
  });
});
