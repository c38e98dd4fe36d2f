import { describe, expect, test } from 'vitest';
import type { BranchValidation } from '../../../common/run/events';
import { stopReason } from '../../../trainer/training/stop-when';

const settings = { metric: 'main.top1', patience: 2, minimumChange: 0 } as const;
const epochsOf = (top1s: readonly (number | undefined)[], branch: 'main' | 'aux' = 'main') =>
  top1s.map((top1, index) => {
    const main: BranchValidation = { loss: 1 - (top1 ?? 0), top1: top1 ?? 0, top5: 1 };
    return {
      epoch: index + 1,
      ...(top1 !== undefined && { validation: { main, ...(branch === 'aux' && { aux: main }) } }),
    };
  });

describe('early stopping', () => {
  test('waits as many epochs as its patience since the best', () => {
    expect(stopReason(settings, epochsOf([0.3, 0.2]))).toBeUndefined();
    expect(stopReason(settings, epochsOf([0.3, 0.2, 0.3]))).toBe(
      'early stopping: main.top1 has not improved for 2 epochs, since epoch 1 (30.00 %)',
    );
    expect(stopReason(settings, epochsOf([0.3, 0.2, 0.31]))).toBeUndefined();
  });

  test('takes a change that is not larger than the minimum for none, also when small ones add up past the best', () => {
    const strict = { ...settings, minimumChange: 0.1 };
    expect(stopReason(strict, epochsOf([0.3, 0.36, 0.39]))).toContain(
      'by more than 10.00 % for 2 epochs, since epoch 1',
    );
    expect(stopReason(strict, epochsOf([0.3, 0.36, 0.41]))).toBeUndefined();
  });

  test('a loss improves by falling, and one that is not a number never does', () => {
    const loss = { ...settings, metric: 'main.loss' as const };
    expect(stopReason(loss, epochsOf([0.3, 0.4, 0.5]))).toBeUndefined();
    expect(stopReason(loss, epochsOf([0.3, Number.NaN, Number.NaN]))).toContain(
      'main.loss has not improved for 2 epochs',
    );
  });

  test('epochs without validation count for patience, and nothing ends before the first validation', () => {
    expect(stopReason(settings, epochsOf([undefined, undefined, undefined]))).toBeUndefined();
    expect(stopReason(settings, epochsOf([0.3, undefined, undefined]))).toBeDefined();
    expect(stopReason(settings, [])).toBeUndefined();
  });

  test('looks through the branch that it names', () => {
    const aux = { ...settings, metric: 'aux.top1' as const };
    expect(stopReason(aux, epochsOf([0.3, 0.2, 0.2], 'aux'))).toContain('aux.top1');
    expect(stopReason(aux, epochsOf([0.3, 0.2, 0.2]))).toBeUndefined();
  });
});
