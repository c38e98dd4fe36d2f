import { describe, expect, test } from 'vitest';
import { emptyChartText, panelNotice } from '../../../webview/curves/notice';
import { panelRun } from './panel-run-fixture';

describe('panelNotice', () => {
  const none = { hydrated: true, runs: [], unreadable: [] as [string, string][] };

  test('says what to do in place of the charts', () => {
    expect(panelNotice({ ...none, hydrated: false }, true)?.title).toBe('Loading the runs…');
    expect(panelNotice(none, true)).toMatchObject({ title: 'No run to show', offersRuns: true });
    expect(panelNotice(none, true)?.advice).toContain('MixProp: Run Experiment');
    expect(panelNotice(none, false)?.offersRuns).toBe(false);
    expect(panelNotice({ ...none, unreadable: [['a', 'torn']] }, true)?.title).toBe('None of the runs could be read');
  });

  test('is absent as soon as there is a run', () => {
    const runs = [panelRun({ runId: 'a', main: [] })];
    expect(panelNotice({ ...none, runs, unreadable: [['b', 'torn']] }, true)).toBeUndefined();
  });
});

test('an empty chart says why', () => {
  expect(emptyChartText('loss', { shown: 0, total: 2, started: false })).toContain('hidden');
  expect(emptyChartText('top1', { shown: 1, total: 1, started: true })).toContain('end of an epoch');
  expect(emptyChartText('loss', { shown: 1, total: 1, started: false })).toContain('first step');
});
