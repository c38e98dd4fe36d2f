import { expect, test } from 'vitest';
import { panelNotice, runNotice } from '../../../webview/divergence/notice';
import { panelDivergence } from './divergence-run-fixture';

test('what stands in place of everything', () => {
  const none = { hydrated: true, runs: [], unreadable: [] };
  expect(panelNotice({ ...none, hydrated: false }, true)?.title).toContain('Loading');
  expect(panelNotice(none, true)).toMatchObject({ offersRuns: true });
  expect(panelNotice(none, false)).toMatchObject({ offersRuns: false });
  expect(panelNotice({ ...none, unreadable: [['a', 'torn']] }, true)?.title).toContain('None of the runs');
  expect(panelNotice({ ...none, runs: [panelDivergence({ runId: 'a', columns: [[1, 1]] })] }, true)).toBeUndefined();
});

test('what stands in place of a run’s heatmap', () => {
  expect(runNotice(panelDivergence({ runId: 'a', columns: [[1, 1]] }))).toBeUndefined();
  expect(runNotice(panelDivergence({ runId: 'v', columns: [], branches: 'main' }))).toContain('one branch');
  expect(runNotice(panelDivergence({ runId: 'r', columns: [], state: 'running' }))).toContain('Waiting');
  expect(runNotice(panelDivergence({ runId: 'f', columns: [], state: 'failed' }))).toContain('ended before');
});
