import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { ReadingTurns } from '../../../common/live/reading-turns';

test('turns are taken one at a time, the shortest first', async () => {
  const turns = new ReadingTurns();
  const order: number[] = [];
  let atWork = 0;
  const work = (bytes: number) =>
    turns.take(bytes, async () => {
      expect(++atWork).toBe(1);
      await delay(2);
      order.push(bytes);
      atWork--;
      if (bytes === 30) throw new Error('no good');
    });
  const results = await Promise.allSettled([50, 10, 30, 20].map(work));
  expect(order).toEqual([10, 20, 30, 50]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  await work(5);
  expect(order).toHaveLength(5);
});
