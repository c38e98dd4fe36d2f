import { describe, expect, test } from 'vitest';
import { findFlips } from '../../../../common/panels/robustness/robustness-flips';
import type { ConditionPredictions } from '../../../../common/run/evaluation-predictions';

const cell = { runKey: 'run', evaluation: 'e', branch: 'main', corruption: 'fog', severity: 3 };

const condition = (
  name: string,
  severity: number | null,
  predicted: number[],
  confidence: number[],
  change: Partial<ConditionPredictions> = {},
): ConditionPredictions => ({
  name,
  severity,
  prefix: 'val/',
  names: ['a.png', 'b.png', 'c.png', 'd.png'],
  labels: [0, 1, 2, 0],
  branches: { main: { predicted: Uint16Array.from(predicted), confidence: Float32Array.from(confidence) } },
  ...change,
});

const classes = ['cat', 'dog', 'fish'];
const clean = condition('clean', null, [0, 1, 0, 0], [0.9, 0.8, 0.7, 0.6]);

describe('images that a corruption loses', () => {
  test('are those right when clean and wrong when corrupted, the most confident mistakes first', () => {
    const fog = condition('fog', 3, [1, 2, 2, 0], [0.5, 0.75, 0.9, 0.9]);
    const { images, lost, gained, shown } = findFlips({ classes, conditions: [clean, fog] }, cell, 10);
    expect({ images, lost, gained }).toEqual({ images: 4, lost: 2, gained: 1 });
    expect(shown.map(({ path, label, predicted, confidence }) => [path, label, predicted, confidence])).toEqual([
      ['val/b.png', 'dog', 'fish', 0.75],
      ['val/a.png', 'cat', 'dog', 0.5],
    ]);
    expect(shown[1]!.cleanConfidence).toBeCloseTo(0.9, 6);
  });

  test('are of classes by their readable names', () => {
    const fog = condition('fog', 3, [1, 2, 2, 0], [0.5, 0.75, 0.9, 0.9]);
    const predictions = { classes, readableNames: { dog: 'hound', fish: 'tench' }, conditions: [clean, fog] };
    const { shown } = findFlips(predictions, cell, 10);
    expect(shown.map(({ label, predicted }) => [label, predicted])).toEqual([
      ['hound', 'tench'],
      ['cat', 'hound'],
    ]);
  });

  test('are bounded, and counted whole', () => {
    const fog = condition('fog', 3, [1, 2, 0, 1], [0.5, 0.75, 0.9, 0.25]);
    const { lost, shown } = findFlips({ classes, conditions: [clean, fog] }, cell, 1);
    expect([lost, shown.length]).toEqual([3, 1]);
  });

  test('are found by their names where corrupted copies lie elsewhere, in another order, among others', () => {
    const fog = condition('fog', 3, [1, 2, 0], [0.5, 0.75, 0.9], {
      prefix: 'fog/3/',
      names: ['b.png', 'x.png', 'a.png'],
      labels: [1, 0, 0],
    });
    const { images, lost, shown } = findFlips({ classes, conditions: [clean, fog] }, cell, 10);
    expect([images, lost, shown.length]).toEqual([2, 0, 0]);
    fog.branches.main!.predicted[2] = 2;
    expect(findFlips({ classes, conditions: [clean, fog] }, cell, 10).shown[0]).toMatchObject({
      path: 'val/a.png',
      corruptedPath: 'fog/3/a.png',
      predicted: 'fish',
    });
  });

  test('cannot be told without predictions of that cell', () => {
    const fog = condition('fog', 3, [1, 2, 2, 0], [0.5, 0.75, 0.9, 0.9]);
    const predictions = { classes, conditions: [clean, fog] };
    for (const change of [{ severity: 4 }, { corruption: 'snow' }, { branch: 'aux' }, { branch: 'constructor' }]) {
      expect(() => findFlips(predictions, { ...cell, ...change }, 10)).toThrow(
        /no predictions of .*evaluate the run again/,
      );
    }
  });
});
