import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseMessage } from '../../../../extension/panels/panel-messages';
import { robustnessSchemas } from '../../../../extension/panels/robustness/robustness-messages';

const parse = (message: unknown) => parseMessage(robustnessSchemas, message);
const cell = { runKey: 'a-1', evaluation: 'best-1', branch: 'main', corruption: 'fog', severity: 3 };
const asked = (request: object, name = 'flips') => ({ type: 'request', id: 3, name, request });

describe('messages of the robustness panel', () => {
  test('are taken when they are of the protocol', () => {
    for (const name of ['flips', 'pictures']) {
      expect(parse(asked({ ...cell, count: 12, more: 1 }, name))).toEqual(asked({ ...cell, count: 12 }, name));
    }
    expect(parse({ type: 'evaluate', runKey: '../x' })).toEqual({ type: 'own', message: { type: 'evaluate' } });
    const saved = { type: 'saveFile', fileName: 'a.csv', mime: 'text/csv', encoding: 'utf8', contents: 'x' };
    expect(parse(saved)).toEqual(saved);
    expect(parse({ ...saved, fileName: '../a.csv' })).toBeUndefined();
  });

  test('ask for a bearable number of images', () => {
    expect(parse(asked({ ...cell, count: 1e9 }))).toMatchObject({ request: { count: 96 } });
  });

  test('are refused when they are not, whatever they are', () => {
    const long = 'x'.repeat(1000);
    for (const change of [
      { severity: -1 },
      { severity: 1.5 },
      { branch: 1 },
      { runKey: undefined },
      { corruption: long },
      { count: '3' },
    ]) {
      expect(parse(asked({ ...cell, count: 12, ...change }))).toBeUndefined();
    }
    const field = fc.oneof(fc.anything(), fc.nat(), fc.string());
    const names = { runKey: field, evaluation: field, branch: field, corruption: field };
    fc.assert(
      fc.property(fc.record({ ...names, count: field, severity: field }), (request) => {
        const parsed = parse(asked(request));
        if (parsed?.type !== 'request') return;
        const { count, severity, ...rest } = parsed.request;
        for (const number of [count, severity]) expect(Number.isSafeInteger(number)).toBe(true);
        for (const name of Object.values(rest)) expect(typeof name).toBe('string');
      }),
    );
  });
});
