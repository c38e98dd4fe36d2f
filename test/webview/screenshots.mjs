// Draws the curves panel with made-up runs: `node test/webview/screenshots.mjs [word]` writes the pictures whose name holds
// the word (or all) to test-results/panel/. The page it builds there, curves.html, also opens in any browser for working on
// the panel; see fake-host.ts for what its address may say.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';
import { chromium } from 'playwright-core';

const folder = resolve('test-results', 'panel');
mkdirSync(folder, { recursive: true });

const browser = { bundle: true, platform: 'browser', format: 'iife', target: 'chrome120', logLevel: 'warning' };
await esbuild.build({
  ...browser,
  entryPoints: { curves: 'webview/curves/main.ts', 'fake-host': 'test/webview/fake-host.ts' },
  outdir: folder,
  loader: { '.css': 'text' },
});
await esbuild.build({
  entryPoints: ['trainer/run/panel-html.ts'],
  outfile: join(folder, 'panel-html.mjs'),
  platform: 'node',
  format: 'esm',
  bundle: true,
  logLevel: 'warning',
});
const { panelHtml } = await import(pathToFileURL(join(folder, 'panel-html.mjs')).href);
const nonce = 'fakepage';
const html = panelHtml({ panel: 'curves', title: 'Loss curves', scriptUri: 'curves.js', nonce });
const page = join(folder, 'curves.html');
writeFileSync(page, html.replace('<script ', `<script nonce="${nonce}" src="fake-host.js"></script>\n<script `));

const wanted = process.argv[2] ?? '';
const themes = ['dark', 'light', 'high-contrast', 'high-contrast-light'];
const shots = [];
for (const theme of themes) {
  for (const runs of [1, 6]) {
    for (const width of [1280, 360])
      shots.push({ name: `${theme}-${runs}-${width}`, theme, width, query: `runs=${runs}` });
  }
}
for (const scenario of ['loading', 'empty', 'starting', 'unreadable']) {
  shots.push({ name: `case-${scenario}`, theme: 'dark', width: 800, query: `runs=1&case=${scenario}` });
}
shots.push({ name: 'hover', theme: 'dark', width: 1280, query: 'runs=6', hover: true });
shots.push({ name: 'twenty', theme: 'dark', width: 1280, query: 'runs=20' });
shots.push({ name: 'total', theme: 'light', width: 1280, query: 'runs=2', total: true });
shots.push({ name: 'live', theme: 'dark', width: 800, query: 'runs=2&live=1', waitMs: 1500 });

const chrome = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
});
let failed = false;
for (const shot of shots.filter(({ name }) => name.includes(wanted))) {
  const tab = await chrome.newPage({ viewport: { width: shot.width, height: shot.width < 500 ? 900 : 800 } });
  tab.on('pageerror', (error) => report(shot, error.stack ?? error.message));
  tab.on('console', (message) => {
    if (message.type() === 'error' || message.text().includes('"error"')) report(shot, message.text());
  });
  await tab.goto(`${pathToFileURL(page).href}?theme=${shot.theme}&${shot.query}`);
  await tab.waitForTimeout(shot.waitMs ?? 400);
  if (shot.hover) await tab.hover('.chart.loss canvas', { position: { x: 420, y: 120 } });
  if (shot.total) await tab.click('vscode-radio[value="total"]');
  await tab.waitForTimeout(200);
  await tab.screenshot({ path: join(folder, `${shot.name}.png`), fullPage: shot.width < 500 });
  await tab.close();
}
await chrome.close();
process.exitCode = failed ? 1 : 0;

function report(shot, text) {
  failed = true;
  console.error(`${shot.name}: ${text}`);
}
