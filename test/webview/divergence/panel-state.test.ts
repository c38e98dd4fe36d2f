import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DivergenceState } from '../../../common/panels/divergence/divergence-contract';
import { measureNames } from '../../../webview/divergence/measures';
import { restoreState } from '../../../webview/divergence/panel-state';

describe('restoreState', () => {
  test('what the panel stored comes back', () => {
    const state: DivergenceState = {
      version: 1,
      runKeys: ['a', 'b'],
      measure: 'wasserstein2',
      scale: 'linear',
      view: 'difference',
      columns: 'steps',
      pair: ['b', 'a'],
      styles: { a: 0, b: 3 },
      selection: { runKey: 'a', layer: 'bn', epoch: 4 },
    };
    expect(restoreState(JSON.parse(JSON.stringify(state)))).toEqual(state);
  });

  test('anything else gives a usable state', () => {
    const fields = { measure: fc.anything(), scale: fc.anything(), pair: fc.anything(), selection: fc.anything() };
    fc.assert(
      fc.property(
        fc.oneof(fc.anything(), fc.record({ version: fc.constant(1), styles: fc.anything(), ...fields })),
        (stored) => {
          const state = restoreState(stored);
          expect(state.version).toBe(1);
          expect(measureNames).toContain(state.measure);
          expect(['linear', 'log']).toContain(state.scale);
          expect([...state.runKeys, ...state.pair].every((id) => typeof id === 'string')).toBe(true);
          expect(Object.values(state.styles).every((index) => Number.isInteger(index) && index >= 0)).toBe(true);
          if (state.selection !== undefined) expect(Number.isInteger(state.selection.epoch)).toBe(true);
        },
      ),
    );
  });
});
