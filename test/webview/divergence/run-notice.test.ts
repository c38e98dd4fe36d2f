import { expect, test } from 'vitest';
import { runNotice } from '../../../webview/divergence/run-notice';
import { panelDivergence } from './divergence-run-fixture';

test('what stands in place of a run’s heatmap', () => {
  expect(runNotice(panelDivergence({ runId: 'a', columns: [[1, 1]] }))).toBeUndefined();
  expect(runNotice(panelDivergence({ runId: 'v', columns: [], branches: 'main' }))).toContain('one branch');
  expect(runNotice(panelDivergence({ runId: 'r', columns: [], state: 'running' }))).toContain('Waiting');
  expect(runNotice(panelDivergence({ runId: 'f', columns: [], state: 'failed' }))).toContain('ended before');
});
