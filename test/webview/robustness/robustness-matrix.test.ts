import { describe, expect, test } from 'vitest';
import { corruptionLabel, orderedCorruptions } from '../../../webview/robustness/corruption-groups';
import { columnsOf } from '../../../webview/robustness/heatmap-contents';
import {
  differenceMatrix,
  matrixFrame,
  matrixValues,
  sourceMatrix,
} from '../../../webview/robustness/robustness-matrix';
import { sourcesOf } from '../../../webview/robustness/robustness-runs';
import { type FakeRobustness, fakeRobustness } from './robustness-fixture';

const source = (fake: Partial<FakeRobustness> = {}) =>
  sourcesOf([fakeRobustness({ runKey: 'a', branches: ['main'], ...fake })], { evaluations: {}, branches: 'all' })[0]!;

describe('corruptions of the panel', () => {
  test('unknown ones follow', () => {
    expect(orderedCorruptions(['rain', 'fog', 'shot_noise']).map(({ name }) => name)).toEqual([
      'shot_noise',
      'fog',
      'rain',
    ]);
    expect(corruptionLabel('motion_blur')).toBe('motion blur');
  });
});

describe('a matrix', () => {
  test('has a row a corruption with its mean, and the mean over the common ones', () => {
    const one = source({ corruptions: ['fog', 'gaussian_noise', 'spatter'], severities: [2, 4] });
    const matrix = sourceMatrix(one, 'error', matrixFrame([one]));
    expect(matrix.severities).toEqual([2, 4]);
    expect(matrix.rows.map(({ corruption }) => corruption)).toEqual(['gaussian_noise', 'fog', 'spatter', undefined]);
    const [noise, fog, , mean] = matrix.rows;
    const errorOf = (name: string, severity: string) => 100 - 100 * one.measured.corruptions[name]![severity]!.top1!;
    expect(noise!.values[1]).toBeCloseTo(errorOf('gaussian_noise', '4'), 9);
    expect(noise!.mean).toBeCloseTo((errorOf('gaussian_noise', '2') + errorOf('gaussian_noise', '4')) / 2, 9);
    // Held-out corruptions do not count.
    expect(matrix.meanOver).toBe(2);
    expect(mean!.values[0]).toBeCloseTo((noise!.values[0]! + fog!.values[0]!) / 2, 9);
    expect(matrix.clean).toBeCloseTo(20, 9);
  });

  test('the summary’s unnormalised error is the mean of the means', () => {
    const one = source();
    const matrix = sourceMatrix(one, 'error', matrixFrame([one]));
    expect(matrix.rows.at(-1)!.mean).toBeCloseTo(one.measured.summary!.unnormalised, 9);
  });

  test('a mean over what is not complete is not shown', () => {
    const [whole, part] = [source(), source({ runKey: 'b', corruptions: ['fog'], severities: [1] })];
    const matrix = sourceMatrix(part, 'error', matrixFrame([whole, part]));
    const fog = matrix.rows.find(({ corruption }) => corruption === 'fog')!;
    expect(fog.values.slice(0, 2)).toEqual([expect.any(Number), undefined]);
    expect(fog.mean).toBeUndefined();
    expect(matrix.meanOver).toBe(0);
  });

  test('what was not finite stays so', () => {
    const one = source({ corruptions: ['fog', 'snow'], severities: [1] });
    one.measured.corruptions.fog!['1']!.loss = null;
    const matrix = sourceMatrix(one, 'loss', matrixFrame([one]));
    expect(matrix.rows[1]!.corruption).toBe('fog');
    expect(matrix.rows[1]!.values).toEqual([Number.NaN]);
    expect(matrix.rows.at(-1)!.mean).toBeNaN();
  });

  test('has stylized images where a source that is shown with it has them', () => {
    const [styled, plain] = [source({ stylizedError: 0.7 }), source({ runKey: 'b' })];
    const matrixOf = (one: ReturnType<typeof source>, ...others: (typeof one)[]) =>
      sourceMatrix(one, 'error', matrixFrame([one, ...others]));
    expect(matrixOf(plain)).toMatchObject({ hasStylized: false, stylized: undefined });
    expect(columnsOf(matrixOf(plain)).slice(0, 2)).toEqual(['clean', 0]);
    const [with70, without] = [matrixOf(styled, plain), matrixOf(plain, styled)];
    expect(without).toMatchObject({ hasStylized: true, stylized: undefined });
    expect(columnsOf(without).slice(0, 3)).toEqual(['clean', 'stylized', 0]);
    expect(with70.stylized).toBeCloseTo(70, 9);
    expect(Math.max(...matrixValues({ ...with70, rows: [] }))).toBeCloseTo(70, 9);
    expect(differenceMatrix(with70, without).stylized).toBeUndefined();
    expect(differenceMatrix(with70, matrixOf(source({ stylizedError: 0.6 }))).stylized).toBeCloseTo(10, 9);
  });

  test('a difference is there where both have a value', () => {
    const [a, b] = [source({ slope: 0.1 }), source({ runKey: 'b', slope: 0.05, corruptions: ['fog', 'snow'] })];
    const frame = matrixFrame([a, b]);
    const [x, y] = [sourceMatrix(a, 'top1', frame), sourceMatrix(b, 'top1', frame)];
    const difference = differenceMatrix(x, y);
    const at = (name: string) => difference.rows.find(({ corruption }) => corruption === name)!;
    const valueIn = (matrix: typeof x) => matrix.rows.find(({ corruption }) => corruption === 'fog')!.values[2]!;
    expect(at('fog').values[2]).toBeCloseTo(valueIn(x) - valueIn(y), 9);
    expect(at('frost').values[2]).toBeUndefined();
    expect(difference.meanOver).toBe(2);
    expect(difference.clean).toBeCloseTo(0, 9);
    expect([...matrixValues(difference)]).toHaveLength(1 + 10 + 5);
  });
});
