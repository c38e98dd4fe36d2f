import { expect, test } from 'vitest';
import { restoreState } from '../../../../webview/curves/panel-state';
import { summarizeView } from '../../../../webview/curves/text/view-summary';
import { panelRun } from '../panel-run-fixture';

test('the view in words and as attributes', () => {
  const runs = ['s1', 's2'].map((runKey) => panelRun({ runKey, main: [1] }));
  const state = {
    ...restoreState(undefined),
    xAxis: 'epoch' as const,
    ignoreOutliers: true,
    charts: { loss: { logY: true }, 'images-per-second': { hidden: true } },
    zoom: { x: [1, 3] as [number, number], y: { loss: [0.1, 1] as [number, number] } },
  };
  const { text, attributes } = summarizeView(state, [1, 3], runs, [{ runKey: 's1', runs, label: 's (2 seeds)' }]);
  expect(text).toBe(
    'Charts by epoch from 1 to 3; smoothing 0.9; zoomed along x and y; logarithmic y in loss; outliers ignored; ' +
      's (2 seeds) as mean and deviation.',
  );
  expect(attributes).toEqual({
    'data-x-axis': 'epoch',
    'data-x-range': '1 3',
    'data-zoomed': 'x y',
    'data-smoothing': '0.9',
    'data-loss': 'branches',
    'data-log-x': '',
    'data-log-y': 'loss',
    'data-ignore-outliers': 'true',
    'data-charts': 'loss top1 validation-loss learning-rate',
    'data-pinned': '',
    'data-groups': 's1,s2',
  });
});
