import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { download, remoteSize } from '../../../trainer/runtime/download';
import { temporaryFolders } from '../../common/temporary-folder';

const newFolder = temporaryFolders();
const content = randomBytes(300_000);
const sha256 = createHash('sha256').update(content).digest('hex');

const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** Serves requests with `answer`; `ranges` collects what was asked for. */
async function serve(answer: (request: IncomingMessage, response: ServerResponse, count: number) => void) {
  const ranges: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    ranges.push(request.headers.range);
    answer(request, response, ranges.length);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/file.whl`, ranges };
}

/** A server that knows ranges; it closes the connection after `limit` bytes. */
function sendRange(request: IncomingMessage, response: ServerResponse, limit = Number.POSITIVE_INFINITY): void {
  const match = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const start = match ? Number(match[1]) : 0;
  if (start >= content.length) {
    response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
    return;
  }
  const part = content.subarray(start, match?.[2] ? Number(match[2]) + 1 : undefined);
  const range = { 'content-range': `bytes ${start}-${start + part.length - 1}/${content.length}` };
  response.writeHead(match ? 206 : 200, { 'content-length': part.length, ...(match ? range : {}) });
  if (part.length <= limit) response.end(part);
  else response.write(part.subarray(0, limit), () => response.destroy());
}

const newFile = () => join(newFolder(), 'file.whl');
const quick = { sha256, retryMs: 1 };

describe('download', () => {
  test('goes on where a broken connection left off', async () => {
    const { url, ranges } = await serve((request, response) => sendRange(request, response, 100_000));
    const file = newFile();
    let bytes = 0;
    await download(url, file, {
      ...quick,
      onProgress: (done) => {
        bytes = done;
      },
    });
    expect(readFileSync(file).equals(content)).toBe(true);
    expect(ranges).toEqual([undefined, 'bytes=100000-', 'bytes=200000-']);
    expect(bytes).toBe(content.length);
    expect(existsSync(`${file}.part`)).toBe(false);
  });

  test('goes on with what an earlier call has left', async () => {
    const { url, ranges } = await serve((request, response) => sendRange(request, response));
    const file = newFile();
    writeFileSync(`${file}.part`, content.subarray(0, 123_456));
    await download(url, file, quick);
    expect(readFileSync(file).equals(content)).toBe(true);
    expect(ranges).toEqual(['bytes=123456-']);
  });

  test('takes a part that is whole, and a file that is there, without downloading them', async () => {
    const { url, ranges } = await serve((request, response) => sendRange(request, response));
    const file = newFile();
    writeFileSync(`${file}.part`, content);
    await download(url, file, quick);
    await download(url, file, quick);
    expect(readFileSync(file).equals(content)).toBe(true);
    expect(ranges).toEqual([`bytes=${content.length}-`]);
  });

  test.each([
    ['of another file', randomBytes(1000)],
    ['too long', Buffer.concat([content, content])],
  ])('begins again when the part is %s', async (_, part) => {
    const { url } = await serve((request, response) => sendRange(request, response));
    const file = newFile();
    writeFileSync(`${file}.part`, part);
    await download(url, file, quick);
    expect(readFileSync(file).equals(content)).toBe(true);
  });

  test('begins again at a server without ranges', async () => {
    const { url } = await serve((_, response) => response.end(content));
    const file = newFile();
    writeFileSync(`${file}.part`, content.subarray(0, 1000));
    await download(url, file, quick);
    expect(readFileSync(file).equals(content)).toBe(true);
  });

  test('refuses a file with another checksum, and keeps nothing of it', async () => {
    const { url, ranges } = await serve((_, response) => response.end('something else'));
    const file = newFile();
    await expect(download(url, file, quick)).rejects.toThrow(/has the sha256 checksum [0-9a-f]{64} instead of/);
    expect(ranges).toHaveLength(1);
    expect(existsSync(file) || existsSync(`${file}.part`)).toBe(false);
  });

  test('does not try again what the server refuses', async () => {
    const { url, ranges } = await serve((_, response) => response.writeHead(403).end());
    const address = `${url}?token=secret`;
    const error = await download(address, newFile(), quick).catch((reason: Error) => reason.message);
    expect(error).toContain('/file.whl was refused: 403 Forbidden');
    expect(error).not.toContain('secret');
    expect(ranges).toHaveLength(1);
  });

  test('gives up after some failures in a row', async () => {
    const { url, ranges } = await serve((_, response) => response.writeHead(503).end());
    await expect(download(url, newFile(), quick)).rejects.toThrow(/could not be downloaded: gave 503/);
    expect(ranges).toHaveLength(5);
  });

  test('does not wait for ever on a silent server', async () => {
    const { url } = await serve((request, response, count) => {
      if (count > 1) sendRange(request, response);
      else response.writeHead(200, { 'content-length': content.length }).write(content.subarray(0, 10));
    });
    const file = newFile();
    await download(url, file, { ...quick, stallMs: 100 });
    expect(readFileSync(file).equals(content)).toBe(true);
  });

  test('keeps the part when it is cancelled', async () => {
    const { url } = await serve((_, response) => {
      response.writeHead(200, { 'content-length': content.length }).write(content.subarray(0, 100_000));
    });
    const stop = new AbortController();
    const file = newFile();
    const options = { ...quick, signal: stop.signal, onProgress: (bytes: number) => bytes >= 100_000 && stop.abort() };
    await expect(download(url, file, options)).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    expect(readFileSync(`${file}.part`).equals(content.subarray(0, 100_000))).toBe(true);
  });
});

describe('remoteSize', () => {
  test('asks for one byte', async () => {
    const { url, ranges } = await serve((request, response) => sendRange(request, response));
    expect(await remoteSize(url)).toBe(content.length);
    expect(ranges).toEqual(['bytes=0-0']);
  });

  test('is undefined where the server does not tell', async () => {
    const { url } = await serve((_, response) => response.writeHead(404).end());
    expect(await remoteSize(url)).toBeUndefined();
  });
});
