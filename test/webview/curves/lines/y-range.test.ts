import { describe, expect, test } from 'vitest';
import { quantile, rangeWithoutOutliers } from '../../../../webview/curves/data/outlier-range';
import type { CurveSeries } from '../../../../webview/curves/lines/curve-series';
import { DrawnLine } from '../../../../webview/curves/lines/drawn-line';
import { countNotPositive, yRange } from '../../../../webview/curves/lines/y-range';

const part = (values: number[]) => ({ values, start: 0, end: values.length });
const line = (y: number[], raw = y): DrawnLine => {
  const x = y.map((_, index) => index);
  const series: CurveSeries = { runKey: 'a', kind: 'main', x, y, raw, step: x, time: x };
  return new DrawnLine(series, [0, x.length], 'linear', 1000);
};
const options = { scale: 'linear', ignoreOutliers: false, fromZero: false, minSpan: 0 } as const;

describe('outliers, as TensorBoard leaves them out', () => {
  test('only values between the 5th and the 95th percentile count', () => {
    expect(rangeWithoutOutliers([part([-100, 100, -5]), part([-5, 0, 5])], false)).toEqual([-5, 5]);
    expect(rangeWithoutOutliers([part([0, 1, 1, 1])], false)).toEqual([1, 1]);
  });

  test('two values stay, constants stay, what is not finite does not count', () => {
    expect(rangeWithoutOutliers([part([Number.NaN, -100, 100])], false)).toEqual([-100, 100]);
    expect(rangeWithoutOutliers([part([1, 1, 1])], false)).toEqual([1, 1]);
    expect(rangeWithoutOutliers([part([Number.NaN])], false)).toBeUndefined();
    expect(rangeWithoutOutliers([part([-1, 0, 2, 3])], true)).toEqual([2, 3]);
  });

  test('percentiles are interpolated', () => {
    expect(quantile([0, 10], 0.25)).toBe(2.5);
    expect(quantile([3], 0.95)).toBe(3);
    expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5);
  });

  test('of very many values every n-th is enough', () => {
    const many = Array.from({ length: 400_000 }, (_, index) => (index * 7919) % 1000);
    const [low, high] = rangeWithoutOutliers([part(many)], false)!;
    expect(low).toBeGreaterThan(40);
    expect(low).toBeLessThan(60);
    expect(high).toBeGreaterThan(940);
    expect(high).toBeLessThan(960);
  });
});

describe('yRange', () => {
  test('what is in view with a margin, ghosts included, never below 0 for what has no such values', () => {
    const [from, to] = yRange([line([1, 2, 9])], [0, 1], options);
    expect([from, to]).toEqual([1 - 0.04, 2 + 0.04]);
    expect(yRange([line([1, 2], [0, 4])], [0, 1], options)).toEqual([0, 4.16]);
  });

  test('at least the minimum span; from 0 on request', () => {
    const [from, to] = yRange([line([0.5, 0.5])], [0, 1], { ...options, minSpan: 0.1 });
    expect(to - from).toBeCloseTo(0.1, 12);
    expect(yRange([line([2, 4])], [0, 1], { ...options, fromZero: true })[0]).toBe(0);
  });

  test('shares end at 1, but the band of a mean is seen whole', () => {
    const shares = { ...options, minSpan: 0.1, maxValue: 1 };
    expect(yRange([line([0.5, 1])], [0, 1], shares)).toEqual([0.48, 1]);
    expect(yRange([line([0.99, 1])], [0, 1], shares)).toEqual([0.9, 1]);
    expect(yRange([line([0.2, 0.6])], [0, 1], shares)[1]).toBeCloseTo(0.616, 12);
    expect(yRange([line([0.5, 1.2])], [0, 1], shares)[1]).toBe(1.2);
  });

  test('a logarithm spans what is above 0', () => {
    const [from, to] = yRange([line([-1, 0, 0.1, 10])], [0, 3], { ...options, scale: 'log' });
    expect(from).toBeLessThan(0.1);
    expect(from).toBeGreaterThan(0.05);
    expect(to).toBeGreaterThan(10);
    expect(yRange([line([0])], [0, 3], { ...options, scale: 'log' })).toEqual([0.1, 1]);
    expect(countNotPositive([[-1, 0, 0.1, Number.NaN], [0]])).toBe(3);
  });

  test('outliers are ignored on request', () => {
    const noisy = line([1, 1.1, 1.2, 1.1, 1, 1.1, 1.2, 1.1, 1, 90]);
    expect(yRange([noisy], [0, 9], { ...options, ignoreOutliers: true })[1]).toBeLessThan(1.3);
    expect(yRange([noisy], [0, 9], options)[1]).toBeGreaterThan(90);
  });
});
