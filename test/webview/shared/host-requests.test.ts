import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { HostRequests } from '../../../webview/shared/host-requests';
import { AskedHost } from '../asked-host';

type Sums = { add: { request: { runKey: string; by: number }; reply: number; progress: string } };

let host: AskedHost<Sums>;
beforeEach(() => {
  host = new AskedHost();
});
afterEach(() => {
  vi.useRealTimers();
});

const add = (by: number, options = {}) => host.requests.ask('add', { runKey: 'r', by }, options);

test('each request gets its own reply or failure, in any order', async () => {
  const [one, two] = [add(1), add(2)];
  expect(host.posted).toEqual([
    { type: 'request', id: 1, name: 'add', request: { runKey: 'r', by: 1 } },
    { type: 'request', id: 2, name: 'add', request: { runKey: 'r', by: 2 } },
  ]);
  void host.fail('the run is gone', 2);
  void host.reply(11, 1);
  await expect(one).resolves.toBe(11);
  await expect(two).rejects.toThrow('the run is gone');
  // What is said of a request that is settled has no effect.
  await host.reply(12, 1);
});

test('progress is reported until the reply', async () => {
  const said: string[] = [];
  const sum = add(1, { onProgress: (progress: string) => said.push(progress) });
  await host.say({ type: 'progress', id: 1, progress: 'half' });
  await host.reply(3);
  await host.say({ type: 'progress', id: 1, progress: 'late' });
  expect([said, await sum]).toEqual([['half'], 3]);
});

test('a request that is cancelled ends here and tells the host', async () => {
  const stop = new AbortController();
  const sum = add(1, { signal: stop.signal });
  stop.abort();
  await expect(sum).rejects.toThrow('Cancelled.');
  expect(host.posted.at(-1)).toEqual({ type: 'cancel', id: 1 });
});

test('cancelling after the reply tells nobody', async () => {
  const stop = new AbortController();
  void add(1, { signal: stop.signal });
  await host.reply(1);
  stop.abort();
  expect(host.posted).toHaveLength(1);
});

test('without a word from the host a request fails after its time; each report of progress begins it anew', async () => {
  vi.useFakeTimers();
  const failure = add(1, { timeoutMs: 2000 }).catch((error: Error) => error.message);
  await vi.advanceTimersByTimeAsync(1500);
  host.requests.receive({ type: 'progress', id: 1, progress: 'half' });
  await vi.advanceTimersByTimeAsync(1999);
  expect(host.posted).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(await failure).toBe('There was no answer within 2 s.');
  expect(host.posted.at(-1)).toEqual({ type: 'cancel', id: 1 });
});

test('a request without a limit waits', async () => {
  vi.useFakeTimers();
  const sum = add(1, { timeoutMs: Number.POSITIVE_INFINITY });
  await vi.advanceTimersByTimeAsync(3_600_000);
  host.requests.receive({ type: 'reply', id: 1, name: 'add', reply: 5 });
  await expect(sum).resolves.toBe(5);
});

test('after a new beginning nothing of what was asked before settles', async () => {
  const settled = vi.fn();
  add(1).then(settled, settled);
  host.requests.forget();
  await host.reply(1, 1);
  expect(settled).not.toHaveBeenCalled();
});

test('stored replies of a report are handed on', () => {
  const stored: number[] = [];
  const requests = new HostRequests<Sums>({ live: false, post: () => {} }, ({ reply }) => stored.push(reply));
  requests.receive({ type: 'reply', id: 0, name: 'add', reply: 7 });
  expect([stored, requests.live]).toEqual([[7], false]);
});
