import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Throttle } from '../../../extension/shared/throttle';

describe('throttle', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('works at once, then once an interval, and does not lose the last request', () => {
    const at: number[] = [];
    const throttle = new Throttle(100, () => at.push(Date.now() - start));
    const start = Date.now();
    for (let time = 0; time < 250; time += 10) {
      throttle.request();
      vi.advanceTimersByTime(10);
    }
    vi.advanceTimersByTime(1000);
    expect(at).toEqual([0, 100, 200, 300]);
    throttle.request();
    expect(at).toEqual([0, 100, 200, 300, 1250]);
  });

  test('does nothing more after its end', () => {
    let calls = 0;
    const throttle = new Throttle(100, () => calls++);
    throttle.request();
    throttle.request();
    throttle.dispose();
    vi.advanceTimersByTime(1000);
    expect(calls).toBe(1);
  });
});
