import { describe, expect, test } from 'vitest';
import { panelNotice } from '../../../webview/shared/notice';

describe('panelNotice', () => {
  const none = { hydrated: true, runs: [], unreadable: [] };

  test('says what to do in place of the contents', () => {
    expect(panelNotice({ ...none, hydrated: false }, true)?.title).toBe('Loading the runs…');
    expect(panelNotice(none, true)).toMatchObject({ title: 'No run to show', offersRuns: true });
    expect(panelNotice(none, true)?.advice).toContain('MixProp: Run Experiment');
    expect(panelNotice(none, false)?.offersRuns).toBe(false);
    expect(panelNotice({ ...none, unreadable: [['a', 'torn']] }, true)?.title).toBe('None of the runs could be read');
  });

  test('is absent as soon as there is a run', () => {
    expect(panelNotice({ ...none, runs: ['a run'], unreadable: [['b', 'torn']] }, true)).toBeUndefined();
  });
});
