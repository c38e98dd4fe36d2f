// Draws the robustness panel with made-up runs: `node test/webview/robustness/screenshots.mjs [word]` writes the pictures
// whose name holds the word (or all) to test-results/robustness/. See fake-host.ts for what the address may say.
import { join, resolve } from 'node:path';
import { chromium } from 'playwright-core';
import { buildPanelPage } from '../panel-page.mjs';

const folder = resolve('test-results', 'robustness');
const page = await buildPanelPage(folder, 'robustness');
const wanted = process.argv[2] ?? '';
const shots = [];
for (const theme of ['dark', 'light', 'high-contrast', 'high-contrast-light']) {
  shots.push({ name: `${theme}-pair-1280`, theme, width: 1280, query: 'runs=pair&select=fog,3' });
  shots.push({ name: `${theme}-stylized-1280`, theme, width: 1280, query: 'runs=stylized&select=fog,3' });
  shots.push({ name: `${theme}-difference-800`, theme, width: 800, query: 'runs=pair&view=difference' });
}
for (const width of [360, 480, 1600]) {
  shots.push({ name: `pair-${width}`, theme: 'dark', width, query: 'runs=pair&select=fog,3' });
}
for (const width of [360, 800]) {
  shots.push({ name: `stylized-${width}`, theme: 'light', width, query: 'runs=stylized' });
}
for (const runs of ['one', 'held-out', 'few', 'mixed', 'twenty']) {
  shots.push({ name: `runs-${runs}`, theme: 'light', width: 1280, query: `runs=${runs}` });
}
for (const scenario of ['empty', 'unevaluated', 'unreadable']) {
  shots.push({ name: `case-${scenario}`, theme: 'dark', width: 800, query: `case=${scenario}` });
}
for (const scenario of ['failed', 'no-pictures']) {
  shots.push({ name: `case-${scenario}`, theme: 'light', width: 800, query: `case=${scenario}&select=fog,3` });
}

const chrome = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
});
let failed = false;
for (const shot of shots.filter(({ name }) => name.includes(wanted))) {
  const tab = await chrome.newPage({ viewport: { width: shot.width, height: 900 } });
  tab.on('pageerror', (error) => report(shot, error.stack ?? error.message));
  tab.on('console', (message) => {
    if (message.type() === 'error' || message.text().includes('"type":"error"')) report(shot, message.text());
  });
  await tab.goto(`${page}?theme=${shot.theme}&${shot.query}`);
  await tab.waitForTimeout(700);
  const overflow = await tab.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  if (overflow > 0) report(shot, `the contents are ${overflow} pixels wider than the page`);
  await tab.screenshot({ path: join(folder, `${shot.name}.png`), fullPage: true });
  await tab.close();
}
await chrome.close();
process.exitCode = failed ? 1 : 0;

function report(shot, text) {
  failed = true;
  console.error(`${shot.name}: ${text}`);
}
