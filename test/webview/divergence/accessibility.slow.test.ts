import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { axeScript, chromiumPath, doubledWords, seriousFindings } from '../accessibility';
import { buildPanelPage } from '../panel-page.mjs';
import { themes } from '../themes';

const axe = axeScript();

/** What is there once the page shows what the query asks for. */
function waitsFor(query: string): string {
  if (query.includes('case=damaged')) return '.channel-message.failed p';
  return query.includes('case=empty') ? '.notice vscode-button' : '.cell';
}

describe.skipIf(chromiumPath === undefined)(
  'the divergence panel in a browser (needs Chromium)',
  { timeout: 60_000 },
  () => {
    let address = '';
    let browser: Browser;

    beforeAll(async () => {
      address = await buildPanelPage(mkdtempSync(join(tmpdir(), 'mixprop-divergence-')), 'divergence');
      browser = await chromium.launch({
        executablePath: chromiumPath,
        args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
      });
    }, 60_000);

    afterAll(() => browser?.close());

    const open = async (query: string, width = 1280): Promise<Page> => {
      const page = await browser.newPage({ viewport: { width, height: 900 }, bypassCSP: true });
      await page.goto(`${address}?${query}`);
      await page.locator(waitsFor(query)).first().waitFor();
      return page;
    };

    for (const theme of Object.keys(themes)) {
      test.skipIf(axe === undefined)(`axe finds nothing serious in the theme ${theme}`, async () => {
        const page = await open(`theme=${theme}&runs=three&select=layer2.0.bn1,14`);
        await page.locator('.plots canvas').first().waitFor();
        expect(await seriousFindings(page, axe!)).toEqual([]);
        expect(await doubledWords(page)).toEqual([]);
        await page.close();
      });
    }

    test
      .skipIf(axe === undefined)
      .each([
        'runs=alarms',
        'runs=steps&columns=steps',
        'runs=pair&view=difference',
        'case=empty',
        'runs=one&case=damaged&select=bn,7',
      ])('axe finds nothing serious with %s', async (query) => {
      const page = await open(`theme=light&${query}`, 480);
      expect(await seriousFindings(page, axe!)).toEqual([]);
      await page.close();
    });

    test('the keyboard reaches every cell and opens its channels', async () => {
      const page = await open('runs=one');
      const cell = () => page.locator('.cell').getAttribute('aria-label');
      await page.focus('.cell');
      expect(await cell()).toMatch(/^layer1\.0\.bn1, epoch 20: [\d.]+ nats$/);
      for (const key of ['ArrowDown', 'ArrowLeft', 'ArrowLeft']) await page.keyboard.press(key);
      expect(await cell()).toContain('layer1.0.bn2, epoch 18');
      await page.keyboard.press('PageDown');
      expect(await cell()).toContain('layer2.0.bn1, epoch 18');
      await page.keyboard.press('Home');
      expect(await cell()).toContain('layer2.0.bn1, epoch 1:');
      await page.keyboard.press('Control+End');
      expect(await cell()).toContain('bn, epoch 20');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await page.locator('.plots canvas').first().waitFor();
      expect(await page.locator('.channels h2').textContent()).toBe('bn · epoch 20 · mixprop-cifar10-1');
      expect(await page.locator('.cell').evaluate((node) => node === document.activeElement)).toBe(true);
      expect(await page.locator('.grid *').count()).toBeLessThan(10);
      await page.fill('.scrub input[type="number"]', '7');
      await page.keyboard.press('Enter');
      await page.locator('h2', { hasText: 'epoch 7' }).waitFor();
      await page.focus('#channel-epoch');
      await page.keyboard.press('ArrowRight');
      await page.locator('h2', { hasText: 'epoch 8' }).waitFor();
      await page.keyboard.press('Escape');
      await page.locator('.channels').waitFor({ state: 'hidden' });
      await page.close();
    });

    test('an alarm leads to its layer and epoch', async () => {
      const page = await open('runs=alarms');
      await page.locator('.alarm[data-kind="exploding"] button').click();
      await page.locator('.channels h2', { hasText: 'layer3.0.bn1 · epoch 12 · learning-rate-0.4' }).waitFor();
      await page.close();
    });

    test('a report-like width of 285 pixels and 53 layers overflow nowhere', async () => {
      for (const runs of ['resnet50', 'alarms', 'steps']) {
        const page = await open(`runs=${runs}&select=bn1,5`, 285);
        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        expect(overflow).toBeLessThanOrEqual(0);
        await page.close();
      }
    });
  },
);
