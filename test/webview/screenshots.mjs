// Draws the curves panel with made-up runs: `node test/webview/screenshots.mjs [word]` writes the pictures whose name holds
// the word (or all) to test-results/panel/. The page it builds there, curves.html, also opens in any browser for working on
// the panel; see fake-host.ts for what its address may say.
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright-core';
import { buildPanelPage } from './panel-page.mjs';

const folder = resolve('test-results', 'panel');
mkdirSync(folder, { recursive: true });

const page = await buildPanelPage(folder, 'curves');

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
const hover = (tab) => tab.hover('.chart.loss .plot', { position: { x: 420, y: 120 } });
const menuItem = async (tab, chart, item) => {
  await tab.click(`.chart.${chart} .icon-button`);
  await tab.click(`.chart.${chart} .popover button:has-text("${item}")`);
};
const option = async (tab, text) => {
  await tab.click('.menu-button');
  await tab.click(`.popover vscode-checkbox:has-text("${text}")`);
  await tab.keyboard.press('Escape');
};
const dragBox = async (tab, [fromX, fromY], [toX, toY]) => {
  const { x, y } = await tab.locator('.chart.loss .plot').boundingBox();
  await tab.mouse.move(x + fromX, y + fromY);
  await tab.mouse.down();
  await tab.mouse.move(x + toX, y + toY, { steps: 4 });
  await tab.mouse.up();
};
const zoom = async (tab) => {
  await dragBox(tab, [300, 60], [620, 240]);
  await hover(tab);
};
const log = async (tab) => {
  await menuItem(tab, 'loss', 'Logarithmic y');
  await menuItem(tab, 'loss', 'Logarithmic x');
};
const bottom = async (tab) => {
  await tab.locator('.chart').last().scrollIntoViewIfNeeded();
  await tab.hover('.chart.scatter .plot', { position: { x: 200, y: 90 } });
};
for (const theme of themes) {
  shots.push({ name: `zoom-${theme}`, theme, width: 1280, query: 'runs=6', act: zoom });
  shots.push({
    name: `seeds-${theme}`,
    theme,
    width: 1280,
    query: 'runs=6&seeds=1',
    act: (tab) => option(tab, 'Seeds as mean'),
  });
  for (const [runs, width] of [
    ['runs=2', 1280],
    ['runs=1', 360],
  ])
    shots.push({ name: `looks-${theme}-${width}`, theme, width, query: `${runs}&looks=1`, whole: true });
  shots.push({
    name: `options-${theme}`,
    theme,
    width: 1280,
    query: 'runs=2',
    act: (tab) => tab.click('.menu-button'),
  });
}
shots.push({
  name: 'looks-seeds',
  theme: 'light',
  width: 1280,
  query: 'runs=6&seeds=1&looks=1',
  act: async (tab) => {
    await option(tab, 'Seeds as mean');
    await tab.hover('.chart.agreement .plot', { position: { x: 200, y: 90 } });
  },
});
shots.push({
  name: 'looks-options',
  theme: 'dark',
  width: 1280,
  query: 'runs=2&looks=1',
  act: (tab) => tab.click('.menu-button'),
});
shots.push({ name: 'looks-twenty', theme: 'dark', width: 1280, query: 'runs=20&looks=1', whole: true });
shots.push({ name: 'hover', theme: 'dark', width: 1280, query: 'runs=6', act: hover });
shots.push({
  name: 'hover-360',
  theme: 'light',
  width: 360,
  query: 'runs=6',
  act: (tab) => tab.hover('.chart.loss .plot', { position: { x: 200, y: 120 } }),
});
shots.push({
  name: 'box',
  theme: 'light',
  width: 1280,
  query: 'runs=2',
  act: async (tab) => {
    const { x, y } = await tab.locator('.chart.loss .plot').boundingBox();
    await tab.mouse.move(x + 300, y + 60);
    await tab.mouse.down();
    await tab.mouse.move(x + 600, y + 200, { steps: 4 });
  },
});
shots.push({ name: 'log', theme: 'light', width: 1280, query: 'runs=6', act: log });
shots.push({
  name: 'menu',
  theme: 'dark',
  width: 1280,
  query: 'runs=2',
  act: (tab) => tab.click('.chart.loss .icon-button'),
});
shots.push({
  name: 'menu-360',
  theme: 'light',
  width: 360,
  query: 'runs=2',
  act: (tab) => tab.click('.menu-button'),
  whole: false,
});
shots.push({ name: 'scatter', theme: 'dark', width: 1280, query: 'runs=6', act: bottom });
shots.push({ name: 'scatter-light', theme: 'light', width: 1280, query: 'runs=20', act: bottom });
shots.push({
  name: 'relative',
  theme: 'dark',
  width: 1280,
  query: 'runs=2',
  act: async (tab) => {
    await tab.selectOption('.toolbar select', 'relative');
    await hover(tab);
  },
});
shots.push({
  name: 'wall',
  theme: 'light',
  width: 1280,
  query: 'runs=2',
  act: (tab) => tab.selectOption('.toolbar select', 'wall'),
});
shots.push({
  name: 'outliers',
  theme: 'dark',
  width: 1280,
  query: 'runs=6',
  act: (tab) => option(tab, 'Ignore outliers'),
});
shots.push({ name: 'twenty', theme: 'dark', width: 1280, query: 'runs=20', act: hover });
shots.push({ name: 'twenty-zoomed', theme: 'light', width: 1600, query: 'runs=20', act: zoom });
shots.push({ name: 'twenty-light', theme: 'light', width: 1600, query: 'runs=20' });
shots.push({ name: 'twenty-360', theme: 'high-contrast', width: 360, query: 'runs=20' });
shots.push({
  name: 'total',
  theme: 'light',
  width: 1280,
  query: 'runs=2',
  act: (tab) => tab.click('vscode-radio[value="total"]'),
});
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
  await tab.goto(`${page}?theme=${shot.theme}&${shot.query}`);
  await tab.waitForTimeout(shot.waitMs ?? 400);
  await shot.act?.(tab);
  await tab.waitForTimeout(200);
  await tab.screenshot({ path: join(folder, `${shot.name}.png`), fullPage: shot.whole ?? shot.width < 500 });
  await tab.close();
}
await chrome.close();
process.exitCode = failed ? 1 : 0;

function report(shot, text) {
  failed = true;
  console.error(`${shot.name}: ${text}`);
}
