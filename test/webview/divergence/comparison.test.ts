import { describe, expect, test } from 'vitest';
import {
  compareRuns,
  comparisonText,
  differenceMatrix,
  haveSameLayers,
  runMatrix,
} from '../../../webview/divergence/comparison';
import { panelDivergence } from './divergence-run-fixture';

const mixprop = panelDivergence({
  runKey: 'mixprop',
  columns: [
    [0.01, 0.03],
    [0.02, 0.04],
    [9, 9],
  ],
});
const advprop = panelDivergence({
  runKey: 'advprop',
  columns: [
    [0.1, 0.1],
    [0.1, 0.14],
  ],
});
const vanilla = panelDivergence({ runKey: 'vanilla', columns: [], branches: 'main' });

describe('two runs', () => {
  test('are compared at the last epoch that both have', () => {
    const comparison = compareRuns(mixprop, advprop, 'symmetricKl')!;
    expect(comparison).toMatchObject({ epoch: 2, further: { runKey: 'advprop' }, nearer: { runKey: 'mixprop' } });
    expect(comparison.factor).toBeCloseTo(4, 9);
    expect(comparisonText(comparison, 'symmetricKl', (id) => id)).toBe(
      'The branches of advprop are 4.0 times as far apart as those of mixprop (Symmetric KL, mean over 2 layers after epoch 2: 0.12 against 0.03 nats).',
    );
    expect(compareRuns(advprop, mixprop, 'symmetricKl')).toEqual(comparison);
  });

  test('are not where one has a single branch or values that are not finite', () => {
    expect(compareRuns(mixprop, vanilla, 'meanShift')).toBeUndefined();
    const broken = panelDivergence({
      runKey: 'x',
      columns: [
        [null, 1],
        [null, 1],
      ],
    });
    expect(compareRuns(mixprop, broken, 'meanShift')).toBeUndefined();
  });

  test('that are equal, or one of which is not apart at all', () => {
    const none = panelDivergence({ runKey: 'none', columns: [[0, 0]] });
    expect(comparisonText(compareRuns(mixprop, none, 'gammaGap')!, 'gammaGap', (id) => id)).toContain(
      'mixprop are apart, unlike those of none (γ gap, mean over 2 layers after epoch 1: 0.02 against 0)',
    );
    expect(comparisonText(compareRuns(mixprop, mixprop, 'gammaGap')!, 'gammaGap', (id) => id)).toContain('equally far');
  });
});

test('matrices: a row a layer, a column a key, empty where a run has no record', () => {
  const keys = [1, 2, 3];
  const [a, b] = [mixprop, advprop].map((run) => runMatrix(run, 'betaGap', 'epochs', keys));
  expect(b).toEqual([
    [0.1, 0.1, undefined],
    [0.1, 0.14, undefined],
  ]);
  expect(differenceMatrix(a!, b!, 'linear')[0]).toEqual([0.01 - 0.1, 0.02 - 0.1, undefined]);
  expect(differenceMatrix(a!, b!, 'log')[0]?.[1]).toBeCloseTo(0.2, 9);
  expect(haveSameLayers(mixprop, advprop)).toBe(true);
  expect(haveSameLayers(mixprop, vanilla)).toBe(false);
});
