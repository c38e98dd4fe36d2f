import { beforeEach, expect, test } from 'vitest';
import type { ReplyMessage } from '../../../common/panels/requests';
import { type RequestContext, RequestServer } from '../../../extension/panels/request-server';

type Sums = { add: { request: { runKey: string; by: number }; reply: number; progress: string } };

let posted: ReplyMessage<Sums>[];
let server: RequestServer<{ value: number }, Sums>;
/** Of each request that is being answered. */
let contexts: RequestContext<string>[];
let release: () => void;

beforeEach(() => {
  posted = [];
  contexts = [];
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  server = new RequestServer({
    handlers: () => ({
      add: async ({ value }, { by }, context) => {
        contexts.push(context);
        if (by < 0) throw new Error('too small');
        if (by > 100) await released;
        context.progress('added');
        return value + by;
      },
    }),
    find: (runKey) => (runKey === 'r' ? { value: 40 } : undefined),
    post: (message) => posted.push(message),
    whyNot: (runKey, error) => `${runKey}: ${(error as Error).message}`,
  });
});

const add = (id: number, by: number, runKey = 'r') =>
  server.answer({ type: 'request', id, name: 'add', request: { runKey, by } });

test('a request gets its progress and one reply, or why there is none', async () => {
  await add(1, 2);
  await add(2, -1);
  await add(3, 2, 'other');
  expect(posted).toEqual([
    { type: 'progress', id: 1, progress: 'added' },
    { type: 'reply', id: 1, name: 'add', reply: 42 },
    { type: 'failure', id: 2, message: 'r: too small' },
    { type: 'failure', id: 3, message: 'other: The run is no longer in this panel.' },
  ]);
});

test('one that is cancelled is told to stop, and nothing more is said of it; the others go on', async () => {
  const answering = [add(1, 101), add(2, 102)];
  server.cancel(1);
  server.cancel(7);
  expect(contexts.map(({ signal }) => signal.aborted)).toEqual([true, false]);
  release();
  await Promise.all(answering);
  expect(posted.map(({ id }) => id)).toEqual([2, 2]);
});

test('what an earlier page asked goes on, but is not answered to the new one with the same ids', async () => {
  const answering = add(1, 101);
  server.beginPage();
  await add(1, 1);
  release();
  await answering;
  expect(contexts[0]!.signal.aborted).toBe(false);
  expect(posted.filter(({ type }) => type === 'reply')).toEqual([{ type: 'reply', id: 1, name: 'add', reply: 41 }]);
});

test('with the panel all requests end, of earlier pages too', () => {
  void add(1, 101);
  server.beginPage();
  void add(1, 102);
  server.dispose();
  expect(contexts.map(({ signal }) => signal.aborted)).toEqual([true, true]);
});
