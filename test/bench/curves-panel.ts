/**
 * The curves panel in the real workbench with 20 runs of 100,000 steps, and TensorBoard with the same numbers:
 * `npm run bench -- curves-panel`. Needs Chromium, Python with pip, 3 GB in the temporary folder; installs VS Code's server
 * (in MIXPROP_E2E_CACHE, default .cache/) and TensorBoard.
 *
 * MIXPROP_BENCH_STEPS and MIXPROP_BENCH_OPENINGS make it smaller, MIXPROP_BENCH_TENSORBOARD names an installed one ("none":
 * without).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, Frame, Page } from 'playwright-core';
import { installEditorServer, startEditorServer } from '../../scripts/editor-server.mjs';
import { writeRun } from './curves-panel-data';
import { continueRun } from './curves-panel-live-run';
import { askProbe, type HostReading, writeProbeExtension } from './curves-panel-probe';
import { processorTime } from './curves-panel-processes';
import { installTensorBoard, timeTensorBoard } from './curves-panel-tensorboard';
import { median, quantile } from './measuring';
import { panelFrame } from './panel-frame';

const root = resolve('.');
const require = createRequire(join(root, 'package.json'));
const { chromium } = require('playwright-core') as typeof import('playwright-core');

const runCount = 20;
const steps = Number(process.env.MIXPROP_BENCH_STEPS ?? 100_000);
const openings = Number(process.env.MIXPROP_BENCH_OPENINGS ?? 3);
const zooms = 40;
const liveSeconds = 20;
const eventsPerSecond = 50;
const openKey = 'Control+Alt+9';
const closeKey = 'Control+Alt+8';

const runIds = Array.from({ length: runCount }, (_, index) => `run-${String(index + 1).padStart(2, '0')}`);
const work = mkdtempSync(join(tmpdir(), 'mixprop-bench-'));
const workspace = join(work, 'workspace');
const runsFolder = join(workspace, 'runs');
const summaries = join(work, 'tensorboard');
const pictures = join(root, 'test-results', 'bench');

async function main(): Promise<void> {
  mkdirSync(pictures, { recursive: true });
  console.log(`writing ${runCount} runs of ${steps.toLocaleString('en')} steps`);
  for (const [index, runId] of runIds.entries()) writeRun(runsFolder, runId, steps, index + 1, summaries);
  const browser = await chromium.launch({
    executablePath: process.env.MIXPROP_E2E_CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-dev-shm-usage',
      '--enable-precise-memory-info',
    ],
  });
  try {
    const ours = await measurePanel(browser);
    const tensorBoard = process.env.MIXPROP_BENCH_TENSORBOARD ?? installTensorBoard(join(work, 'python'));
    if (tensorBoard === 'none') return;
    const cold = [];
    for (let count = 0; count < openings; count++) {
      const times = await timeTensorBoard(
        tensorBoard,
        summaries,
        browser,
        runCount * steps,
        join(pictures, 'tensorboard.png'),
      );
      console.log(
        `TensorBoard ${times.version}: answers after ${seconds(times.answersMs)}, has read after ${seconds(times.readMs)}, complete after ${seconds(times.completeMs)}, processor time ${times.processorSeconds.toFixed(1)} s (${times.reloads} reloads)`,
      );
      cold.push(times);
    }
    const theirs = median(cold.map(({ completeMs }) => completeMs));
    const theirsFromAnswer = median(cold.map(({ completeMs, answersMs }) => completeMs - answersMs));
    console.log(`TensorBoard cold ${seconds(theirs)}, without its start ${seconds(theirsFromAnswer)}`);
    console.log(
      `ratio, cold against cold: ${(theirs / ours.coldMs).toFixed(1)}; without TensorBoard's start ${(theirsFromAnswer / ours.coldMs).toFixed(1)}; with the window's opening on our side ${(theirs / (ours.coldMs + ours.windowMs)).toFixed(1)}`,
    );
  } finally {
    await browser.close();
  }
}

async function measurePanel(browser: Browser): Promise<{ coldMs: number; windowMs: number }> {
  const profile = join(work, 'profile');
  const portFile = join(work, 'probe-port');
  // Extensions that lie unpacked in the editor's folder are as good as installed.
  const extensions = join(profile, 'extensions');
  writeProbeExtension(join(extensions, 'mixprop-bench.mixprop-probe-0.0.1'), [
    { key: 'ctrl+alt+9', command: 'mixprop.showLossCurves', args: runIds },
    { key: 'ctrl+alt+8', command: 'workbench.action.closeAllEditors' },
  ]);
  await buildExtension(join(extensions, 'mixprop.mixprop-studio-0.0.1'));
  const server = await startEditorServer({
    installation: installEditorServer(resolve(process.env.MIXPROP_E2E_CACHE ?? '.cache')),
    profile,
    settings: { 'editor.accessibilitySupport': 'off' },
    environment: { MIXPROP_BENCH_PORT: portFile },
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.on('console', (message) => {
      if (message.type() === 'error' && process.env.MIXPROP_BENCH_VERBOSE) console.error(message.text());
    });
    const openedAt = performance.now();
    await page.goto(server.url(workspace), { waitUntil: 'domcontentloaded' });
    await page.locator('.monaco-workbench .pane-body, .monaco-workbench .editor-group-container').first().waitFor();
    const windowMs = performance.now() - openedAt;
    await until(() => existsSync(portFile), 'the probe');
    const port = Number(readFileSync(portFile, 'utf8'));
    // The window is still starting other things.
    await delay(4000);

    const cold: number[] = [];
    for (let count = 0; count < openings; count++) {
      for (const runId of runIds) rmSync(join(runsFolder, runId, 'curves.index'), { force: true });
      await askProbe(port, 'reset');
      const opening = await openPanel(page);
      cold.push(opening.completeMs);
      const { delay: late } = await askProbe(port, 'read');
      console.log(
        `first opening: complete after ${seconds(opening.completeMs)}, first curves after ${seconds(opening.firstMs)}; ${opening.work}; host late by ${describeDelay(late)}`,
      );
      await until(() => runIds.every((runId) => existsSync(join(runsFolder, runId, 'curves.index'))), 'the indices');
      await closePanel(page);
    }
    const warm: number[] = [];
    for (let count = 0; count < openings + 2; count++) {
      await askProbe(port, 'reset');
      const opening = await openPanel(page);
      warm.push(opening.completeMs);
      const { delay: late } = await askProbe(port, 'read');
      console.log(
        `later opening: complete after ${seconds(opening.completeMs)}; ${opening.work}; host late by ${describeDelay(late)}`,
      );
      if (count < openings + 1) await closePanel(page);
    }
    console.log(`first opening ${seconds(median(cold))}, later ${seconds(median(warm))} (medians)`);
    await delay(2000);
    await page.screenshot({ path: join(pictures, 'curves-panel.png') });
    const frame = await panelFrame(page, 'curves', join(pictures, 'failed.png'));
    await reportMemory(port, frame, 'with 20 complete runs');
    await measureZoom(page, frame);
    await measureLive(port, frame);
    await reportMemory(port, frame, 'after the live run');
    await page.close();
    return { coldMs: median(cold), windowMs };
  } finally {
    server.stop();
  }
}

/** The bundles as they are packaged, apart from what others build. */
async function buildExtension(folder: string): Promise<void> {
  const { build } = require('esbuild') as typeof import('esbuild');
  const common = {
    bundle: true,
    minify: true,
    logLevel: 'warning',
    define: { MIXPROP_VERSION: '"benchmark"' },
  } as const;
  mkdirSync(join(folder, 'dist'), { recursive: true });
  for (const name of ['package.json', 'media']) cpSync(join(root, name), join(folder, name), { recursive: true });
  await build({
    ...common,
    entryPoints: ['extension/main.ts'],
    outfile: join(folder, 'dist', 'extension.js'),
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    mainFields: ['module', 'main'],
    external: ['vscode'],
  });
  await build({
    ...common,
    entryPoints: ['webview/curves/main.ts'],
    outfile: join(folder, 'dist', 'curves.js'),
    platform: 'browser',
    format: 'iife',
    target: 'chrome120',
    loader: { '.css': 'text' },
  });
}

interface Opening {
  /** From the key press until some run has curves. */
  firstMs: number;
  /** From the key press until the panel's summary has all steps of all runs and a frame with them was drawn. */
  completeMs: number;
  /** What it took in processor time, in words. */
  work: string;
}

async function openPanel(page: Page): Promise<Opening> {
  const before = processorTime();
  const start = Date.now();
  await page.keyboard.press(openKey);
  const frame = await panelFrame(page, 'curves', join(pictures, 'failed.png'));
  const times = await frame.evaluate(
    ([wanted]) =>
      new Promise<{ first: number; complete: number }>((finish) => {
        let first: number | undefined;
        const look = () => {
          const items = [...document.querySelectorAll<HTMLElement>('#summary [data-run-id]')];
          const total = items.reduce((sum, item) => sum + Number(item.dataset.steps), 0);
          if (total > 0) first ??= Date.now();
          // The panel draws its charts and its summary in one frame; the one after that begins when it is on the screen.
          if (total < wanted!) requestAnimationFrame(look);
          else
            requestAnimationFrame(() => requestAnimationFrame(() => finish({ first: first!, complete: Date.now() })));
        };
        look();
      }),
    [runCount * steps],
  );
  const after = processorTime();
  const work = `processor time ${(after.host - before.host).toFixed(2)} s in the host, ${(after.browser - before.browser).toFixed(2)} s in the browser`;
  return { firstMs: times.first - start, completeMs: times.complete - start, work };
}

async function closePanel(page: Page): Promise<void> {
  await page.keyboard.press(closeKey);
  await page.locator('iframe.webview').first().waitFor({ state: 'detached' });
  await delay(1500);
}

/** Turns the wheel over the first chart, in and out, and times each turn from the event until its frame is drawn. */
async function measureZoom(page: Page, frame: Frame): Promise<void> {
  const canvas = frame.locator('canvas').first();
  const box = await canvas.boundingBox();
  if (box === null) throw new Error('there is no chart');
  await frame.evaluate(() => {
    const state = globalThis as unknown as { zoomTimes: number[] };
    state.zoomTimes = [];
    const { port1, port2 } = new MessageChannel();
    let began = 0;
    port2.onmessage = () => state.zoomTimes.push(performance.now() - began);
    window.addEventListener(
      'wheel',
      (event) => {
        began = event.timeStamp;
        // Behind the panel's own drawing of that frame comes its painting, then this message.
        requestAnimationFrame(() => port1.postMessage(undefined));
      },
      { capture: true, passive: true },
    );
  });
  const picture = () => canvas.evaluate((element) => (element as HTMLCanvasElement).toDataURL());
  // A wheel zooms the plot that has the focus; over any other it scrolls the panel.
  await canvas.evaluate((element) => element.closest<HTMLElement>('[tabindex]')?.focus());
  await page.mouse.move(box.x + box.width * 0.6, box.y + box.height / 2);
  let changed = 0;
  for (let turn = 0; turn < zooms; turn++) {
    const before = await picture();
    await page.mouse.wheel(0, turn % 20 < 10 ? -120 : 120);
    await delay(250);
    if ((await picture()) !== before) changed++;
  }
  const times = await frame.evaluate(() => (globalThis as unknown as { zoomTimes: number[] }).zoomTimes);
  console.log(
    `zooming, ${times.length} turns of the wheel (${changed} changed the picture): median ${milliseconds(median(times))}, 95 % within ${milliseconds(quantile(times, 0.95))}, slowest ${milliseconds(Math.max(...times))}`,
  );
}

async function measureLive(port: number, frame: Frame): Promise<void> {
  const trainer = startLiveRun();
  await frame.waitForFunction(
    (count) => Number(document.querySelector<HTMLElement>('#summary [data-run-id="run-20"]')?.dataset.lastStep) > count,
    steps + eventsPerSecond,
  );
  await askProbe(port, 'reset');
  const measured = await frame.evaluate(
    (duration) =>
      new Promise<{ frames: number[]; steps: number }>((finish) => {
        const lastStep = () =>
          Number(document.querySelector<HTMLElement>('#summary [data-run-id="run-20"]')?.dataset.lastStep);
        const start = performance.now();
        const before = lastStep();
        const frames: number[] = [];
        const tick = (now: number) => {
          frames.push(now);
          if (now - start < duration) requestAnimationFrame(tick);
          else finish({ frames, steps: lastStep() - before });
        };
        requestAnimationFrame(tick);
      }),
    (liveSeconds - 5) * 1000,
  );
  const host = await askProbe(port, 'read');
  const { frames } = measured;
  const gaps = frames.slice(1).map((time, index) => time - frames[index]!);
  const elapsed = (frames.at(-1)! - frames[0]!) / 1000;
  console.log(
    `live: ${(measured.steps / elapsed).toFixed(1)} steps/s in the panel, ${((frames.length - 1) / elapsed).toFixed(1)} frames/s (99 % of the frames within ${milliseconds(quantile(gaps, 0.99))}, longest ${milliseconds(Math.max(...gaps))}); host late by ${describeDelay(host.delay)}`,
  );
  await new Promise((ended) => trainer.once('exit', ended));
}

function startLiveRun(): ChildProcess {
  const args = [process.argv[1]!, 'live', join(runsFolder, 'run-20')];
  return spawn(process.execPath, args, {
    stdio: 'inherit',
    env: { ...process.env, MIXPROP_BENCH_STEPS: String(steps) },
  });
}

async function reportMemory(port: number, frame: Frame, when: string): Promise<void> {
  const { memoryMiB } = await askProbe(port, 'read');
  const webview = await frame.evaluate(
    () => (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize / 2 ** 20,
  );
  console.log(
    `memory ${when}: host ${memoryMiB.resident.toFixed(0)} MiB resident, of that ${memoryMiB.heap.toFixed(0)} MiB heap and ${memoryMiB.arrayBuffers.toFixed(0)} MiB columns; webview ${webview.toFixed(0)} MiB heap with columns`,
  );
}

async function until(look: () => boolean, what: string): Promise<void> {
  for (const start = Date.now(); !look(); await delay(50)) {
    if (Date.now() - start > 60_000) throw new Error(`waited for ${what} in vain`);
  }
}

function describeDelay({ p50, p99, max }: HostReading['delay']): string {
  return `${milliseconds(p50)} (median), ${milliseconds(p99)} (99 %), ${milliseconds(max)} (most)`;
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
const milliseconds = (ms: number): string => `${ms.toFixed(1)} ms`;

if (process.argv[2] === 'live') {
  rmSync(work, { recursive: true });
  continueRun(process.argv[3]!, steps + 1, eventsPerSecond, liveSeconds + 3).catch(fail);
} else {
  main()
    .catch(fail)
    .finally(() => rmSync(work, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }));
}

function fail(error: unknown): void {
  console.error(error);
  process.exitCode = 1;
}
