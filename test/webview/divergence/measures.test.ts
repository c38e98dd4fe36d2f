import { expect, test } from 'vitest';
import { divergenceMeasures } from '../../../common/run/divergence-measures';
import { formatMeasure, formatWithUnit, measureNames } from '../../../webview/divergence/measures';

test('the panel knows the trainer’s measures, in their order', () => {
  expect(measureNames).toEqual([...divergenceMeasures]);
});

test('numbers have three digits', () => {
  const values = [0, 0.0123456, 1.5, 123.456, 1e-5, 0.00012345, 12345, Number.NaN];
  expect(values.map(formatMeasure)).toEqual(['0', '0.0123', '1.5', '123', '1e-5', '1.2e-4', '1.2e+4', 'not finite']);
  expect(formatMeasure(undefined)).toBe('–');
  expect(formatWithUnit(0.5, 'symmetricKl')).toBe('0.5 nats');
  expect(formatWithUnit(0.5, 'gammaGap')).toBe('0.5');
});
