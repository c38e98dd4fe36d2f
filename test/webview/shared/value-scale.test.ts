import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { valueAt } from '../../../webview/shared/plot/axis-transform';
import { differenceScale, position, scaleTicks, valueScale } from '../../../webview/shared/value-scale';

const kinds = fc.constantFrom('linear' as const, 'log' as const);
const values = fc.array(fc.oneof(fc.double({ min: 0, max: 1e6, noNaN: true }), fc.constant(Number.NaN)), {
  maxLength: 40,
});

describe('scales', () => {
  test('every finite value has its place, in order', () => {
    fc.assert(
      fc.property(kinds, values, (kind, list) => {
        const scale = valueScale(kind, list);
        expect(scale.from).toBeLessThan(scale.to);
        const finite = list.filter(Number.isFinite).sort((a, b) => a - b);
        const places = finite.map((value) => position(scale, value)!);
        for (const [index, place] of places.entries()) {
          expect(place).toBeGreaterThanOrEqual(places[index - 1] ?? 0);
          expect(place).toBeLessThanOrEqual(1);
        }
        if (finite.some((value) => value > 1e-100)) expect(places.at(-1)).toBeCloseTo(1, 9);
      }),
    );
    expect(position(valueScale('linear', [1]), Number.NaN)).toBeUndefined();
  });

  test('place and value are each other’s inverse', () => {
    fc.assert(
      fc.property(kinds, fc.double({ min: 0, max: 1, noNaN: true }), (kind, place) => {
        const scale = valueScale(kind, [0.01, 30]);
        expect(position(scale, valueAt(scale.kind, [scale.from, scale.to], place))).toBeCloseTo(place, 9);
      }),
    );
  });

  test('ticks lie on the scale, ascend and are not many more than wanted', () => {
    fc.assert(
      fc.property(kinds, values, fc.integer({ min: 2, max: 12 }), (kind, list, most) => {
        const scale = valueScale(kind, list);
        const ticks = scaleTicks(scale, most);
        expect(ticks).toEqual([...new Set(ticks)].sort((a, b) => a - b));
        expect(ticks.length).toBeGreaterThan(0);
        expect(ticks.length).toBeLessThanOrEqual(most + 2);
      }),
    );
    expect(scaleTicks({ kind: 'linear', from: 0, to: 1 }, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(scaleTicks({ kind: 'log', from: 0.001, to: 10 }, 5)).toEqual([0.001, 0.01, 0.1, 1, 10]);
    expect(scaleTicks({ kind: 'log', from: 0.1, to: 1 }, 6)).toEqual([0.1, 0.2, 0.5, 1]);
    expect(scaleTicks({ kind: 'log', from: 0.0042, to: 0.0083 }, 5)).toEqual([0.005, 0.006, 0.007, 0.008]);
  });

  test('a log scale shows four decades at most, and zero at its lower end', () => {
    const scale = valueScale('log', [0, 1e-20, 10]);
    expect(scale).toEqual({ kind: 'log', from: 1e-3, to: 10 });
    expect(position(scale, 0)).toBe(0);
  });

  test('differences are symmetric about none', () => {
    expect(differenceScale('linear', [-3, 1, Number.NaN])).toEqual({ kind: 'linear', from: -3, to: 3 });
    const factors = differenceScale('log', [0.25, 2, Number.POSITIVE_INFINITY, 0]);
    expect(factors.to).toBeCloseTo(4, 9);
    expect(position(factors, 1)).toBeCloseTo(0.5, 9);
    expect(differenceScale('linear', [])).toEqual({ kind: 'linear', from: -1, to: 1 });
    expect(differenceScale('log', [1]).to).toBeCloseTo(2, 9);
  });
});
