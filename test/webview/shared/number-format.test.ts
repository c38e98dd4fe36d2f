import { expect, test } from 'vitest';
import {
  formatCount,
  formatLearningRate,
  formatLoss,
  formatLossTick,
  formatPercent,
  formatStepTick,
} from '../../../webview/shared/number-format';

test('losses are equally wide', () => {
  expect([2.30321, 0.123456, 0.05, 12.3456, 1234.5, 0].map(formatLoss)).toEqual([
    '2.303',
    '0.1235',
    '0.0500',
    '12.35',
    '1235',
    '0.0000',
  ]);
  expect([0.000123, 123456, Number.NaN].map(formatLoss)).toEqual(['1.23e-4', '1.23e+5', 'NaN']);
  expect(formatLoss(undefined)).toBe('–');
});

test('axes have no more digits than they need', () => {
  expect([0.5, 2, 0.30000000000000004, 0.0001, 0].map(formatLossTick)).toEqual(['0.5', '2', '0.3', '1e-4', '0']);
  expect([0, 800, 12_000, 12_500, 1_500_000].map(formatStepTick)).toEqual(['0', '800', '12k', '12.5k', '1.5M']);
});

test('percentages, learning rates and counts', () => {
  expect([0.4124, 1, Number.NaN].map(formatPercent)).toEqual(['41.2 %', '100.0 %', 'NaN']);
  expect([0.1, 0.010000000000000002, 0.0005, 0.00001, 0].map(formatLearningRate)).toEqual([
    '0.1',
    '0.01',
    '0.0005',
    '1e-5',
    '0',
  ]);
  expect(formatCount(1234567)).toBe('1,234,567');
});
