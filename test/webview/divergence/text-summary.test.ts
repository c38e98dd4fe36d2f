import { expect, test } from 'vitest';
import { announceDivergence, summarizeDivergence } from '../../../webview/divergence/text-summary';
import { panelDivergence } from './divergence-run-fixture';

test('a run in words and numbers', () => {
  const alarms = [{ kind: 'exploding', layer: 'bn', epoch: 2, message: '', cause: '', remedy: '' }] as const;
  const run = panelDivergence({
    runKey: 'a',
    columns: [
      [1, 1],
      [0.25, 0.5],
      [8, 8],
    ],
    within: [2],
    alarms: [...alarms],
  });
  const { text, attributes } = summarizeDivergence(run, 'meanShift');
  expect(text).toBe(
    'name of a [a]: state finished; branches main and aux; layers 2; epochs 2; last epoch 2; symmetricKl 0.3750; wasserstein2 0.3750; meanShift 0.3750; logVarianceRatio 0.3750; gammaGap 0.3750; betaGap 0.3750; largest bn 0.5000 by meanShift; alarms exploding at bn after epoch 2',
  );
  expect(attributes).toMatchObject({
    'data-run-id': 'a',
    'data-branches': 'main and aux',
    'data-layers': '2',
    'data-records': '3',
    'data-epochs': '2',
    'data-last-epoch': '2',
    'data-last-step': '30',
    'data-mean-symmetric-kl': '0.375',
    'data-mean-log-variance-ratio': '0.375',
    'data-measure': 'meanShift',
    'data-largest-layer': 'bn',
    'data-largest-value': '0.5',
    'data-alarms': 'exploding',
  });
  expect(announceDivergence([run], 'meanShift')).toBe('a finished, divergence after epoch 2: 0.375, one alarm');
});

test('a run with one branch has no numbers', () => {
  const run = panelDivergence({ runKey: 'v', columns: [], branches: 'main' });
  const { text, attributes } = summarizeDivergence(run, 'symmetricKl');
  expect(text).toContain('branches main; layers 0; epochs 0; last epoch none; symmetricKl none');
  expect(attributes).toMatchObject({ 'data-mean-symmetric-kl': '', 'data-largest-layer': '', 'data-alarms': '' });
  expect(announceDivergence([run], 'symmetricKl')).toBe('v finished');
});
