import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { divergenceSchemas } from '../../../../extension/panels/divergence/divergence-messages';
import { parseMessage } from '../../../../extension/panels/panel-messages';

const parse = (message: unknown) => parseMessage(divergenceSchemas, message);
const place = { runKey: 'a-1', layer: 'layer1.0.bn1', epoch: 7 };
const asked = (request: unknown) => ({ type: 'request', id: 3, name: 'channels', request });

describe('messages of the divergence panel', () => {
  test('are taken when they are of the protocol', () => {
    expect(parse(asked({ ...place, more: 1 }))).toEqual(asked(place));
  });

  test('are refused when they are not, whatever they are', () => {
    const long = 'x'.repeat(1000);
    for (const change of [{ epoch: -1 }, { epoch: 1.5 }, { layer: 1 }, { layer: long }, { runKey: undefined }]) {
      expect(parse(asked({ ...place, ...change }))).toBeUndefined();
    }
    fc.assert(
      fc.property(fc.record({ runKey: fc.anything(), layer: fc.anything(), epoch: fc.anything() }), (request) => {
        const parsed = parse(asked(request));
        if (parsed?.type !== 'request') return;
        expect(parsed.request.layer).toBeTypeOf('string');
        expect(Number.isSafeInteger(parsed.request.epoch)).toBe(true);
      }),
    );
  });
});
