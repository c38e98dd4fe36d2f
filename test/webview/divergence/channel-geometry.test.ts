import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { histogram, nearestPoint, scatterScale, sortedIndices } from '../../../webview/divergence/channel-geometry';
import { position } from '../../../webview/shared/value-scale';

const numbers = fc.array(fc.oneof(fc.double({ min: -1e3, max: 1e3, noNaN: true }), fc.constant(Number.NaN)), {
  maxLength: 200,
});

describe('plots of channels', () => {
  test('a scatter holds every value inside its frame, on one scale for both axes', () => {
    fc.assert(
      fc.property(fc.constantFrom('linear' as const, 'log' as const), numbers, numbers, (kind, main, aux) => {
        const scale = scatterScale(kind, main, aux);
        expect(scale.from).toBeLessThan(scale.to);
        for (const value of [...main, ...aux]) {
          if (!Number.isFinite(value) || (kind === 'log' && value < 1e-100)) continue;
          const place = position(scale, value)!;
          expect(place).toBeGreaterThan(0);
          expect(place).toBeLessThan(1);
        }
      }),
      // Differences of a rounding, and of the smallest number there is.
      {
        examples: [
          ['linear', [999.9999999999999, 1000], []],
          ['linear', [0, 5e-324], []],
        ],
      },
    );
  });

  test('sorting keeps every channel, the worst first', () => {
    expect(sortedIndices([1, Number.NaN, 3, 2, 3])).toEqual([1, 2, 4, 3, 0]);
    fc.assert(
      fc.property(numbers, (values) => {
        expect([...sortedIndices(values)].sort((a, b) => a - b)).toEqual(values.map((_, index) => index));
      }),
    );
  });

  test('a histogram counts every finite value once', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 9, noNaN: true }), { maxLength: 300 }), (values) => {
        const { edges, counts } = histogram([...values, Number.NaN]);
        expect(edges).toHaveLength(counts.length + 1);
        expect(counts.reduce((a, b) => a + b, 0)).toBe(values.length);
      }),
    );
    expect(histogram([0, 0, 6]).counts).toEqual([2, 0, 0, 0, 0, 1]);
  });

  test('the nearest point within reach', () => {
    const points = [
      { x: 0, y: 0 },
      { x: 10, y: 0 },
      { x: Number.NaN, y: 0 },
    ];
    expect(nearestPoint(points, 8, 1, 12)).toBe(1);
    expect(nearestPoint(points, 50, 50, 12)).toBeUndefined();
  });
});
