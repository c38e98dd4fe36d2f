import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  drawable,
  expanded,
  pan,
  part,
  projection,
  valueAt,
  zoom,
} from '../../../../webview/shared/plot/axis-transform';

const kinds = ['linear', 'log'] as const;

describe('axes', () => {
  test('a logarithm is a true one: each decade is as wide as the other, and 0 and below have no place', () => {
    const place = projection('log', [0.01, 100], 0, 400);
    expect([0.01, 0.1, 1, 10, 100].map(place)).toEqual([0, 100, 200, 300, 400]);
    expect(place(0)).toBeNaN();
    expect(place(-1)).toBeNaN();
    expect(place(Number.NaN)).toBeNaN();
    expect(drawable('log', [0, 1000], 1)).toEqual([1, 1000]);
    expect(drawable('log', [-5, -1], 0.5)).toEqual([0.5, 5]);
    expect(drawable('linear', [3, 3], 1)).toEqual([3, 4]);
  });

  test('valueAt undoes projection', () => {
    for (const kind of kinds) {
      const place = projection(kind, [2, 50], 100, 300);
      expect(place(valueAt(kind, [2, 50], 0.25))).toBeCloseTo(150, 9);
    }
  });

  test('zooming keeps the anchor where it is and stays inside', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.constantFrom(...kinds),
        share,
        fc.double({ min: 1.01, max: 8, noNaN: true }),
        (kind, at, factor) => {
          const whole = [1, 1000] as const;
          const zoomed = zoom(kind, whole, whole, factor, at)!;
          expect(zoomed[0]).toBeGreaterThanOrEqual(1 - 1e-9);
          expect(zoomed[1]).toBeLessThanOrEqual(1000 * (1 + 1e-9));
          const anchor = valueAt(kind, whole, at);
          expect(valueAt(kind, zoomed, at) / anchor).toBeCloseTo(1, 6);
          const back = zoom(kind, zoomed, whole, 1 / factor, at);
          expect(back).toBeUndefined();
        },
      ),
    );
  });

  test('panning stops at the ends', () => {
    expect(pan('linear', [10, 20], [0, 100], 0.5)).toEqual([15, 25]);
    expect(pan('linear', [10, 20], [0, 100], -5)).toEqual([0, 10]);
    expect(pan('log', [1, 10], [1, 1000], 9)!.map((value) => Math.round(value))).toEqual([100, 1000]);
  });

  test('zooming ends before digits do', () => {
    const [from, to] = zoom('linear', [500, 500.001], [0, 1000], 1000, 0.5)!;
    expect(to - from).toBeCloseTo(0.001, 9);
  });

  test('a part and room around', () => {
    expect(part('linear', [0, 10], 0.7, 0.2)).toEqual([2, 7]);
    expect(part('linear', [0, 10], -1, 2)).toEqual([0, 10]);
    expect(expanded('linear', [0, 10], 0.5)).toEqual([-5, 15]);
    expect(expanded('log', [1, 10], 1)[0]).toBeCloseTo(0.1, 12);
  });
});
