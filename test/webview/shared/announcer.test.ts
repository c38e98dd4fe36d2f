import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Announcer } from '../../../webview/shared/announcer';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('speaks at once, then at most once in the interval and always the latest', () => {
  const spoken: string[] = [];
  const announcer = new Announcer((text) => spoken.push(text), 1000);
  announcer.say('one');
  announcer.say('two');
  announcer.say('three');
  expect(spoken).toEqual(['one']);
  vi.advanceTimersByTime(999);
  expect(spoken).toEqual(['one']);
  vi.advanceTimersByTime(1);
  expect(spoken).toEqual(['one', 'three']);
  vi.advanceTimersByTime(5000);
  expect(spoken).toEqual(['one', 'three']);
  announcer.say('four');
  expect(spoken).toEqual(['one', 'three', 'four']);
});
