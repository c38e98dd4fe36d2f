import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  divergencePanelTitle,
  parseFromDivergence,
  restoredDivergenceRunIds,
} from '../../../extension/panels/divergence-messages';

const request = { type: 'channels', requestId: 3, runId: 'a-1', layer: 'layer1.0.bn1', epoch: 7 };

describe('messages of the divergence panel', () => {
  test('are taken when they are of the protocol', () => {
    expect(parseFromDivergence({ type: 'ready', version: 1, more: 'ignored' })).toEqual({ type: 'ready', version: 1 });
    expect(parseFromDivergence({ type: 'chooseRuns' })).toEqual({ type: 'chooseRuns' });
    expect(parseFromDivergence({ ...request, more: 1 })).toEqual(request);
    expect(parseFromDivergence({ type: 'error', message: 'oh' })).toEqual({ type: 'error', message: 'oh' });
  });

  test('are refused when they are not, whatever they are', () => {
    for (const change of [{ epoch: -1 }, { epoch: 1.5 }, { layer: 1 }, { runId: undefined }, { requestId: '3' }]) {
      expect(parseFromDivergence({ ...request, ...change })).toBeUndefined();
    }
    expect(parseFromDivergence({ ...request, layer: 'x'.repeat(1000) })).toBeUndefined();
    fc.assert(
      fc.property(
        fc.oneof(fc.anything(), fc.record({ type: fc.constant('channels'), epoch: fc.anything() })),
        (message) => {
          const parsed = parseFromDivergence(message);
          if (parsed) expect(['ready', 'chooseRuns', 'channels', 'error']).toContain(parsed.type);
        },
      ),
    );
  });
});

test('a restored panel shows the runs it had, or starts empty', () => {
  expect(restoredDivergenceRunIds({ version: 1, runIds: ['a-1', 'b-2', 'a-1', 3] })).toEqual(['a-1', 'b-2']);
  fc.assert(
    fc.property(fc.anything(), (state) => {
      for (const id of restoredDivergenceRunIds(state)) expect(id).toBeTypeOf('string');
    }),
  );
});

test('the tab names the runs', () => {
  expect(divergencePanelTitle([])).toBe('BN Divergence');
  expect(divergencePanelTitle(['a-1'])).toBe('BN Divergence: a-1');
  expect(divergencePanelTitle(['a-1', 'b-1', 'c-1'])).toBe('BN Divergence: a-1 and 2 more');
});
