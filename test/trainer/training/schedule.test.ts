import { describe, expect, test } from 'vitest';
import type { ScheduleSettings } from '../../../common/experiment/schema';
import { learningRateAt } from '../../../trainer/training/schedule';

const rates = (schedule: Partial<ScheduleSettings>, epochs = 4, stepsPerEpoch = 2) => {
  const settings: ScheduleSettings = { type: 'milestones', milestones: [], factor: 0.1, warmupEpochs: 0, ...schedule };
  return Array.from({ length: epochs * stepsPerEpoch }, (_, i) =>
    learningRateAt(i + 1, stepsPerEpoch, epochs, { learningRate: 1 }, settings),
  );
};

describe('the learning rate', () => {
  test('falls at milestones, counted in finished epochs', () => {
    expect(rates({ milestones: [1, 3], factor: 0.5 })).toEqual([1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25]);
  });

  test('follows a half cosine that begins at the full rate', () => {
    const expected = Array.from({ length: 8 }, (_, i) => (1 + Math.cos((Math.PI * i) / 8)) / 2);
    for (const [i, rate] of rates({ type: 'cosine' }).entries()) expect(rate).toBeCloseTo(expected[i], 12);
  });

  test('rises linearly during the warm-up and then follows the schedule', () => {
    expect(rates({ warmupEpochs: 2 }).slice(0, 5)).toEqual([0.25, 0.5, 0.75, 1, 1]);
    expect(rates({ warmupEpochs: 1, type: 'cosine' })[2]).toBe(1);
  });
});
