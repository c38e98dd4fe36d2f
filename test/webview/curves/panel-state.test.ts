import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CurvesState } from '../../../common/panels/curves/curves-contract';
import { choicesOf, defaultChoices, restoreChoices, restoreState } from '../../../webview/curves/panel-state';
import { isKept } from '../../../webview/shared/restore-state';

describe('restoreState', () => {
  test('what the panel stored comes back', () => {
    const state: CurvesState = {
      version: 1,
      runKeys: ['a', 'b'],
      hidden: ['b'],
      filter: 'wide',
      smoothing: 0.42,
      loss: 'total',
      styles: { a: 0, b: 3 },
      xAxis: 'relative',
      ignoreOutliers: true,
      groupSeeds: true,
      shadeGap: false,
      markRestarts: false,
      markLearningRate: false,
      markCheckpoints: false,
      tooltipOrder: 'lowest',
      order: [
        'scatter',
        'agreement',
        'top1',
        'loss',
        'validation-loss',
        'learning-rate',
        'images-per-second',
        'area',
        'pointing',
        'energy',
        'regions',
      ],
      charts: { loss: { logY: true, logX: true, height: 300, wide: false }, top1: { pinned: true, hidden: true } },
      scatter: { metric: 'lastAuxLoss', field: 'method.alpha', logX: true },
      zoom: { x: [10, 20], y: { loss: [0.5, 1] } },
    };
    expect(restoreState(JSON.parse(JSON.stringify(state)))).toEqual(state);
    expect(restoreChoices(JSON.parse(JSON.stringify(choicesOf(state))))).toEqual(choicesOf(state));
    expect([isKept(state), isKept(undefined), isKept({ version: 0 })]).toEqual([true, false, false]);
  });

  test('what an earlier version did not keep is as it is by default', () => {
    const earlier = { version: 1, runKeys: ['a'], hidden: [], smoothing: 0.5, loss: 'branches', styles: { a: 0 } };
    expect(restoreState(earlier)).toEqual({ ...defaultChoices, filter: '', ...earlier, zoom: { y: {} } });
  });

  test('charts that were not known then follow in the order', () => {
    const { order } = restoreChoices({ order: ['top1', 'nonsense', 'top1'] });
    expect(order.slice(0, 2)).toEqual(['top1', 'loss']);
    expect([...order].sort()).toEqual([...defaultChoices.order].sort());
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
            charts: fc.anything(),
            order: fc.anything(),
            zoom: fc.record({ x: fc.anything(), y: fc.anything() }),
            scatter: fc.anything(),
          }),
        ),
        (stored) => {
          const state = restoreState(stored);
          expect(state.version).toBe(1);
          expect(state.smoothing).toBeGreaterThanOrEqual(0);
          expect(state.smoothing).toBeLessThanOrEqual(0.999);
          expect(new Set(state.order).size).toBe(defaultChoices.order.length);
          expect([...state.runKeys, ...state.hidden].every((id) => typeof id === 'string')).toBe(true);
          expect(Object.values(state.styles).every((index) => Number.isInteger(index) && index >= 0)).toBe(true);
        },
      ),
    );
  });
});
