// Draws the divergence panel with made-up runs: `node test/webview/divergence-screenshots.mjs [word]` writes the pictures
// whose name holds the word (or all) to test-results/divergence/. See divergence-fake-host.ts for what the address may say.
import { join, resolve } from 'node:path';
import { chromium } from 'playwright-core';
import { buildPanelPage } from './panel-page.mjs';

const folder = resolve('test-results', 'divergence');
const page = await buildPanelPage(folder, 'divergence');
const wanted = process.argv[2] ?? '';
const shots = [];
for (const theme of ['dark', 'light', 'high-contrast', 'high-contrast-light']) {
  for (const runs of ['one', 'pair']) {
    for (const width of [1280, 360])
      shots.push({ name: `${theme}-${runs}-${width}`, theme, width, query: `runs=${runs}` });
  }
  shots.push({ name: `${theme}-channels`, theme, width: 1280, query: 'runs=pair&select=layer2.0.bn1,14' });
}
shots.push({ name: 'channels-360', theme: 'dark', width: 360, query: 'runs=one&select=layer4.1.bn1,14' });
for (const theme of ['dark', 'light']) {
  shots.push({ name: `resnet50-${theme}`, theme, width: 1280, query: 'runs=resnet50' });
  shots.push({ name: `difference-${theme}`, theme, width: 1280, query: 'runs=pair&view=difference' });
}
shots.push({ name: 'resnet50-360', theme: 'dark', width: 360, query: 'runs=resnet50' });
shots.push({ name: 'resnet50-wide', theme: 'dark', width: 2200, query: 'runs=resnet50&select=layer3.2.bn3,40' });
shots.push({ name: 'difference-linear', theme: 'dark', width: 1280, query: 'runs=pair&view=difference&scale=linear' });
for (const runs of ['three', 'vanilla', 'twenty', 'alarms', 'long']) {
  shots.push({ name: `runs-${runs}`, theme: 'dark', width: 1280, query: `runs=${runs}` });
}
shots.push({
  name: 'steps',
  theme: 'light',
  width: 1280,
  query: 'runs=steps&columns=steps&measure=gammaGap&scale=linear',
});
for (const scenario of ['loading', 'empty', 'starting', 'unreadable']) {
  shots.push({ name: `case-${scenario}`, theme: 'dark', width: 800, query: `runs=one&case=${scenario}` });
}
shots.push({ name: 'case-damaged', theme: 'light', width: 800, query: 'runs=one&case=damaged&select=bn,7' });
shots.push({ name: 'hover', theme: 'dark', width: 1280, query: 'runs=pair', hover: true });
shots.push({ name: 'keyboard', theme: 'dark', width: 1280, query: 'runs=pair', keyboard: true });
shots.push({ name: 'live', theme: 'dark', width: 800, query: 'runs=pair&live=1', waitMs: 1500 });

const chrome = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
});
let failed = false;
for (const shot of shots.filter(({ name }) => name.includes(wanted))) {
  const tab = await chrome.newPage({ viewport: { width: shot.width, height: 900 } });
  tab.on('pageerror', (error) => report(shot, error.stack ?? error.message));
  tab.on('console', (message) => {
    if (message.type() === 'error' || message.text().includes('"error"')) report(shot, message.text());
  });
  await tab.goto(`${page}?theme=${shot.theme}&${shot.query}`);
  await tab.waitForTimeout(shot.waitMs ?? 500);
  if (shot.hover) await tab.hover('.grid', { position: { x: 200, y: 90 } });
  if (shot.keyboard) {
    await tab.focus('.cell');
    for (const key of ['ArrowUp', 'ArrowLeft', 'PageUp', 'ArrowDown']) await tab.keyboard.press(key);
  }
  await tab.waitForTimeout(200);
  const overflow = await tab.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  if (overflow > 0) report(shot, `the contents are ${overflow} pixels wider than the page`);
  await tab.screenshot({ path: join(folder, `${shot.name}.png`), fullPage: !shot.hover && !shot.keyboard });
  await tab.close();
}
await chrome.close();
process.exitCode = failed ? 1 : 0;

function report(shot, text) {
  failed = true;
  console.error(`${shot.name}: ${text}`);
}
