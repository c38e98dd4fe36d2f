import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { processorTime } from './curves-panel-processes';

const patienceMs = 300_000;

export interface TensorBoardTimes {
  version: string;
  /** From starting the process until it answers. */
  answersMs: number;
  /** From starting the process until it has read the files. */
  readMs: number;
  /** From starting the process until the first chart is complete. */
  completeMs: number;
  /** Processor time of server and browser until then, in seconds. */
  processorSeconds: number;
  /** How often the page was reloaded before it had all points. */
  reloads: number;
}

/** A virtual environment with TensorBoard in it; returns its `tensorboard`. */
export function installTensorBoard(folder: string): string {
  for (const [command, ...args] of [
    ['python3', '-m', 'venv', folder],
    [join(folder, 'bin', 'pip'), 'install', '--quiet', 'tensorboard'],
  ] as [string, ...string[]][]) {
    const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${stderr}`);
  }
  return join(folder, 'bin', 'tensorboard');
}

/**
 * Starts TensorBoard and waits for the first chart with all points of all runs. Complete is: the page has received as many
 * points of that chart as were written, no chart waits for data, and the page has drawn a frame after that. The page is
 * opened when the data server has read all files (Linux; elsewhere when it answers), since a page that is opened earlier
 * gets less and has to ask for everything again, as it then does with its reload button.
 */
export async function timeTensorBoard(
  command: string,
  data: string,
  browser: Browser,
  points: number,
  screenshot: string,
): Promise<TensorBoardTimes> {
  const version = spawnSync(command, ['--version'], { encoding: 'utf8' }).stdout.trim();
  const port = await freePort();
  // All points, as we do. 0 means that by its help, but its data server then keeps none.
  const samples = `scalars=${points}`;
  const args = ['--logdir', data, '--samples_per_plugin', samples, '--port', String(port), '--host', '127.0.0.1'];
  const before = processorTime();
  const start = performance.now();
  const server = spawn(command, args, { stdio: 'ignore', detached: true });
  try {
    const origin = `http://127.0.0.1:${port}`;
    await untilAnswers(origin, server);
    const answersMs = performance.now() - start;
    await untilRead(data);
    const readMs = performance.now() - start;
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.addInitScript(countReceivedPoints);
    const receivedPoints = () => page.evaluate(() => (globalThis as ReceivedSeries).receivedPoints ?? 0);
    // Only the chart in question is in view; the others are not asked for.
    await page.goto(`${origin}/?darkMode=true&tagFilter=${encodeURIComponent('^loss/main$')}#timeseries`);
    let reloads = 0;
    for (let received = 0; received < points; received = await receivedPoints()) {
      if (performance.now() - start > patienceMs) throw new Error(`TensorBoard shows ${received} of ${points} points`);
      await delay(250);
      if (await page.evaluate(reloadIfIdle)) reloads++;
    }
    await page.waitForFunction(
      () =>
        document.querySelector('scalar-card mat-spinner') === null &&
        document.querySelector('scalar-card line-chart canvas, scalar-card line-chart svg') !== null,
      undefined,
      { polling: 'raf', timeout: patienceMs },
    );
    await page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve)))),
    );
    const completeMs = performance.now() - start;
    const after = processorTime();
    const processorSeconds = after.host + after.browser - before.host - before.browser;
    await page.screenshot({ path: screenshot });
    await page.close();
    return { version, answersMs, readMs, completeMs, processorSeconds, reloads };
  } finally {
    if (server.pid !== undefined) process.kill(-server.pid, 'SIGKILL');
  }
}

/** What the page has asked for and got. */
interface ReceivedSeries {
  receivedPoints?: number;
  pendingRequests?: number;
}

/** In the page: presses its reload button when it has got less than there is. While it waits for an answer that would start anew. */
function reloadIfIdle(): boolean {
  const { receivedPoints, pendingRequests } = globalThis as ReceivedSeries;
  const button = document.querySelector<HTMLButtonElement>('.reload-button');
  if (receivedPoints === undefined || pendingRequests !== 0 || button === null || button.disabled) return false;
  button.click();
  return true;
}

/** In the page, before its own scripts: counts the points of each answer for series, without parsing it a second time. */
function countReceivedPoints(): void {
  const counter = globalThis as ReceivedSeries;
  counter.pendingRequests = 0;
  const { send } = XMLHttpRequest.prototype;
  XMLHttpRequest.prototype.send = function (this: XMLHttpRequest, ...body) {
    counter.pendingRequests!++;
    this.addEventListener('loadend', () => counter.pendingRequests!--);
    this.addEventListener('load', () => {
      if (!this.responseURL.includes('/timeSeries') || typeof this.response !== 'string') return;
      let points = 0;
      for (let at = this.response.indexOf('"step"'); at >= 0; at = this.response.indexOf('"step"', at + 6)) points++;
      counter.receivedPoints = Math.max(counter.receivedPoints ?? 0, points);
    });
    send.apply(this, body);
  };
}

async function untilAnswers(origin: string, server: ChildProcess): Promise<void> {
  for (;;) {
    if (server.exitCode !== null) throw new Error('TensorBoard ended');
    const isThere = await fetch(`${origin}/`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isThere) return;
    await delay(50);
  }
}

/** Waits until the data server, a process of its own, has read as much as there is. */
async function untilRead(data: string): Promise<void> {
  const bytes = readdirSync(data, { recursive: true, encoding: 'utf8' })
    .map((file) => statSync(join(data, file)))
    .reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0);
  for (const start = performance.now(); performance.now() - start < patienceMs; await delay(50)) {
    const read = bytesReadBy(`--logdir=${data}`);
    if (read === undefined || read >= bytes) return;
  }
  throw new Error('the data server of TensorBoard does not read all files');
}

/** Of the data server with this argument; undefined where that cannot be told. */
function bytesReadBy(argument: string): number | undefined {
  if (process.platform !== 'linux') return undefined;
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const words = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
      if (!words.includes(argument) || !words[0]?.includes('tensorboard_data_server')) continue;
      return Number(/^rchar: (\d+)/m.exec(readFileSync(`/proc/${name}/io`, 'utf8'))?.[1]);
    } catch {
      // It has ended meanwhile.
    }
  }
  return undefined;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve((address as { port: number }).port));
    });
  });
}
