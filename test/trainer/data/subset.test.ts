import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DatasetError } from '../../../common/errors/dataset-error';
import { evenSubset } from '../../../trainer/data/subset';

const classCount = 4;
const labels = fc
  .array(fc.nat(classCount - 1), { minLength: 0, maxLength: 60 })
  .map((more) => [...Array.from({ length: classCount }, (_, label) => label), ...more]);
const choose = (of: number[], limit: number | null) =>
  Array.from(evenSubset(of, classCount, limit, 'dataset.trainingImages'));

describe('evenSubset', () => {
  test('takes the first images of each class, as even as the classes allow', () => {
    fc.assert(
      fc.property(labels, fc.double({ min: 0, max: 1, noNaN: true }), (all, share) => {
        const limit = Math.round(classCount + share * (all.length - classCount));
        const chosen = choose(all, limit);
        expect(chosen).toHaveLength(limit);
        const counts = Array.from({ length: classCount }, (_, label) => chosen.filter((i) => all[i] === label).length);
        const most = Math.max(...counts);
        counts.forEach((count, label) => {
          const places = all.flatMap((value, i) => (value === label ? [i] : []));
          expect(chosen.filter((i) => all[i] === label)).toEqual(places.slice(0, count));
          if (count < places.length) expect(count).toBeGreaterThanOrEqual(most - 1);
        });
        expect(chosen).toEqual([...chosen].sort((a, b) => a - b));
      }),
    );
  });

  test('a smaller limit chooses a part of what a larger one chooses', () => {
    const all = [0, 0, 0, 0, 1, 2, 2, 2, 3, 3, 1, 0];
    for (let limit = classCount; limit < all.length; limit++)
      expect(choose(all, limit + 1)).toEqual(expect.arrayContaining(choose(all, limit)));
  });

  test('null takes all', () => {
    expect(choose([3, 1, 0, 2], null)).toEqual([0, 1, 2, 3]);
  });

  test('a limit that cannot be met names the field', () => {
    for (const limit of [3, 5]) {
      const error = catchError(() => choose([0, 1, 2, 3], limit));
      expect(error).toBeInstanceOf(DatasetError);
      expect(error).toMatchObject({ field: 'dataset.trainingImages' });
      expect(String(error)).toContain(`dataset.trainingImages is ${limit}`);
    }
  });
});

function catchError(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}
