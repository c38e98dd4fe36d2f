import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseFromRobustness } from '../../../../extension/panels/robustness/robustness-messages';

const request = {
  type: 'flips',
  requestId: 3,
  count: 12,
  runKey: 'a-1',
  evaluation: 'best-1',
  branch: 'main',
  corruption: 'fog',
  severity: 3,
};

describe('messages of the robustness panel', () => {
  test('are taken when they are of the protocol', () => {
    expect(parseFromRobustness({ ...request, more: 1 })).toEqual(request);
    expect(parseFromRobustness({ type: 'evaluate', runKey: '../x' })).toEqual({ type: 'evaluate' });
    const saved = { type: 'saveFile', fileName: 'a.csv', mime: 'text/csv', encoding: 'utf8', contents: 'x' };
    expect(parseFromRobustness(saved)).toEqual(saved);
    expect(parseFromRobustness({ ...saved, fileName: '../a.csv' })).toBeUndefined();
  });

  test('ask for a bearable number of images', () => {
    expect(parseFromRobustness({ ...request, count: 1e9 })).toMatchObject({ count: 96 });
  });

  test('are refused when they are not, whatever they are', () => {
    for (const change of [
      { severity: -1 },
      { severity: 1.5 },
      { branch: 1 },
      { runKey: undefined },
      { requestId: '3' },
    ]) {
      expect(parseFromRobustness({ ...request, ...change })).toBeUndefined();
    }
    expect(parseFromRobustness({ ...request, corruption: 'x'.repeat(1000) })).toBeUndefined();
    const field = fc.oneof(fc.anything(), fc.nat(), fc.string());
    const like = fc.record({
      type: fc.constantFrom('flips', 'saveFile', 'evaluate'),
      requestId: field,
      count: field,
      runKey: field,
      evaluation: field,
      branch: field,
      corruption: field,
      severity: field,
    });
    fc.assert(
      fc.property(fc.oneof(fc.anything(), like), (message) => {
        const parsed = parseFromRobustness(message);
        if (parsed === undefined) return;
        expect(['flips', 'saveFile', 'evaluate']).toContain(parsed.type);
        if (parsed.type !== 'flips') return;
        const { type: _, requestId, count, severity, ...names } = parsed;
        for (const number of [requestId, count, severity]) expect(Number.isSafeInteger(number)).toBe(true);
        for (const name of Object.values(names)) expect(typeof name).toBe('string');
      }),
    );
  });
});
