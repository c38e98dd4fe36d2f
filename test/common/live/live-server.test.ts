import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connectToTrainer, type LiveConnection } from '../../../common/live/live-client';
import { LiveServer } from '../../../common/live/live-server';
import { protocolVersion } from '../../../common/live/protocol';
import { newSocketPath, readTrainerAddress, removeStaleAddress } from '../../../common/live/trainer-address';
import { thisProcess } from '../../../common/run/process-identity';
import { runPaths } from '../../../common/run/run-folder';
import { until } from '../../until';
import { temporaryFolders } from '../temporary-folder';

const temporaryFolder = temporaryFolders();

let folder: string;
let server: LiveServer;
let stops: number;
const clients: { dispose(): void }[] = [];
const sockets: Socket[] = [];

beforeEach(async () => {
  folder = temporaryFolder();
  stops = 0;
  server = await LiveServer.start({ folder, onStop: () => stops++ });
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.dispose();
  for (const socket of sockets.splice(0)) socket.destroy();
  await server.close();
});

async function client(): Promise<LiveConnection> {
  const connection = await connectToTrainer(folder);
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

describe('requests', () => {
  test('the trainer is told to stop', async () => {
    const connection = await client();
    await connection.request('stop', {});
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

  test.each(['look', 'stop'])('%s before hello is answered with an error and does nothing', async (method) => {
    const raw = new RawClient();
    raw.send({ jsonrpc: '2.0', id: 1, method, params: {} });
    expect((await raw.reply(1)).error).toMatchObject({ message: expect.stringContaining('hello') });
    expect(stops).toBe(0);
    raw.hello();
    expect((await raw.reply('hello')).result).toMatchObject({ runId: basename(folder) });
  });

  test.each([
    ['an unknown method', { id: 1, method: 'explode' }],
    ['a method that every object has', { id: 1, method: 'constructor' }],
    ['a request that this trainer cannot answer', { id: 1, method: 'look', params: {} }],
    ['no image', { id: 1, method: 'explain', params: { images: [] } }],
    ['more images than are answered', { id: 1, method: 'explain', params: { images: Array(201).fill(0) } }],
    ['more images than a run records', { id: 1, method: 'chooseImages', params: { images: Array(1001).fill(0) } }],
    ['images that are text', { id: 1, method: 'explain', params: { images: 'all' } }],
    ['parameters by position', { id: 1, method: 'explain', params: [0] }],
    ['no parameters', { id: 1, method: 'explain' }],
    ['parameters that are null', { id: 1, method: 'explain', params: null }],
  ])('%s is answered with an error', async (_, message) => {
    const raw = new RawClient();
    raw.hello();
    raw.send({ jsonrpc: '2.0', ...message });
    expect((await raw.reply(1)).error?.code).toBeLessThan(0);
  });
});

describe('garbage', () => {
  async function expectServing(): Promise<void> {
    const before = stops;
    const connection = await client();
    await connection.request('stop', {});
    expect(stops).toBe(before + 1);
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
            method: fc.constantFrom('hello', 'explain', 'stop', '$/cancelRequest', '$/progress', '$/setTrace', 'x'),
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

  test('the end removes socket and address and disconnects the clients', async () => {
    const { address } = readTrainerAddress(folder)!;
    const connection = await client();
    const raw = new RawClient();
    await once(raw.socket, 'connect');
    await server.close();
    await raw.closed;
    expect(existsSync(address)).toBe(false);
    expect(existsSync(runPaths(folder).trainer)).toBe(false);
    await expect(client()).rejects.toMatchObject({ failure: 'no-trainer' });
    await expect(connection.request('stop', {})).rejects.toMatchObject({ failure: 'closed' });
  });

  test('a stuck client does not hold up the end', async () => {
    const raw = new RawClient();
    raw.hello();
    await raw.reply('hello');
    raw.socket.pause();
    for (let id = 0; id < 20_000; id++) raw.send({ jsonrpc: '2.0', id, method: 'stop', params: {} });
    await until(() => stops > 0);
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
