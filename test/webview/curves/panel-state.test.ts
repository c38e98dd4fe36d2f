import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { restoreState } from '../../../webview/curves/panel-state';
import type { CurvesState } from '../../../webview/protocol';

describe('restoreState', () => {
  test('what the panel stored comes back', () => {
    const state: CurvesState = {
      version: 1,
      runIds: ['a', 'b'],
      hidden: ['b'],
      smoothing: 0.42,
      loss: 'total',
      styles: { a: 0, b: 3 },
    };
    expect(restoreState(JSON.parse(JSON.stringify(state)))).toEqual(state);
  });

  test('anything else gives a usable state', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.anything(),
          fc.record({
            version: fc.constant(1),
            hidden: fc.anything(),
            smoothing: fc.anything(),
            styles: fc.anything(),
          }),
        ),
        (stored) => {
          const state = restoreState(stored);
          expect(state.version).toBe(1);
          expect(state.smoothing).toBeGreaterThanOrEqual(0);
          expect(state.smoothing).toBeLessThanOrEqual(0.99);
          expect([...state.runIds, ...state.hidden].every((id) => typeof id === 'string')).toBe(true);
          expect(Object.values(state.styles).every((index) => Number.isInteger(index) && index >= 0)).toBe(true);
        },
      ),
    );
  });
});
