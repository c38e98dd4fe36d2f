import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type DatasetArchive, datasetArchive } from '../../../../trainer/data/open/dataset-archives';
import { downloadDataset } from '../../../../trainer/data/open/download-dataset';
import { DownloadError } from '../../../../trainer/runtime/download';
import { ChildProgram } from '../../../common/run/child-program';
import { temporaryFolder } from '../temporary-folder';

const content = randomBytes(400_000);
const md5 = createHash('md5').update(content).digest('hex');

type Answer = (request: IncomingMessage, response: ServerResponse, count: number) => void;

/** An archive on a server that answers so; `ranges` collects what was asked for. */
async function serve(answer: Answer): Promise<{ archive: DatasetArchive; ranges: (string | undefined)[] }> {
  const ranges: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    ranges.push(request.headers.range);
    answer(request, response, ranges.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/data.tar.gz`;
  return { archive: { url, fileName: 'data.tar.gz', bytes: content.length, md5 }, ranges };
}

/** Answers ranges, and closes the connection after `limit` bytes. */
function sendRange(request: IncomingMessage, response: ServerResponse, limit = content.length): void {
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const part = content.subarray(start);
  const range = { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` };
  response.writeHead(start > 0 ? 206 : 200, { 'content-length': part.length, ...(start > 0 ? range : {}) });
  if (part.length <= limit) response.end(part);
  else response.write(part.subarray(0, limit), () => response.destroy());
}

const get = (
  archive: DatasetArchive,
  folder: string,
  onProgress = (_done: number, _total: number) => {},
  signal = new AbortController().signal,
) => downloadDataset(archive, folder, { onProgress, signal, retryMs: 1 });

async function problemOf(archive: DatasetArchive, folder = temporaryFolder()): Promise<string> {
  const error = await get(archive, folder).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(DownloadError);
  // Nothing that could be taken for the data set.
  expect(readdirSync(folder).filter((name) => !name.endsWith('.part'))).toEqual([]);
  return (error as DownloadError).message;
}

describe('the archive of a data set', () => {
  test('is downloaded over a connection that breaks, with progress, into a new folder', async () => {
    const { archive, ranges } = await serve((request, response) => sendRange(request, response, 150_000));
    const folder = join(temporaryFolder(), 'a', 'b');
    const progress: [number, number][] = [];
    const file = await get(archive, folder, (done, total) => progress.push([done, total]));
    expect(file).toBe(join(folder, 'data.tar.gz'));
    expect(readFileSync(file).equals(content)).toBe(true);
    expect(ranges[0]).toBeUndefined();
    // Of what the server sent last, some may be lost with the connection.
    const starts = ranges.slice(1).map((range) => Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1]));
    expect(starts.length).toBeGreaterThanOrEqual(2);
    expect(starts).toEqual(starts.toSorted((a, b) => a - b));
    expect(starts[0]).toBeGreaterThan(0);
    expect(progress.at(-1)).toEqual([content.length, content.length]);
    expect(readdirSync(folder)).toEqual(['data.tar.gz']);
  });

  test('is gone on with after it was cancelled', async () => {
    const { archive, ranges } = await serve((request, response, count) => {
      if (count > 1) sendRange(request, response);
      else response.writeHead(200, { 'content-length': content.length }).write(content.subarray(0, 100_000));
    });
    const folder = temporaryFolder();
    const stop = new AbortController();
    const cancelled = get(archive, folder, (done) => done >= 100_000 && stop.abort(), stop.signal);
    await expect(cancelled).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    expect(readdirSync(folder)).toEqual(['data.tar.gz.part']);
    expect(readFileSync(await get(archive, folder)).equals(content)).toBe(true);
    expect(ranges).toEqual([undefined, 'bytes=100000-']);
  });

  test('that is there is checked and kept, or got again', async () => {
    const { archive, ranges } = await serve((request, response) => sendRange(request, response));
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'data.tar.gz'), content);
    await get(archive, folder);
    expect(ranges).toEqual([]);
    writeFileSync(join(folder, 'data.tar.gz'), content.subarray(1));
    expect(readFileSync(await get(archive, folder)).equals(content)).toBe(true);
    expect(ranges).toEqual([undefined]);
  });

  test('is downloaded from the start where the server ignores ranges, or the part is of something else', async () => {
    const { archive } = await serve((_, response) => response.writeHead(200).end(content));
    for (const part of [content.subarray(0, 1000), randomBytes(1000), randomBytes(500_000)]) {
      const folder = temporaryFolder();
      writeFileSync(join(folder, 'data.tar.gz.part'), part);
      expect(readFileSync(await get(archive, folder)).equals(content)).toBe(true);
    }
  });

  test('with other bytes is refused', async () => {
    const other = Buffer.from(content);
    other[5] ^= 1;
    const { archive, ranges } = await serve((_, response) => response.end(other));
    expect(await problemOf(archive)).toMatch(new RegExp(`has the md5 checksum [0-9a-f]{32} instead of ${md5}`));
    expect(ranges).toHaveLength(1);
  });

  test('is refused where a server lies about its length', async () => {
    const short = await serve((_, response) => {
      response.writeHead(200, { 'content-length': content.length + 100 });
      response.write(content, () => response.destroy());
    });
    expect(await problemOf(short.archive)).toMatch(/data.tar.gz could not be downloaded/);
    const cut = await serve((_, response) =>
      response.writeHead(200, { 'content-length': 1000 }).end(content.subarray(0, 1000)),
    );
    expect(await problemOf(cut.archive)).toMatch(/has the md5 checksum/);
    const wrongRange = await serve((request, response) => {
      if (!request.headers.range) sendRange(request, response, 1000);
      else response.writeHead(206, { 'content-range': 'bytes 0-9/10' }).end(content.subarray(0, 10));
    });
    expect(await problemOf(wrongRange.archive)).toMatch(/data.tar.gz could not be downloaded/);
    expect(wrongRange.ranges.length).toBeLessThan(30);
  });

  test('that does not end is given up at the published size', async () => {
    let sent = 0;
    const { archive } = await serve((_, response) => {
      const more = () => {
        while (!response.destroyed && response.write(content)) sent += content.length;
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    const folder = temporaryFolder();
    expect(await problemOf(archive, folder)).toContain(`is longer than the ${content.length} bytes`);
    expect(sent).toBeLessThan(100 * content.length);
    expect(existsSync(join(folder, 'data.tar.gz'))).toBe(false);
  });

  test('that the server refuses is not asked for again', async () => {
    const { archive, ranges } = await serve((_, response) => response.writeHead(404).end());
    expect(await problemOf(archive)).toContain('data.tar.gz was refused: 404 Not Found');
    expect(ranges).toHaveLength(1);
  });

  test('of a server that nobody knows the name of is not waited for', async () => {
    const archive = { ...(await serve(() => {})).archive, url: 'http://no-such-server.invalid/data.tar.gz' };
    const getting = downloadDataset(archive, temporaryFolder(), {
      onProgress: () => {},
      signal: new AbortController().signal,
      retryMs: 600_000,
    });
    await expect(getting).rejects.toThrow('http://no-such-server.invalid/data.tar.gz could not be downloaded');
  });

  test.skipIf(process.platform === 'win32')('onto a disk that fills goes on from what there was room for', async () => {
    const { archive, ranges } = await serve((request, response) => sendRange(request, response));
    const folder = temporaryFolder();
    const program = await ChildProgram.build(`
      import { downloadDataset } from '../../../trainer/data/open/download-dataset';
      const options = { onProgress: () => {}, signal: new AbortController().signal, retryMs: 60_000 };
      downloadDataset(JSON.parse(process.argv[2]), process.argv[3], options).catch(({ name, message, isOfDisk }) =>
        console.log(JSON.stringify({ name, message, isOfDisk })));
    `);
    onTestFinished(() => program.dispose());
    const child = program.startInShell('ulimit -f 100; exec "$0" "$1" "$2" "$3"', JSON.stringify(archive), folder);
    const part = join(folder, 'data.tar.gz.part');
    expect(JSON.parse(await child.line())).toEqual({
      name: 'DownloadError',
      isOfDisk: true,
      message: expect.stringMatching(/data\.tar\.gz\.part: .*\(EFBIG\).*; the next try goes on from what there is$/),
    });
    await child.exit;
    expect(readdirSync(folder)).toEqual(['data.tar.gz.part']);
    expect(readFileSync(part).equals(content.subarray(0, 102_400))).toBe(true);
    expect(await get(archive, folder)).toBe(join(folder, 'data.tar.gz'));
    expect(ranges).toEqual([undefined, 'bytes=102400-']);
  });
});

test('official archives have their published addresses and checksums; a mirror has the same files', () => {
  expect(datasetArchive('cifar100', 'binary')).toEqual({
    url: 'https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz',
    fileName: 'cifar-100-binary.tar.gz',
    bytes: 168_513_733,
    md5: '03b5dce01913d631647c71ecec9e9cb8',
  });
  for (const mirror of ['https://example.org/a', 'https://example.org/a/'])
    expect(datasetArchive('cifar10', 'python', mirror).url).toBe('https://example.org/a/cifar-10-python.tar.gz');
});
