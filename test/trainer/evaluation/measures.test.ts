import { describe, expect, test } from 'vitest';
import {
  calibrationError,
  emptyColumns,
  fillColumns,
  measure,
  moreConfident,
} from '../../../trainer/evaluation/measures';

/** Columns of images with these logits and labels. */
function columnsOf(rows: readonly (readonly number[])[], labels: readonly number[]) {
  const columns = emptyColumns(rows.length);
  for (const [i, row] of rows.entries()) fillColumns(columns, i, Float32Array.from(row), labels[i]);
  return columns;
}

describe('calibration error', () => {
  test('of predictions in three bins is what is calculated by hand', () => {
    // Bins of a fifteenth: 0.5 and 0.52 are in (0.4667, 0.5333], 0.9 in (0.8667, 0.9333], 1 in the last.
    const confidence = [0.5, 0.52, 0.9, 1];
    // |1 − 1.02| + |0 − 0.9| + |1 − 1|, over 4.
    expect(calibrationError(confidence, [true, false, false, true])).toBeCloseTo((0.02 + 0.9 + 0) / 4, 12);
  });

  test('over- and underconfidence within a bin cancel, between bins they do not', () => {
    expect(calibrationError([0.5, 0.5], [true, false])).toBe(0);
    expect(calibrationError([0.5, 0.6], [true, false])).toBeCloseTo((0.5 + 0.6) / 2, 12);
  });

  test('bins are open below and closed above', () => {
    // 1/3 = 5/15 ends the fifth bin, 0.34 is in the sixth.
    expect(calibrationError([5 / 15, 0.34], [true, false])).toBeCloseTo((2 / 3 + 0.34) / 2, 12);
    expect(calibrationError([5 / 15, 0.3], [true, false])).toBeCloseTo((1 - 5 / 15 - 0.3) / 2, 12);
    expect(calibrationError([0], [false])).toBe(0);
  });
});

describe('measures', () => {
  test('top-1, top-5 and loss of logits', () => {
    const columns = columnsOf(
      [
        [2, 1, 0, 0, 0, 0, 0],
        [2, 1, 0, 0, 0, 0, 0],
        [0, 1, 2, 3, 4, 5, 6],
      ],
      [0, 1, 0],
    );
    expect([...columns.predicted]).toEqual([0, 0, 6]);
    expect([...columns.rank]).toEqual([0, 1, 6]);
    const logSum = Math.log(Math.exp(2) + Math.exp(1) + 5);
    const { top1, top5, loss } = measure(columns);
    expect([top1, top5]).toEqual([1 / 3, 2 / 3]);
    const last = Math.log([0, 1, 2, 3, 4, 5, 6].reduce((sum, logit) => sum + Math.exp(logit), 0));
    expect(loss).toBeCloseTo((logSum - 2 + (logSum - 1) + last) / 3, 12);
    expect(columns.confidence[0]).toBeCloseTo(Math.exp(2 - logSum), 7);
  });

  test('equal logits count for the lower class', () => {
    expect([
      ...columnsOf(
        [
          [1, 1],
          [1, 1],
        ],
        [0, 1],
      ).rank,
    ]).toEqual([0, 1]);
  });

  test('logits that are no numbers are wrong, and leave no loss', () => {
    const columns = columnsOf(
      [
        [Number.NaN, 1],
        [1, 2],
      ],
      [1, 1],
    );
    expect(columns.confidence[0]).toBe(0);
    expect(measure(columns)).toEqual({ top1: 0.5, top5: 0.5, loss: null, calibrationError: null });
  });

  test('the more confident branch is taken of each image, main where they are equal', () => {
    const main = columnsOf(
      [
        [3, 0],
        [1, 0],
        [2, 0],
      ],
      [0, 0, 0],
    );
    const aux = columnsOf(
      [
        [0, 1],
        [0, 4],
        [0, 2],
      ],
      [0, 0, 0],
    );
    expect([...moreConfident(main, aux).predicted]).toEqual([0, 1, 0]);
    expect(measure(moreConfident(main, aux)).top1).toBeCloseTo(2 / 3, 12);
  });
});
