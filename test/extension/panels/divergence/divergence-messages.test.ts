import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseFromDivergence } from '../../../../extension/panels/divergence/divergence-messages';

const request = { type: 'channels', requestId: 3, runKey: 'a-1', layer: 'layer1.0.bn1', epoch: 7 };

describe('messages of the divergence panel', () => {
  test('are taken when they are of the protocol', () => {
    expect(parseFromDivergence({ ...request, more: 1 })).toEqual(request);
  });

  test('are refused when they are not, whatever they are', () => {
    for (const change of [{ epoch: -1 }, { epoch: 1.5 }, { layer: 1 }, { runKey: undefined }, { requestId: '3' }]) {
      expect(parseFromDivergence({ ...request, ...change })).toBeUndefined();
    }
    expect(parseFromDivergence({ ...request, layer: 'x'.repeat(1000) })).toBeUndefined();
    fc.assert(
      fc.property(
        fc.oneof(fc.anything(), fc.record({ type: fc.constant('channels'), epoch: fc.anything() })),
        (message) => {
          const parsed = parseFromDivergence(message);
          if (parsed) expect(['channels']).toContain(parsed.type);
        },
      ),
    );
  });
});
