import { expect, test } from 'vitest';
import { classConfusions } from '../../../common/study/confusion-matrix';
import { pairPredictions } from '../../../common/study/paired-predictions';
import { bootstrapInterval } from '../../../common/study/statistics/bootstrap';
import { incompleteBeta } from '../../../common/study/statistics/incomplete-beta';
import { mcnemarTest } from '../../../common/study/statistics/mcnemar';
import { mean, standardDeviation } from '../../../common/study/statistics/mean';
import { pairedTTest } from '../../../common/study/statistics/paired-t';
import { wilsonInterval } from '../../../common/study/statistics/wilson';
import { somePredictions } from '../../common/study/study-evaluations';
import references from './references.json';

/** Largest deviation, relative to the reference where it is above 1. */
const tolerance = 1e-9;

function expectClose(actual: number | undefined, expected: number, what: unknown): void {
  const deviation = Math.abs((actual ?? Number.NaN) - expected) / Math.max(1, Math.abs(expected));
  expect(deviation, `${JSON.stringify(what)}: ${actual} instead of ${expected}`).toBeLessThanOrEqual(tolerance);
}

test('the incomplete beta function is SciPy’s', () => {
  for (const { x, a, b, value } of references.incompleteBeta) expectClose(incompleteBeta(x, a, b), value, { x, a, b });
});

test('Wilson intervals are those of statsmodels', () => {
  for (const { successes, trials, interval } of references.wilson) {
    const own = wilsonInterval(successes, trials);
    expectClose(own?.low, interval.low, { successes, trials });
    expectClose(own?.high, interval.high, { successes, trials });
  }
});

test('the p-values of McNemar’s test are the exact ones of statsmodels, also relative to their size', () => {
  for (const { firstOnly, secondOnly, pValue } of references.mcnemar) {
    expectClose(mcnemarTest(firstOnly, secondOnly) / pValue, 1, { firstOnly, secondOnly });
  }
});

test('paired t-tests are SciPy’s', () => {
  for (const { first, second, interval, ...numbers } of references.pairedT) {
    const own = pairedTTest(first, second);
    for (const name of ['meanDifference', 't', 'degreesOfFreedom', 'pValue'] as const)
      expectClose(own?.[name], numbers[name], { first, second, name });
    expectClose(own?.interval.low, interval.low, { first, second });
    expectClose(own?.interval.high, interval.high, { first, second });
  }
});

test('bootstrap intervals are those of all resamples', () => {
  for (const { values, interval } of references.bootstrap) {
    const own = bootstrapInterval(values);
    expectClose(own?.low, interval.low, values);
    expectClose(own?.high, interval.high, values);
  }
});

test('means and standard deviations are NumPy’s', () => {
  for (const { values, ...expected } of references.deviations) {
    expectClose(mean(values), expected.mean, values);
    expectClose(standardDeviation(values), expected.standardDeviation, values);
  }
});

test('what is made of the predictions of two networks is what NumPy and statsmodels make of them', () => {
  for (const { labels, first, second, mcnemar } of references.predictions) {
    const classes = first.confusion.map((_, number) => `class ${number}`);
    const predictions = [first, second].map(({ predicted }) => somePredictions(classes, labels, { main: predicted }));
    for (const [index, expected] of [first, second].entries()) {
      const columns = predictions[index].conditions[0].branches.main!;
      const { matrix, accuracies } = classConfusions(labels, columns, classes.length);
      expect(matrix).toEqual(expected.confusion);
      for (const [label, accuracy] of accuracies.entries())
        expectClose(accuracy ?? undefined, expected.accuracyByClass[label], { label });
      const right = matrix.reduce((sum, row, label) => sum + row[label], 0);
      expectClose(right / labels.length, expected.top1, 'top-1');
      expectClose(wilsonInterval(right, labels.length)?.low, expected.interval.low, 'low');
      expectClose(wilsonInterval(right, labels.length)?.high, expected.interval.high, 'high');
    }
    const [{ firstOnly, secondOnly, pValue }] = pairPredictions(predictions[0], predictions[1]);
    expect([firstOnly.length, secondOnly.length]).toEqual([mcnemar.firstOnly, mcnemar.secondOnly]);
    expectClose(pValue / mcnemar.pValue, 1, mcnemar);
  }
});
