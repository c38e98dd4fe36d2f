import { expect, test } from 'vitest';
import { runNotice } from '../../../webview/divergence/run-notice';
import { panelDivergence } from './divergence-run-fixture';

test('what stands in place of a run’s heatmap', () => {
  expect(runNotice(panelDivergence({ runKey: 'a', columns: [[1, 1]] }))).toBeUndefined();
  expect(runNotice(panelDivergence({ runKey: 'v', columns: [], branches: 'main' }))).toContain('one branch');
  expect(runNotice(panelDivergence({ runKey: 'r', columns: [], state: 'running' }))).toContain('Waiting');
  expect(runNotice(panelDivergence({ runKey: 'f', columns: [], state: 'failed' }))).toContain('ended before');
});
