import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { curvesPanelTitle, parseFromCurves, restoredRunIds } from '../../../extension/panels/curves-messages';

describe('messages of the curves panel', () => {
  test('are taken when they are of the protocol', () => {
    expect(parseFromCurves({ type: 'ready', version: 1, more: 'ignored' })).toEqual({ type: 'ready', version: 1 });
    expect(parseFromCurves({ type: 'chooseRuns' })).toEqual({ type: 'chooseRuns' });
    expect(parseFromCurves({ type: 'error', message: 'oh' })).toEqual({ type: 'error', message: 'oh' });
  });

  test('are refused when they are not, whatever they are', () => {
    for (const message of [
      undefined,
      null,
      'ready',
      { type: 'ready' },
      { type: 'error', message: {} },
      { type: 'run' },
    ]) {
      expect(parseFromCurves(message)).toBeUndefined();
    }
    fc.assert(
      fc.property(fc.anything(), (message) => {
        const parsed = parseFromCurves(message);
        if (parsed) expect(['ready', 'chooseRuns', 'error']).toContain(parsed.type);
      }),
    );
  });
});

describe('a restored panel', () => {
  test('shows the runs it had', () => {
    expect(restoredRunIds({ version: 1, runIds: ['a-1', 'b-2', 'a-1'] })).toEqual(['a-1', 'b-2']);
  });

  test('starts empty when its state is not understood', () => {
    fc.assert(
      fc.property(fc.anything(), (state) => {
        for (const id of restoredRunIds(state)) expect(id).toBeTypeOf('string');
      }),
    );
    expect(restoredRunIds({ runIds: [1, null, 'a-1'] })).toEqual(['a-1']);
  });
});

test('the tab names the runs', () => {
  expect(curvesPanelTitle([])).toBe('Loss Curves');
  expect(curvesPanelTitle(['a-1'])).toBe('Loss Curves: a-1');
  expect(curvesPanelTitle(['a-1', 'b-1', 'c-1'])).toBe('Loss Curves: a-1 and 2 more');
});
