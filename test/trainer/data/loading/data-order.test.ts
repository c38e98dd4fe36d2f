import fc from 'fast-check';
import { expect, test } from 'vitest';
import { epochOrder, stepsPerEpoch } from '../../../../trainer/data/loading/data-order';

test('an epoch visits every image once, in an order of seed and epoch alone', () => {
  fc.assert(
    fc.property(
      fc.nat(0xffff_ffff),
      fc.integer({ min: 1, max: 1000 }),
      fc.integer({ min: 1, max: 200 }),
      (seed, epoch, count) => {
        const order = epochOrder(seed, epoch, count);
        expect(Array.from(order).sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
        expect(epochOrder(seed, epoch, count)).toEqual(order);
      },
    ),
  );
  expect(epochOrder(1, 1, 50)).not.toEqual(epochOrder(1, 2, 50));
  expect(epochOrder(1, 1, 50)).not.toEqual(epochOrder(2, 1, 50));
});

test('the last, smaller batch counts as a step', () => {
  expect(stepsPerEpoch(128, 64)).toBe(2);
  expect(stepsPerEpoch(129, 64)).toBe(3);
  expect(stepsPerEpoch(5, 64)).toBe(1);
});
