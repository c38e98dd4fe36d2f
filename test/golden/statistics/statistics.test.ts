import { expect, test } from 'vitest';
import { bootstrapInterval } from '../../../common/study/statistics/bootstrap';
import { incompleteBeta } from '../../../common/study/statistics/incomplete-beta';
import { mcnemarTest } from '../../../common/study/statistics/mcnemar';
import { mean, standardDeviation } from '../../../common/study/statistics/mean';
import { pairedTTest } from '../../../common/study/statistics/paired-t';
import { wilsonInterval } from '../../../common/study/statistics/wilson';
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
