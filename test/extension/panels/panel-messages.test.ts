import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { divergenceSchemas } from '../../../extension/panels/divergence/divergence-messages';
import { panelTitle, parseMessage, restoredRuns } from '../../../extension/panels/panel-messages';

const parsePanelMessage = (message: unknown) => parseMessage(divergenceSchemas, message);

describe('messages that all panels have', () => {
  test('are taken when they are of the protocol', () => {
    expect(parsePanelMessage({ type: 'ready', version: 1, more: 'ignored' })).toEqual({ type: 'ready', version: 1 });
    expect(parsePanelMessage({ type: 'chooseRuns' })).toEqual({ type: 'chooseRuns' });
    const removal = { type: 'removeRuns', runKeys: ['a', 'b'] };
    expect(parsePanelMessage(removal)).toEqual(removal);
    expect(parsePanelMessage({ type: 'cancel', id: 2 })).toEqual({ type: 'cancel', id: 2 });
    expect(parsePanelMessage({ type: 'error', message: 'oh' })).toEqual({ type: 'error', message: 'oh' });
    expect(parsePanelMessage({ type: 'error', message: 'x'.repeat(100_000) })).toMatchObject({
      message: 'x'.repeat(4000),
    });
  });

  test('a file has a plain name with the ending of its kind, never a path', () => {
    const saved = { type: 'saveFile', fileName: 'loss.csv', mime: 'text/csv', encoding: 'utf8', contents: '' };
    expect(parsePanelMessage(saved)).toEqual(saved);
    for (const fileName of [
      '../loss.csv',
      'a/loss.csv',
      'a\\loss.csv',
      '.csv',
      'loss.exe',
      'loss.csv.exe',
      'LOSS.csv\n',
      3,
    ]) {
      expect(parsePanelMessage({ ...saved, fileName })).toBeUndefined();
    }
    for (const mime of ['text/html', 'toString', '__proto__', 3])
      expect(parsePanelMessage({ ...saved, mime })).toBeUndefined();
    expect(parsePanelMessage({ ...saved, encoding: 'hex' })).toBeUndefined();
    expect(parsePanelMessage({ ...saved, contents: {} })).toBeUndefined();
  });

  test('are refused when they are not, whatever they are', () => {
    for (const message of [
      undefined,
      null,
      'ready',
      { type: 'ready' },
      { type: 'error', message: {} },
      { type: 'run' },
      { type: 'toString' },
      { type: 'removeRuns', runKeys: 'a' },
      { type: 'removeRuns', runKeys: ['x'.repeat(5000)] },
      { type: 'cancel', id: -1 },
    ]) {
      expect(parsePanelMessage(message)).toBeUndefined();
    }
    fc.assert(
      fc.property(fc.anything(), (message) => {
        const parsed = parsePanelMessage(message);
        if (parsed)
          expect(['ready', 'chooseRuns', 'error', 'removeRuns', 'cancel', 'request', 'saveFile']).toContain(
            parsed.type,
          );
      }),
    );
  });
});

describe('a restored panel', () => {
  test('shows the runs it had', () => {
    expect(restoredRuns({ version: 1, runKeys: ['a-1', 'b-2', 'a-1'] })).toEqual(['a-1', 'b-2']);
    // As older versions kept it.
    expect(restoredRuns({ version: 1, runIds: ['a-1', 'b-2'] })).toEqual(['a-1', 'b-2']);
  });

  test('starts empty when its state is not understood', () => {
    fc.assert(
      fc.property(fc.anything(), (state) => {
        for (const id of restoredRuns(state)) expect(id).toBeTypeOf('string');
      }),
    );
    expect(restoredRuns({ runKeys: [1, null, 'a-1'] })).toEqual(['a-1']);
  });
});

test('the tab names the runs', () => {
  expect(panelTitle('Loss Curves', [])).toBe('Loss Curves');
  expect(panelTitle('Loss Curves', ['a-1'])).toBe('Loss Curves: a-1');
  expect(panelTitle('Loss Curves', ['a-1', 'b-1', 'c-1'])).toBe('Loss Curves: a-1 and 2 more');
});
