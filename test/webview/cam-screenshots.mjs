// Draws the CAM panel with made-up runs: `node test/webview/cam-screenshots.mjs [word]` writes the pictures whose name holds
// the word (or all) to test-results/cam/. See cam-fake-host.ts for what the address may say.
import { join, resolve } from 'node:path';
import { chromium } from 'playwright-core';
import { buildPanelPage } from './panel-page.mjs';

const folder = resolve('test-results', 'cam');
const page = await buildPanelPage(folder, 'cam');
const wanted = process.argv[2] ?? '';
const shots = [];
for (const theme of ['dark', 'light', 'high-contrast', 'high-contrast-light']) {
  for (const width of [1600, 1280, 480, 285])
    shots.push({ name: `${theme}-pair-${width}`, theme, width, query: 'runs=pair' });
  shots.push({
    name: `${theme}-magnified`,
    theme,
    width: 1280,
    query: 'runs=three&state={"difference":true}',
    open: true,
  });
}
shots.push({ name: 'magnified-360', theme: 'dark', width: 360, query: 'runs=one', open: true });
shots.push({ name: 'many-1600', theme: 'dark', width: 1600, query: 'runs=many' });
shots.push({
  name: 'fine-viridis',
  theme: 'light',
  width: 1280,
  query: 'runs=fine&state={"colourMap":"viridis","scale":"common","size":160,"shown":"true","difference":true}',
});
for (const scenario of ['loading', 'empty', 'starting', 'unchosen', 'unreadable', 'damaged', 'missing']) {
  shots.push({ name: `case-${scenario}`, theme: 'dark', width: 800, query: `runs=pair&case=${scenario}` });
}
shots.push({
  name: 'case-uncomputed',
  theme: 'light',
  width: 800,
  query: 'runs=pair&case=uncomputed&state={"epoch":3}',
});
shots.push({
  name: 'case-fog',
  theme: 'light',
  width: 800,
  query: 'runs=pair&state={"input":{"corruption":"fog","severity":3}}',
});
shots.push({ name: 'keyboard', theme: 'dark', width: 1280, query: 'runs=pair', keyboard: true });

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
  await tab.waitForTimeout(500);
  if (shot.open) await tab.click('.grid-row:not(.head) .grid-cell:nth-child(3)');
  if (shot.keyboard) {
    await tab.focus('.grid-cell[tabindex="0"]');
    for (const key of ['ArrowDown', 'ArrowRight', 'ArrowRight']) await tab.keyboard.press(key);
  }
  await tab.waitForTimeout(300);
  if (shot.open) await tab.hover('.large', { position: { x: 120, y: 90 } });
  const overflow = await tab.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  if (overflow > 0) report(shot, `the contents are ${overflow} pixels wider than the page`);
  await tab.screenshot({ path: join(folder, `${shot.name}.png`) });
  await tab.close();
}
await chrome.close();
process.exitCode = failed ? 1 : 0;

function report(shot, text) {
  failed = true;
  console.error(`${shot.name}: ${text}`);
}
