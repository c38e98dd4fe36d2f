import { expect, test } from 'vitest';
import { emptyChartText } from '../../../../webview/curves/text/empty-chart-text';

test('an empty chart says why', () => {
  expect(emptyChartText('loss', { shown: 0, total: 2, started: false })).toContain('hidden');
  expect(emptyChartText('top1', { shown: 1, total: 1, started: true })).toContain('end of an epoch');
  expect(emptyChartText('loss', { shown: 1, total: 1, started: false })).toContain('first step');
});
