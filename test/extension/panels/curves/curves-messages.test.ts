import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { curvesSchemas } from '../../../../extension/panels/curves/curves-messages';
import { parseMessage } from '../../../../extension/panels/panel-messages';

/** A message that only this panel has. */
function parseFromCurves(untrusted: unknown) {
  const parsed = parseMessage(curvesSchemas, untrusted);
  return parsed?.type === 'own' ? parsed.message : undefined;
}

describe('messages of the curves panel', () => {
  test('are taken when they are of the protocol', () => {
    const opened = { type: 'openEpoch', runKey: 'a-1', epoch: 10 };
    expect(parseFromCurves({ ...opened, more: 1 })).toEqual(opened);
    const choices = { type: 'choices', choices: { smoothing: 0.5 } };
    expect(parseFromCurves(choices)).toEqual(choices);
  });

  test('choices are a record of a bearable size', () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    for (const choices of [undefined, null, [], 'x', circle, { long: 'x'.repeat(20_000) }]) {
      expect(parseFromCurves({ type: 'choices', choices })).toBeUndefined();
    }
  });

  test('are refused when they are not, whatever they are', () => {
    for (const message of [
      undefined,
      null,
      'openEpoch',
      { type: 'request', id: 1, name: 'maps', request: { runKey: 'a' } },
      { type: 'run' },
      { type: 'openEpoch', runKey: 'a' },
      { type: 'openEpoch', runKey: 'a', epoch: -1 },
      { type: 'openEpoch', runKey: 'a', epoch: 1.5 },
      { type: 'openEpoch', runKey: 1, epoch: 1 },
    ]) {
      expect(parseFromCurves(message)).toBeUndefined();
    }
    fc.assert(
      fc.property(fc.anything(), (message) => {
        const parsed = parseFromCurves(message);
        if (parsed) expect(['openEpoch', 'choices']).toContain(parsed.type);
      }),
    );
  });
});
