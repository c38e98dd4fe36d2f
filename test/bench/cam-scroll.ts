/**
 * The CAM panel with 200 images × 6 columns in an ordinary page with a made-up host: `npm run bench -- cam-scroll`. Needs Chromium,
 * which draws without a graphics card. Frames while a wheel scrolls the table from top to bottom, and the time from a new epoch
 * until its frame is drawn. MIXPROP_BENCH_ROUNDS (default 3): how often both are measured. MIXPROP_BENCH_TRACE=1 says what the
 * renderer's main thread did meanwhile.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';

const root = resolve('.');
const require = createRequire(join(root, 'package.json'));
const { chromium } = require('playwright-core') as typeof import('playwright-core');

const rounds = Number(process.env.MIXPROP_BENCH_ROUNDS ?? 3);
const wheelTurns = 100;
const wheelPixels = 240;
const wheelEveryMs = 30;
const scrubs = 30;
/** Of the made-up runs. */
const epochs = 6;

const folder = mkdtempSync(join(tmpdir(), 'mixprop-bench-'));

async function main(): Promise<void> {
  // Not bundled: it bundles the panel.
  const builder = pathToFileURL(resolve('test', 'webview', 'panel-page.mjs')).href;
  const { buildPanelPage } = (await import(builder)) as typeof import('../webview/panel-page.mjs');
  const address = await buildPanelPage(folder, 'cam');
  const browser = await chromium.launch({
    executablePath: process.env.MIXPROP_E2E_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await page.goto(`${address}?runs=many`);
    await page.locator('.grid-cell[data-minimum]').first().waitFor();
    await painted(page);
    const frames: number[] = [];
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      frames.push(...(await traced(browser, page, 'scrolling', () => scroll(page))));
      times.push(...(await traced(browser, page, 'scrubbing', () => scrub(page))));
    }
    console.log(`scrolling, ${frames.length} frames: ${describe(frames)}`);
    console.log(`a new epoch, ${times.length} times: ${describe(times)}`);
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @returns ms from frame to frame */
async function scroll(page: Page): Promise<number[]> {
  const grid = page.locator('.cam-grid');
  await grid.evaluate((element) => element.scrollTo(0, 0));
  await painted(page);
  const box = (await grid.boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.evaluate(() => {
    const state = globalThis as unknown as { frames: number[]; isOver: boolean };
    state.frames = [];
    state.isOver = false;
    const tick = (now: number) => {
      state.frames.push(now);
      if (!state.isOver) requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  });
  for (let turn = 0; turn < wheelTurns; turn++) {
    await page.mouse.wheel(0, wheelPixels);
    await delay(wheelEveryMs);
  }
  const frames = await page.evaluate(() => {
    const state = globalThis as unknown as { frames: number[]; isOver: boolean };
    state.isOver = true;
    return state.frames;
  });
  return frames.slice(1).map((time, index) => time - frames[index]!);
}

/** @returns ms from the choice of an epoch until its frame is drawn */
async function scrub(page: Page): Promise<number[]> {
  const choose = (count: number) =>
    page.evaluate(
      ([count, epochs]) =>
        new Promise<number[]>((finish) => {
          const slider = document.querySelector<HTMLInputElement>('#cam-epoch')!;
          const times: number[] = [];
          const next = () => {
            const start = performance.now();
            slider.value = String(times.length % epochs!);
            slider.dispatchEvent(new Event('input'));
            // The panel draws in the next frame; the one after begins when that is on the screen.
            requestAnimationFrame(() =>
              requestAnimationFrame(() => {
                times.push(performance.now() - start);
                if (times.length < count!) setTimeout(next, 50);
                else finish(times);
              }),
            );
          };
          next();
        }),
      [count, epochs],
    );
  // Maps of all epochs are there, so that the made-up host's arithmetic is not measured.
  await choose(epochs);
  await painted(page);
  return choose(scrubs);
}

/** Settles when the panel has nothing more to draw. */
async function painted(page: Page): Promise<void> {
  await page.evaluate(() => new Promise((settle) => setTimeout(() => requestIdleCallback(settle), 500)));
}

/** Says what the main thread of the page did, in ms by kind of work. */
async function traced<T>(browser: Browser, page: Page, what: string, act: () => Promise<T>): Promise<T> {
  if (process.env.MIXPROP_BENCH_TRACE === undefined) return act();
  const file = join(folder, 'trace.json');
  await browser.startTracing(page, {
    path: file,
    categories: ['devtools.timeline', 'disabled-by-default-v8.cpu_profiler', 'toplevel', 'blink.user_timing'],
  });
  const result = await act();
  await browser.stopTracing();
  const { traceEvents } = JSON.parse(readFileSync(file, 'utf8')) as {
    traceEvents: { name: string; ph: string; dur?: number; ts: number; pid: number; tid: number }[];
  };
  const totals = new Map<string, { ms: number; count: number }>();
  for (const { name, ph, dur } of traceEvents) {
    if (ph !== 'X' || dur === undefined) continue;
    const { ms, count } = totals.get(name) ?? { ms: 0, count: 0 };
    totals.set(name, { ms: ms + dur / 1000, count: count + 1 });
  }
  console.log(`${what}:`);
  for (const [name, { ms, count }] of [...totals].sort((a, b) => b[1].ms - a[1].ms).slice(0, 25)) {
    console.log(`  ${ms.toFixed(0).padStart(7)} ms ${String(count).padStart(7)} × ${name}`);
  }
  return result;
}

function describe(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (fraction: number) => sorted[Math.min(sorted.length - 1, Math.floor(fraction * sorted.length))]!;
  return `median ${at(0.5).toFixed(1)} ms, 95 % within ${at(0.95).toFixed(1)} ms, longest ${at(1).toFixed(1)} ms`;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
