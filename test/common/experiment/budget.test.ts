import { describe, expect, test } from 'vitest';
import { epochCost, expectedEpochCost, formatCost, totalCost } from '../../../common/experiment/budget';
import { type ExperimentInput, experimentSchema } from '../../../common/experiment/schema';

const experimentOf = (method: ExperimentInput['method']) =>
  experimentSchema.parse({ method, training: { epochs: 10 } });
const pgd = (epsilonPixels: number, steps: number) => ({ type: 'advprop' as const, attack: { epsilonPixels, steps } });

describe('the cost of an epoch', () => {
  test.each<[string, ExperimentInput['method'], counted: number, expected: number]>([
    ['vanilla', { type: 'vanilla' }, 1, 1],
    ['mixup', { type: 'mixup' }, 1, 1],
    ['cutmix', { type: 'cutmix' }, 1, 1],
    ['mixprop', { type: 'mixprop' }, 2, 2],
    ['mixprop with CutMix', { type: 'mixprop', auxiliary: 'cutmix' }, 2, 2],
    ['advprop, PGD-1', pgd(1, 1), 3, 2.67],
    ['advprop, PGD-3', pgd(2, 3), 5, 4],
    ['advprop, PGD-4', pgd(3, 4), 6, 4.67],
    ['fast-advprop, 4 : 1', { type: 'fast-advprop' }, 1.2, 1.2],
    ['fast-advprop, 1 : 1', { type: 'fast-advprop', fraction: 0.5 }, 1.5, 1.5],
  ])('of %s is as in the paper’s Table 4', (_, method, counted, expected) => {
    const experiment = experimentOf(method);
    expect(epochCost(experiment.method)).toBeCloseTo(counted, 10);
    expect(expectedEpochCost(experiment.method)).toBeCloseTo(expected, 2);
    expect(totalCost(experiment)).toBeCloseTo(10 * counted, 10);
  });

  test('of fast-advprop is (a + 2b) / (a + b) for a clean and b attacked images', () => {
    for (const [clean, attacked] of [
      [4, 1],
      [1, 1],
      [9, 3],
    ]) {
      const { method } = experimentOf({ type: 'fast-advprop', fraction: attacked / (clean + attacked) });
      expect(epochCost(method)).toBeCloseTo((clean + 2 * attacked) / (clean + attacked), 10);
    }
  });

  test('is written with at most two decimals', () => {
    expect([2, 8 / 3, 1.2, 1920].map(formatCost)).toEqual(['2 N', '2.67 N', '1.2 N', '1920 N']);
  });
});
