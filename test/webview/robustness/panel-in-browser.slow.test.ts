import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FromRobustness } from '../../../common/panels/robustness/robustness-contract';
import { axeScript, chromiumPath, doubledWords, seriousFindings } from '../accessibility';
import { buildPanelPage } from '../panel-page.mjs';
import { themes } from '../themes';
import { fakeRobustness } from './robustness-fixture';

const axe = axeScript();

describe.skipIf(chromiumPath === undefined)(
  'the robustness panel in a browser (needs Chromium)',
  { timeout: 60_000 },
  () => {
    let address = '';
    let browser: Browser;
    const posted = new WeakMap<Page, FromRobustness[]>();

    beforeAll(async () => {
      const folder = mkdtempSync(join(tmpdir(), 'mixprop-robustness-'));
      address = await buildPanelPage(folder, 'robustness');
      browser = await chromium.launch({
        executablePath: chromiumPath!,
        args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
      });
    }, 60_000);

    afterAll(() => browser?.close());

    const open = async (query: string, width = 1280): Promise<Page> => {
      const page = await browser.newPage({ viewport: { width, height: 900 }, bypassCSP: true });
      const messages: FromRobustness[] = [];
      posted.set(page, messages);
      page.on('console', (message) => {
        const text = message.text();
        if (text.startsWith('panel: ')) messages.push(JSON.parse(text.slice('panel: '.length)));
      });
      await page.goto(`${address}?${query}`);
      const isEmpty = query.includes('case=empty') || query.includes('case=unevaluated');
      await page
        .locator(isEmpty ? '.notice vscode-button:visible' : '.heatmap .cell')
        .first()
        .waitFor();
      return page;
    };
    const postedOf = async <T extends FromRobustness['type']>(page: Page, type: T, count = 1) => {
      const found = () => posted.get(page)!.filter((message) => message.type === type);
      await expect.poll(() => found().length).toBeGreaterThanOrEqual(count);
      return found() as Extract<FromRobustness, { type: T }>[];
    };

    for (const theme of Object.keys(themes)) {
      test.skipIf(axe === undefined)(`axe finds nothing serious in the theme ${theme}`, async () => {
        const page = await open(`theme=${theme}&runs=pair&select=fog,3`);
        await page.locator('.flip canvas').first().waitFor();
        expect(await seriousFindings(page, axe!)).toEqual([]);
        expect(await doubledWords(page)).toEqual([]);
        await page.close();
      });
    }

    test
      .skipIf(axe === undefined)
      .each([
        'runs=pair&view=difference',
        'runs=held-out&measure=loss',
        'runs=mixed',
        'runs=stylized',
        'runs=few',
        'case=unevaluated',
        'case=failed&select=fog,3',
      ])('axe finds nothing serious with %s', async (query) => {
      const page = await open(`theme=light&${query}`, 480);
      expect(await seriousFindings(page, axe!)).toEqual([]);
      await page.close();
    });

    test.each([285, 480, 800, 1280])('nothing is cut off at %i pixels', async (width) => {
      for (const query of [
        'runs=pair&select=fog,3',
        'runs=held-out&view=difference',
        'runs=one',
        'runs=few',
        'runs=stylized',
        'runs=stylized&view=difference',
      ]) {
        const page = await open(query, width);
        const cut = await page.evaluate(() => {
          const root = document.documentElement;
          const wide = [
            ...document.querySelectorAll<HTMLElement>('.cell, .heatmap th, .summary td, p, h2, select, button'),
          ]
            .filter((node) => node.offsetParent !== null && node.scrollWidth > node.clientWidth + 1)
            .map((node) => `${node.className} ${node.textContent}`);
          return { overflow: root.scrollWidth - root.clientWidth, wide };
        });
        expect(cut, query).toEqual({ overflow: 0, wide: [] });
        await page.close();
      }
    });

    test('stylized images have a column where a run was evaluated on them, by mouse and by keyboard', async () => {
      const page = await open('runs=stylized');
      const [styled, , plain] = await page.locator('.heatmap').all();
      expect(await page.locator('.heatmap thead th', { hasText: 'style' }).count()).toBe(3);
      expect(await styled!.locator('.cell.stylized').textContent()).toBe('71.0');
      expect(await plain!.locator('.cell.stylized').getAttribute('aria-label')).toBe('stylized: not evaluated');
      expect(await plain!.locator('.cell.stylized').getAttribute('class')).toContain('missing');
      const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
      await styled!.locator('tbody tr').nth(4).locator('.severity').first().click();
      await page.keyboard.press('ArrowLeft');
      expect(await focused()).toBe('stylized: 71.0 %');
      await page.keyboard.press('ArrowLeft');
      expect(await focused()).toMatch(/^clean: /);
      await styled!.locator('.cell.stylized').click();
      await page.keyboard.press('ArrowRight');
      expect(await focused()).toMatch(/^glass blur, severity 1: /);
      const cells = page.locator('.summary td[data-column="Stylized error"]');
      expect(await cells.allTextContents()).toEqual(['71.0', '74.0', '–']);
      await page.close();
    });

    test('a cell leads to the lost images, by mouse and by keyboard', async () => {
      const page = await open('runs=pair');
      const first = page.locator('.heatmap').first();
      await first.locator('tbody tr').nth(9).locator('.severity').nth(2).click();
      await page.locator('.flips h2', { hasText: 'fog, severity 3 · mixprop-tiny · main' }).waitFor();
      expect(await page.locator('.flip').count()).toBe(12);
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('PageDown');
      expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toMatch(
        /^contrast, severity 4: [\d.]+ %$/,
      );
      await page.keyboard.press('Enter');
      await page.locator('.flips h2', { hasText: 'contrast, severity 4' }).waitFor();
      expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toContain('contrast');
      await page.locator('.flips vscode-button', { hasText: 'Show More' }).click();
      await expect.poll(() => page.locator('.flip').count()).toBe(24);
      const requests = await postedOf(page, 'request', 6);
      const flips = requests.flatMap(({ name, request }) => (name === 'flips' ? [request] : []));
      expect(flips.map(({ corruption, severity, count }) => [corruption, severity, count])).toEqual([
        ['fog', 3, 12],
        ['contrast', 4, 12],
        ['contrast', 4, 24],
      ]);
      await page.locator('.flips vscode-button', { hasText: 'Close' }).click();
      await page.locator('.flips').waitFor({ state: 'hidden' });
      await first.locator('[tabindex="0"]').focus();
      await page.keyboard.press('Enter');
      await page.locator('.flips').waitFor();
      await page.keyboard.press('Escape');
      await page.locator('.flips').waitFor({ state: 'hidden' });
      await page.close();
    });

    test('the arrow keys reach clean and mean, Home and End the ends', async () => {
      const page = await open('runs=few');
      const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
      await page.locator('.heatmap').first().locator('[tabindex="0"]').focus();
      await page.keyboard.press('Home');
      expect(await focused()).toMatch(/^clean: /);
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('End');
      expect(await focused()).toMatch(/^fog, mean over severities: /);
      await page.keyboard.press('Control+End');
      expect(await focused()).toMatch(/^mean of 2, mean over severities: /);
      // A mean has no images.
      await page.keyboard.press('Enter');
      await page.locator('.flips').waitFor({ state: 'hidden' });
      await page.close();
    });

    test('images without pictures are listed, with the reason', async () => {
      const page = await open('case=no-pictures&select=fog,3', 480);
      await page.locator('.flip-note', { hasText: 'No pictures: data/tiny-imagenet is not there.' }).waitFor();
      expect(await page.locator('.flip').count()).toBe(12);
      expect(await page.locator('.flip canvas').count()).toBe(0);
      await page.close();
    });

    test('pictures are drawn', async () => {
      const page = await open('select=fog,3');
      const size = () =>
        page
          .locator('.flip canvas')
          .first()
          .evaluate((node) => (node as HTMLCanvasElement).width);
      await expect.poll(size).toBe(32);
      await page.close();
    });

    test('a difference is that of the summary’s means, and its scale is symmetric', async () => {
      const page = await open('runs=pair&view=difference');
      const means = await page
        .locator('#robustness-summary li')
        .evaluateAll((items) => items.map((item) => Number((item as HTMLElement).dataset.mean)));
      const shown = await page.locator('.heatmap .mean .cell.mean').textContent();
      expect(Number(shown!.replace('−', '-'))).toBeCloseTo(means[0]! - means[1]!, 0);
      const label = await page.locator('.legend svg').getAttribute('aria-label');
      const [, low, high] = /from −([\d.]+) to \+([\d.]+),/.exec(label!)!;
      expect(low).toBe(high);
      await page.close();
    });

    test('pictures and data can be saved', async () => {
      const page = await open('runs=pair');
      for (const entry of ['Save as PNG', 'Save as SVG', 'Save data as CSV']) {
        await page.locator('.run-figure .icon-button').first().click();
        await page.locator('.popover:popover-open button', { hasText: entry }).click();
      }
      await page.locator('.curves .icon-button').first().click();
      await page.locator('.popover:popover-open button', { hasText: 'Save as SVG' }).click();
      const [png, svg, csv, curves] = await postedOf(page, 'saveFile', 4);
      expect(Buffer.from(png!.contents, 'base64').toString('latin1', 1, 4)).toBe('PNG');
      expect(png!.fileName).toBe('robustness-mixprop-tiny-main.png');
      expect(svg!.contents).toContain('>gaussian noise</text>');
      expect(svg!.contents).toContain('>Top-1 error, %</text>');
      const rows = csv!.contents.trimEnd().split('\r\n');
      expect(rows).toHaveLength(1 + 1 + 75);
      expect(curves!.contents).toContain('>mixprop-tiny · aux</text>');
      await page.close();
    });

    test('without an evaluation there is a button that asks for one', async () => {
      const page = await open('case=unevaluated', 480);
      expect(await page.locator('.notice:visible h2').textContent()).toBe('No evaluation yet');
      await page.locator('.notice:visible vscode-button', { hasText: 'Evaluate Run…' }).click();
      await postedOf(page, 'evaluate');
      await page.close();
    });

    test('a host of another version is refused, with advice; what is shown stays', async () => {
      const page = await open('runs=one');
      await page.evaluate(() => window.postMessage({ type: 'hydrate', version: 0, runs: [] }));
      const words = 'this panel belongs to another version of MixProp Studio: close it and open it again';
      await page.locator('.problems p', { hasText: words }).waitFor();
      expect(await postedOf(page, 'error')).toEqual([{ type: 'error', message: words }]);
      expect(await page.locator('.heatmap').count()).toBe(1);
      await page.close();
    });

    test('a list of choices stays as it is when nothing about it changed, and follows what did', async () => {
      const page = await open('runs=pair&view=difference');
      const first = page.locator('.pair select').first();
      const second = page.locator('.pair select').nth(1);
      const option = await first.locator('option').first().elementHandle();
      expect(await first.locator('option').allTextContents()).toEqual([
        'mixprop-tiny · main',
        'mixprop-tiny · aux',
        'vanilla-tiny',
      ]);
      await second.selectOption('vanilla-tiny main');
      await page.locator('.run-figure .name', { hasText: 'mixprop-tiny · main − vanilla-tiny' }).waitFor();
      expect(await option!.evaluate((node) => node.isConnected)).toBe(true);
      expect(await first.inputValue()).toBe('mixprop-tiny main');
      await page.evaluate((run) => window.postMessage({ type: 'run', run }), fakeRobustness({ runKey: 'third' }));
      await expect.poll(() => first.locator('option').count()).toBe(5);
      expect(await first.inputValue()).toBe('mixprop-tiny main');
      expect(await second.inputValue()).toBe('vanilla-tiny main');
      await page.close();
    });

    test('another evaluation of a run can be chosen', async () => {
      const page = await open('runs=one');
      const shown = () => page.locator('#robustness-summary li').first().getAttribute('data-evaluation');
      expect(await shown()).toBe('best-2');
      await page.locator('.run-figure select').selectOption('best-1');
      await expect.poll(shown).toBe('best-1');
      await page.close();
    });
  },
);
