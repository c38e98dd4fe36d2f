import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CamState } from '../../../common/panels/cam/cam-contract';
import { restoreState } from '../../../webview/cam/panel-state';

const state: CamState = {
  version: 1,
  runKeys: ['a', 'b'],
  epoch: 7,
  now: 'live',
  shown: { name: 'circle' },
  opacity: 0.7,
  colourMap: 'magma',
  scale: 'common',
  difference: true,
  order: 'focus',
  size: 160,
  input: { corruption: 'fog', severity: 3 },
  styles: { a: 1 },
  selection: { image: 'x', column: 'a main' },
};

describe('the state of the panel', () => {
  test('comes back as it was', () => {
    expect(restoreState(JSON.parse(JSON.stringify(state)))).toEqual(state);
  });

  test('what is not understood is as at first', () => {
    const first = restoreState(undefined);
    expect(first).toMatchObject({ epoch: null, shown: 'predicted', opacity: 0.5, colourMap: 'jet', input: null });
    expect(restoreState({ ...state, version: 0 })).toEqual(first);
    expect(
      restoreState({ ...state, opacity: 4, colourMap: 'rainbow', order: 'x', input: { corruption: 'fog' }, now: 3 }),
    ).toEqual({
      ...state,
      now: null,
      opacity: 0.5,
      colourMap: 'jet',
      order: 'chosen',
      input: null,
    });
    fc.assert(
      fc.property(fc.record({ version: fc.constant(1), shown: fc.anything(), selection: fc.anything() }), (stored) => {
        const { shown } = restoreState(stored);
        expect(shown === 'predicted' || shown === 'true' || typeof shown.name === 'string').toBe(true);
      }),
    );
  });
});
