import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connectToTrainer, type LiveConnection, TrainerConnectionError } from '../../../common/live/live-client';
import { LiveServer } from '../../../common/live/live-server';
import { protocolVersion } from '../../../common/live/protocol';
import { newSocketPath, readTrainerAddress, removeStaleAddress } from '../../../common/live/trainer-address';
import { EventLog } from '../../../common/run/event-log';
import { thisProcess } from '../../../common/run/process-identity';
import { runPaths } from '../../../common/run/run-folder';
import { median, timed } from '../../bench/measuring';
import { until } from '../../until';
import { stepBody } from '../run/arbitrary-events';
import { temporaryFolders } from '../temporary-folder';

const temporaryFolder = temporaryFolders();

let folder: string;
let log: EventLog;
let server: LiveServer;
let stops: number;
const clients: { dispose(): void }[] = [];
const sockets: Socket[] = [];

beforeEach(async () => {
  folder = temporaryFolder();
  log = EventLog.open(folder);
  stops = 0;
  server = await LiveServer.start({ folder, log, onStop: () => stops++ });
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.dispose();
  for (const socket of sockets.splice(0)) socket.destroy();
  await server.close();
  log.close();
});

const appendSteps = (count: number) => {
  for (let index = 0; index < count; index++) log.append(stepBody(log.lastSeq + 1));
};

/** What the server holds for each client because the client does not take it. */
function unsentBytes(): number[] {
  const { sessions } = server as unknown as { sessions: Set<{ socket: Socket }> };
  return [...sessions].map(({ socket }) => socket.writableLength);
}

async function client(onSeq: (seq: number) => void = () => undefined, onClose = () => {}): Promise<LiveConnection> {
  const connection = await connectToTrainer(folder, { onEvent: ({ seq }) => onSeq(seq), onClose });
  clients.push(connection);
  return connection;
}

/** A client that speaks bytes. */
class RawClient {
  received = Buffer.alloc(0);
  readonly closed: Promise<void>;
  readonly socket: Socket;

  constructor() {
    this.socket = connect(readTrainerAddress(folder)!.address);
    sockets.push(this.socket);
    this.socket.on('data', (chunk) => {
      this.received = Buffer.concat([this.received, chunk]);
    });
    this.socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => this.socket.on('close', () => resolve()));
  }

  send(message: unknown): void {
    this.sendText(JSON.stringify(message));
  }

  sendText(body: string): void {
    this.socket.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  hello(): void {
    const { token } = readTrainerAddress(folder)!;
    this.send({ jsonrpc: '2.0', id: 'hello', method: 'hello', params: { token, protocolVersion } });
  }

  /** All complete messages received so far. */
  get messages(): {
    id?: unknown;
    method?: string;
    params?: { seq: number };
    result?: unknown;
    error?: { code: number };
  }[] {
    const found = [];
    for (let rest = this.received; rest.length > 0; ) {
      const header = /^Content-Length: ([0-9]+)\r\n\r\n/.exec(rest.toString('latin1', 0, 100));
      const start = header?.[0].length ?? 0;
      const end = start + Number(header?.[1] ?? Number.NaN);
      if (!(rest.length >= end)) break;
      found.push(JSON.parse(rest.toString('utf8', start, end)));
      rest = rest.subarray(end);
    }
    return found;
  }

  async reply(id: unknown) {
    return await until(() => this.messages.find((message) => message.id === id));
  }
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('records', { timeout: 60_000 }, () => {
  test('older ones first, then live ones', async () => {
    appendSteps(100);
    const seen: number[] = [];
    const connection = await client((seq) => seen.push(seq));
    await connection.subscribe(40);
    appendSteps(3);
    await until(() => seen.length >= 63);
    appendSteps(20);
    await until(() => seen.at(-1) === 123);
    expect(seen).toEqual(range(41, 123));
  });

  test('arrive as they were written', async () => {
    const seen: unknown[] = [];
    const connection = await connectToTrainer(folder, { onEvent: (event) => seen.push(event), onClose: () => {} });
    clients.push(connection);
    await connection.subscribe(0);
    const loss = { total: Number.NaN, main: 1 };
    const written = [
      log.append({ type: 'warning', message: 'ä\u2028"\u0000' }),
      log.append({ type: 'step', step: 1, epoch: 1, learningRate: 0.1, loss, imagesPerSecond: 3 }),
    ];
    await until(() => seen.length === 2);
    expect(seen).toEqual(written);
  });

  test('nobody gets any before subscribing', async () => {
    const seen: number[] = [];
    const connection = await client((seq) => seen.push(seq));
    appendSteps(5);
    await connection.requestStop();
    expect(seen).toEqual([]);
  });

  test('each exactly once and in order, for clients that come and go while the trainer writes', async () => {
    const plan = fc.array(
      fc.record({
        appends: fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 6 }),
        turns: fc.nat({ max: 12 }),
      }),
      { minLength: 1, maxLength: 6 },
    );
    await fc.assert(
      fc.asyncProperty(plan, async (visits) => {
        const start = log.lastSeq;
        const seen: number[] = [];
        let last = start;
        for (const { appends, turns } of visits) {
          const connection = await client((seq) => {
            seen.push(seq);
            last = seq;
          });
          const subscribed = connection.subscribe(last);
          for (const count of appends) {
            appendSteps(count);
            await nextTurn();
          }
          await subscribed;
          for (let turn = 0; turn < turns; turn++) await nextTurn();
          connection.dispose();
          appendSteps(3);
        }
        const connection = await client((seq) => seen.push(seq));
        await connection.subscribe(last);
        await until(() => (seen.at(-1) ?? start) === log.lastSeq);
        connection.dispose();
        expect(seen).toEqual(range(start + 1, log.lastSeq));
      }),
      { numRuns: 25 },
    );
  });

  test('a client that takes nothing neither slows the trainer nor fills its memory, and gets all when it wakes', async () => {
    const writing = () => timed(() => appendSteps(100));
    const alone = Array.from({ length: 20 }, writing);
    const slow = new RawClient();
    slow.hello();
    await slow.reply('hello');
    slow.send({ jsonrpc: '2.0', id: 1, method: 'subscribe', params: { afterSeq: 0 } });
    await slow.reply(1);
    slow.socket.pause();
    const fastSeen: number[] = [];
    const fast = await client((seq) => fastSeen.push(seq));
    await fast.subscribe(0);

    const count = 20_000;
    let mostUnsent = 0;
    const beside: number[] = [];
    for (let written = 2000; written < count; written += 100) {
      beside.push(writing());
      mostUnsent = Math.max(mostUnsent, ...unsentBytes());
      await nextTurn();
    }
    expect(median(beside) / median(alone)).toBeLessThan(20);
    expect(statSync(runPaths(folder).events).size).toBeGreaterThan(3_000_000);
    expect(mostUnsent).toBeGreaterThan(100_000);
    expect(mostUnsent).toBeLessThan(600_000);
    await until(() => fastSeen.at(-1) === count);
    expect(fastSeen).toEqual(range(1, count));

    slow.socket.resume();
    await until(() => slow.received.includes(`"seq":${count},`));
    const seqs = slow.messages.filter(({ method }) => method === 'event').map(({ params }) => params!.seq);
    expect(seqs).toEqual(range(1, count));
  });
});

describe('requests', () => {
  test('the trainer is told to stop', async () => {
    const connection = await client();
    await connection.requestStop();
    expect(stops).toBe(1);
  });

  test('a wrong token is refused and the connection ended', async () => {
    const raw = new RawClient();
    raw.send({ jsonrpc: '2.0', id: 1, method: 'hello', params: { token: 'guess', protocolVersion } });
    expect((await raw.reply(1)).error).toMatchObject({ message: expect.stringContaining('wrong token') });
    await raw.closed;
    const address = readTrainerAddress(folder)!;
    writeFileSync(runPaths(folder).trainer, JSON.stringify({ ...address, token: 'old' }));
    await expect(client()).rejects.toMatchObject({ failure: 'refused' });
    writeFileSync(runPaths(folder).trainer, JSON.stringify(address));
  });

  test('another version of the protocol is refused', async () => {
    const raw = new RawClient();
    const { token } = readTrainerAddress(folder)!;
    raw.send({ jsonrpc: '2.0', id: 1, method: 'hello', params: { token, protocolVersion: 99 } });
    expect((await raw.reply(1)).error).toMatchObject({ message: expect.stringContaining('version') });
    await raw.closed;
  });

  test.each(['subscribe', 'stop'])('%s before hello is answered with an error and does nothing', async (method) => {
    const raw = new RawClient();
    raw.send({ jsonrpc: '2.0', id: 1, method, params: { afterSeq: 0 } });
    expect((await raw.reply(1)).error).toMatchObject({ message: expect.stringContaining('hello') });
    expect(stops).toBe(0);
    raw.hello();
    expect((await raw.reply('hello')).result).toMatchObject({ lastSeq: 0 });
  });

  test.each([
    ['an unknown method', { id: 1, method: 'explode' }],
    ['a method that every object has', { id: 1, method: 'constructor' }],
    ['no afterSeq', { id: 1, method: 'subscribe', params: {} }],
    ['a negative afterSeq', { id: 1, method: 'subscribe', params: { afterSeq: -1 } }],
    ['an afterSeq that is text', { id: 1, method: 'subscribe', params: { afterSeq: '0' } }],
    ['parameters by position', { id: 1, method: 'subscribe', params: [0] }],
    ['no parameters', { id: 1, method: 'subscribe' }],
    ['parameters that are null', { id: 1, method: 'subscribe', params: null }],
  ])('%s is answered with an error', async (_, message) => {
    const raw = new RawClient();
    raw.hello();
    raw.send({ jsonrpc: '2.0', ...message });
    expect((await raw.reply(1)).error?.code).toBeLessThan(0);
  });

  test('a second subscribe is refused', async () => {
    const connection = await client();
    await connection.subscribe(0);
    await expect(connection.subscribe(0)).rejects.toThrow(TrainerConnectionError);
  });
});

describe('garbage', () => {
  async function expectServing(): Promise<void> {
    const seen: number[] = [];
    const connection = await client((seq) => seen.push(seq));
    await connection.subscribe(log.lastSeq);
    appendSteps(1);
    await until(() => seen.length === 1);
    connection.dispose();
  }

  test('what is framed but no JSON, or no message, is answered, and the connection goes on', async () => {
    const raw = new RawClient();
    raw.sendText('{"jsonrpc":');
    raw.sendText('42');
    raw.sendText('{"method":"$/cancelRequest"}');
    raw.sendText('{"jsonrpc":"2.0","id":5,"result":1}');
    raw.hello();
    await raw.reply('hello');
    expect(raw.messages.filter(({ id }) => id === null).map(({ error }) => error!.code)).toEqual([-32700, -32600]);
  });

  test.each([
    ['a header without length', 'Content-Type: text\r\n\r\n'],
    ['a length that is no number', 'Content-Length: many\r\n\r\n'],
    ['a message of 1 GB', 'Content-Length: 1000000000\r\n\r\n'],
    ['a header without end', 'x'.repeat(5000)],
  ])('%s ends the connection', async (_, bytes) => {
    const raw = new RawClient();
    raw.socket.write(bytes);
    await raw.closed;
    expect(raw.messages[0]?.error?.code).toBe(-32700);
    await expectServing();
  });

  test('no bytes and no JSON bring the trainer down', async () => {
    const input = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 3000 }).map((bytes) => Buffer.from(bytes)),
      fc.json().map((json) => Buffer.from(`Content-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`)),
      fc
        .record(
          {
            jsonrpc: fc.constant('2.0'),
            id: fc.oneof(fc.integer(), fc.string(), fc.constant(null)),
            method: fc.constantFrom('hello', 'subscribe', 'stop', '$/cancelRequest', '$/progress', '$/setTrace', 'x'),
            params: fc.jsonValue(),
            result: fc.jsonValue(),
          },
          { requiredKeys: [] },
        )
        .map((message) => JSON.stringify(message))
        .map((json) => Buffer.from(`Content-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(input, { minLength: 1, maxLength: 10 }), fc.boolean(), async (inputs, greeted) => {
        const raw = new RawClient();
        if (greeted) raw.hello();
        raw.socket.write(Buffer.concat(inputs));
        appendSteps(1);
        for (let turn = 0; turn < 5; turn++) await nextTurn();
        raw.socket.destroy();
        await raw.closed;
      }),
      { numRuns: 150 },
    );
    await expectServing();
  });

  test('a flood of requests is read only as fast as it is answered', async () => {
    const raw = new RawClient();
    raw.hello();
    for (let id = 0; id < 3000; id++) raw.send({ jsonrpc: '2.0', id, method: 'stop', params: {} });
    await raw.reply(2999);
    expect(stops).toBe(3000);
  });
});

describe('start and end', () => {
  test.skipIf(process.platform === 'win32')('socket and address are for this user alone', () => {
    const { address } = readTrainerAddress(folder)!;
    expect(Buffer.byteLength(address)).toBeLessThanOrEqual(100);
    expect(statSync(dirname(address)).mode & 0o777).toBe(0o700);
    expect(statSync(runPaths(folder).trainer).mode & 0o777).toBe(0o600);
  });

  test('the end delivers what was written, removes socket and address and tells the clients', async () => {
    const { address } = readTrainerAddress(folder)!;
    const seen: number[] = [];
    let closed = false;
    const connection = await client(
      (seq) => seen.push(seq),
      () => {
        closed = true;
      },
    );
    await connection.subscribe(0);
    await nextTurn();
    appendSteps(10);
    await server.close();
    await until(() => closed);
    expect(seen).toEqual(range(1, 10));
    expect(existsSync(address)).toBe(false);
    expect(existsSync(runPaths(folder).trainer)).toBe(false);
    await expect(client()).rejects.toMatchObject({ failure: 'no-trainer' });
    await expect(connection.requestStop()).rejects.toMatchObject({ failure: 'closed' });
  });

  test('a stuck client does not hold up the end', async () => {
    const raw = new RawClient();
    raw.hello();
    raw.send({ jsonrpc: '2.0', id: 1, method: 'subscribe', params: { afterSeq: 0 } });
    await raw.reply(1);
    raw.socket.pause();
    appendSteps(10_000);
    for (let turn = 0; turn < 50; turn++) await nextTurn();
    await server.close();
  });

  test.skipIf(process.platform === 'win32')(
    'what a killed trainer left is removed by the next, and nothing else',
    async () => {
      await server.close();
      const { trainer } = runPaths(folder);
      const stale = join(dirname(newSocketPath(folder)), `${'0'.repeat(20)}.sock`);
      const left = createServer().listen(stale);
      await once(left, 'listening');
      const precious = join(folder, 'precious.sock');
      writeFileSync(precious, '');
      const address = { ...thisProcess(), protocolVersion, token: 'x' };
      for (const path of [stale, precious]) {
        writeFileSync(trainer, JSON.stringify({ ...address, address: path }));
        removeStaleAddress(folder);
        expect(existsSync(trainer)).toBe(false);
      }
      expect(existsSync(stale)).toBe(false);
      expect(existsSync(precious)).toBe(true);
      left.close();
    },
  );

  test('a run folder with an address of a trainer on another host is not connected to', async () => {
    const address = readTrainerAddress(folder)!;
    const text = readFileSync(runPaths(folder).trainer);
    writeFileSync(runPaths(folder).trainer, JSON.stringify({ ...address, host: 'elsewhere-7' }));
    await expect(client()).rejects.toMatchObject({ failure: 'other-host' });
    writeFileSync(runPaths(folder).trainer, text);
  });

  test.each(['', '[]', '{"address":3}'])('a damaged address is none: %j', async (content) => {
    const text = readFileSync(runPaths(folder).trainer);
    writeFileSync(runPaths(folder).trainer, content);
    await expect(client()).rejects.toMatchObject({ failure: 'no-trainer' });
    writeFileSync(runPaths(folder).trainer, text);
  });
});
