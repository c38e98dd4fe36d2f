import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { axeScript, chromiumPath, doubledWords, seriousFindings } from '../accessibility';
import { buildPanelPage } from '../panel-page.mjs';
import { themes } from '../themes';

const axe = axeScript();

describe.skipIf(chromiumPath === undefined)('the CAM panel in a browser (needs Chromium)', { timeout: 60_000 }, () => {
  let address = '';
  let browser: Browser;

  beforeAll(async () => {
    address = await buildPanelPage(mkdtempSync(join(tmpdir(), 'mixprop-cam-')), 'cam');
    browser = await chromium.launch({
      executablePath: chromiumPath,
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
    });
  }, 60_000);

  afterAll(() => browser?.close());

  const open = async (query: string, { width = 1280, waitFor = '.grid-row:not(.head)' } = {}): Promise<Page> => {
    const page = await browser.newPage({ viewport: { width, height: 900 }, bypassCSP: true });
    await page.goto(`${address}?${query}`);
    await page.locator(waitFor).first().waitFor();
    return page;
  };
  const cell = (page: Page, row: number, column: number) =>
    page.locator('.grid-row:not(.head)').nth(row).locator('.grid-cell').nth(column);
  /** Of the middle of a cell's picture. */
  const colour = (page: Page, row: number, column: number) =>
    cell(page, row, column)
      .locator('canvas')
      .evaluate((canvas: HTMLCanvasElement) => {
        const { width, height } = canvas;
        return [...canvas.getContext('2d')!.getImageData(width >> 1, height >> 1, 1, 1).data].join();
      });

  for (const theme of Object.keys(themes)) {
    test.skipIf(axe === undefined)(`axe finds nothing serious in the theme ${theme}`, async () => {
      const page = await open(`theme=${theme}&runs=three&state={"difference":true}`);
      await cell(page, 0, 2).click();
      await page.locator('.magnified').waitFor();
      expect(await seriousFindings(page, axe!)).toEqual([]);
      expect(await doubledWords(page)).toEqual([]);
      await page.close();
    });
  }

  test
    .skipIf(axe === undefined)
    .each(['case=empty', 'case=starting', 'case=unchosen', 'runs=pair&case=damaged', 'runs=pair&case=missing'])(
    'axe finds nothing serious with %s',
    async (query) => {
      const page = await open(`theme=light&${query}`, { width: 480, waitFor: '.panel' });
      await page.waitForTimeout(200);
      expect(await seriousFindings(page, axe!)).toEqual([]);
      await page.close();
    },
  );

  test('epoch, class, colours and opacity change the pictures', async () => {
    const page = await open('runs=pair');
    await expect.poll(() => colour(page, 0, 1)).not.toBe('0,0,0,0');
    const seen = new Set([await colour(page, 0, 1)]);
    const changes = async (act: () => Promise<unknown>) => {
      await act();
      await expect.poll(async () => seen.has(await colour(page, 0, 1))).toBe(false);
      seen.add(await colour(page, 0, 1));
    };
    await changes(() => page.fill('.scrub input[type="number"]', '2').then(() => page.keyboard.press('Enter')));
    expect(await page.locator('#cam-summary li').first().getAttribute('data-epoch')).toBe('2');
    await changes(() => page.selectOption('#cam-class', { label: 'elephant' }));
    expect(await cell(page, 0, 1).getAttribute('data-class')).toBe('elephant');
    await changes(() => page.selectOption('#cam-colours', 'viridis'));
    await changes(() => page.fill('#cam-opacity', '90'));
    const original = await colour(page, 0, 0);
    await changes(() => page.fill('#cam-opacity', '0'));
    expect(await colour(page, 0, 1)).toBe(original);
    await page.close();
  });

  test('classes go by the names that come with the pictures, for scripts by their own', async () => {
    const page = await open('runs=one&case=named');
    const first = cell(page, 0, 0);
    await expect.poll(() => first.locator('.name').textContent()).toBe('small silver fish');
    expect(await first.getAttribute('data-label')).toBe('anchovy');
    await page.selectOption('#cam-class', { label: 'tusker' });
    await expect.poll(() => cell(page, 0, 1).getAttribute('data-class')).toBe('elephant');
    expect(await cell(page, 0, 1).getAttribute('aria-label')).toContain('map of tusker');
    await cell(page, 0, 1).click();
    await page.locator('.magnified .classes th', { hasText: 'tusker' }).waitFor();
    expect(await page.locator('.magnified .classes th', { hasText: 'elephant' }).count()).toBe(0);
    await page.close();
  });

  test('right and wrong are marked with a sign and in words', async () => {
    const page = await open('runs=pair');
    await page.fill('.scrub input[type="number"]', '1');
    await page.keyboard.press('Enter');
    await page.locator('.grid-cell.wrong').first().waitFor();
    expect(await page.locator('.wrong .confidence').first().textContent()).toMatch(/^\d+\.\d % ✗$/);
    expect(await page.locator('.grid-cell.wrong').first().getAttribute('aria-label')).toContain(', wrong');
    expect(await page.locator('.right .confidence').first().textContent()).toContain('✓');
    await page.close();
  });

  test('the keyboard reaches every cell, opens it, and reads its values', async () => {
    const page = await open('runs=pair');
    await page.focus('.grid-cell[tabindex="0"]');
    for (const key of ['ArrowDown', 'End', 'ArrowLeft']) await page.keyboard.press(key);
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
    expect(await focused()).toMatch(/^val\/dragonfly\/image_0001\.JPEG, mixprop-cifar10-1 main: dragonfly/);
    await page.keyboard.press('Control+Home');
    expect(await focused()).toBe('anchovy val/anchovy/image_0000.JPEG');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page
      .locator('.magnified h2', { hasText: 'val/anchovy/image_0000.JPEG · vanilla-1 main · epoch 6' })
      .waitFor();
    await page.focus('.large');
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowDown']) await page.keyboard.press(key);
    expect(await page.locator('#cam-readout').textContent()).toMatch(
      /^Row 2, column 2 of the map: -?\d.*; image there: red \d+/,
    );
    await page.keyboard.press('Escape');
    await page.locator('.magnified').waitFor({ state: 'hidden' });
    await page.close();
  });

  test('swiping shows the other picture on its side', async () => {
    const page = await open('runs=pair');
    await cell(page, 0, 2).click();
    const at = (x: number) =>
      page
        .locator('.large')
        .evaluate(
          (canvas: HTMLCanvasElement, place) =>
            [...canvas.getContext('2d')!.getImageData(place * canvas.width, canvas.height / 2, 1, 1).data].join(),
          x,
        );
    const [left, right] = [await at(0.25), await at(0.75)];
    await page.selectOption('#cam-other', 'original');
    await expect.poll(() => at(0.75)).not.toBe(right);
    expect(await at(0.25)).toBe(left);
    await page.close();
  });

  test('missing maps are computed when asked for, of a corrupted input too', async () => {
    const page = await open('runs=pair&case=uncomputed&state={"epoch":3}');
    const summary = page.locator('#cam-summary [data-run-id="mixprop-cifar10-1"]').first();
    await expect.poll(() => summary.getAttribute('data-problem')).toContain('no maps after epoch 3');
    await page.locator('.head vscode-button', { hasText: 'Compute' }).click();
    await expect.poll(() => summary.getAttribute('data-shown')).toBe('8');
    await page.selectOption('#cam-corruption', 'fog');
    await page.locator('.content > vscode-button', { hasText: 'Compute Missing Maps' }).click();
    await expect.poll(() => summary.getAttribute('data-input')).toBe('fog 3');
    await expect.poll(() => summary.getAttribute('data-shown')).toBe('8');
    await page.close();
  });

  test('an image that was moved, and a checkpoint without aux, are named; the rest is shown, and all of it later', async () => {
    const state = '{"epoch":3,"input":{"corruption":"fog","severity":3},"difference":true}';
    const page = await open(`runs=one&case=uncomputed&moved=1&state=${state}`);
    const path = 'val/anchovy/image_0000.JPEG';
    const advice = page.locator('.advice');
    const said = (row: number, column: number) => cell(page, row, column).locator('.message').textContent();
    await page.locator('.head vscode-button', { hasText: 'Compute' }).click();
    await expect.poll(() => advice.textContent()).toBe(`${path}: is no image of the data set: put it back`);
    const texts = ['The image cannot be read.', 'No map of this image after epoch 3.'];
    expect([await said(0, 0), await said(0, 1)]).toEqual(texts);
    for (const column of [0, 1]) {
      expect(await cell(page, 0, column).getAttribute('aria-label')).toMatch(
        / [iI]t is no image of the data set: put it back$/,
      );
    }
    expect([await said(1, 2), await said(1, 3)]).toEqual(Array(2).fill('The checkpoint has no aux branch.'));
    const [main, aux] = [page.locator('#cam-summary li').first(), page.locator('#cam-summary li').nth(1)];
    expect([await main.getAttribute('data-shown'), await aux.getAttribute('data-shown')]).toEqual(['7', '0']);
    // The images as they are have nothing wrong with them.
    await page.selectOption('#cam-corruption', '');
    await expect.poll(() => main.getAttribute('data-input')).toBe('clean');
    expect(await advice.isVisible()).toBe(false);
    await page.selectOption('#cam-corruption', 'fog');
    await page.locator('.content > vscode-button', { hasText: 'Compute Missing Maps' }).click();
    await expect.poll(() => aux.getAttribute('data-shown')).toBe('8');
    expect(await advice.isVisible()).toBe(false);
    await page.close();
  });

  test('an image that a trainer cannot read is named until it can', async () => {
    const page = await open('runs=one&live=1&case=training&moved=1');
    const advice = page.locator('.advice');
    await page.locator('vscode-button', { hasText: 'Look Now' }).click();
    await expect
      .poll(() => advice.textContent())
      .toContain('image_0000.JPEG: is no image of the data set: put it back');
    expect(await cell(page, 0, 1).getAttribute('aria-label')).toMatch(/ It is no image of the data set: put it back$/);
    await page.locator('vscode-button', { hasText: 'Look Now' }).click();
    await expect.poll(() => advice.isVisible()).toBe(false);
    await page.close();
  });

  test('a class of another network that was chosen is named, with what to do, until another is chosen', async () => {
    const page = await open('runs=pair&state={"shown":{"name":"zebra"}}');
    await page
      .locator('.advice', {
        hasText: 'vanilla-1, mixprop-cifar10-1: the network has no class "zebra": choose another one under "Map of".',
      })
      .waitFor();
    expect(await cell(page, 0, 1).locator('.message').textContent()).toBe('No class zebra here.');
    await page.selectOption('#cam-class', { label: 'fig' });
    await expect.poll(() => cell(page, 0, 1).getAttribute('data-class')).toBe('fig');
    expect(await page.locator('.advice').isVisible()).toBe(false);
    await page.close();
  });

  test('follows a run: new epochs appear by themselves unless an epoch was chosen', async () => {
    const page = await open('runs=one&live=1');
    const epoch = () => page.locator('#cam-summary li').first().getAttribute('data-epoch');
    await expect.poll(epoch).toBe('6');
    await page.close();
    const still = await open('runs=one&live=1&state={"epoch":1}');
    await expect.poll(() => still.locator('#cam-epoch').getAttribute('max')).toBe('5');
    expect(await still.locator('#cam-summary li').first().getAttribute('data-epoch')).toBe('1');
    await still.close();
  });

  test('a run in training shows this moment when it is asked, and its epochs again', async () => {
    const page = await open('runs=one&live=1&case=training');
    const summary = page.locator('#cam-summary li').first();
    const step = () => summary.getAttribute('data-step');
    await expect.poll(() => summary.getAttribute('data-epoch')).toBe('6');
    const last = await colour(page, 0, 1);
    await page.locator('vscode-button', { hasText: 'Look Now' }).click();
    await expect.poll(step).toBe('61');
    expect(await summary.getAttribute('data-epoch')).toBe('');
    expect(await page.locator('.head .name').first().textContent()).toBe('mixprop-cifar10-1\nnow (step 61)');
    expect(await page.locator('#cam-epoch').getAttribute('aria-valuetext')).toBe('now');
    await expect.poll(() => colour(page, 0, 1)).not.toBe(last);
    await page.locator('vscode-checkbox', { hasText: 'Live' }).click();
    await expect.poll(step).toBe('62');
    await expect.poll(step, { timeout: 15_000 }).toBe('63');
    await page.focus('#cam-epoch');
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => summary.getAttribute('data-epoch')).toBe('6');
    expect(await step()).toBe('');
    await expect.poll(() => colour(page, 0, 1)).toBe(last);
    // "Live" is over: nobody asks any more.
    expect(await page.locator('vscode-checkbox', { hasText: 'Live' }).getAttribute('aria-checked')).toBe('false');
    await page.close();
  });

  test('news of a run do not take away what is written into the field of the epoch', async () => {
    const page = await open('runs=one&live=1');
    const field = page.locator('.scrub input[type="number"]');
    // News may come between selecting what stands there and writing.
    const written = () => field.fill('2').then(() => field.inputValue());
    await expect.poll(written).toBe('2');
    await expect.poll(() => page.locator('#cam-epoch').getAttribute('max')).toBe('5');
    expect(await field.inputValue()).toBe('2');
    await field.press('Enter');
    const shown = () => page.locator('#cam-summary li').first().getAttribute('data-epoch');
    await expect.poll(shown).toBe('2');
    await field.fill('99');
    await field.press('Enter');
    await expect.poll(() => field.inputValue()).toBe('6');
    await page.close();
  });

  test('a run that ends has no such button, and a word where its moment was shown', async () => {
    const page = await open('runs=one&live=1&state={"now":"once"}');
    await page
      .locator('.advice', { hasText: 'mixprop-cifar10-1 is finished: it shows its last epoch, not now.' })
      .waitFor();
    expect(await page.locator('vscode-button', { hasText: 'Look Now' }).isVisible()).toBe(false);
    expect(await page.locator('#cam-summary li').first().getAttribute('data-epoch')).toBe('6');
    await page.close();
  });

  test('the figure is saved as SVG and PNG with labels and confidences', async () => {
    const page = await open('runs=pair');
    const saved: string[] = [];
    page.on('console', (message) => {
      if (message.text().includes('saveFile')) saved.push(message.text());
    });
    await page.locator('vscode-button', { hasText: 'Save SVG' }).click();
    await expect.poll(() => saved[0]).toContain('"fileName":"cam-overlays.svg","mime":"image/svg+xml"');
    await page.locator('vscode-button', { hasText: 'Save PNG' }).click();
    await expect.poll(() => saved[1]).toContain('"fileName":"cam-overlays.png","mime":"image/png","encoding":"base64"');
    await page.close();
  });

  test('200 images by 6 columns: only pictures near the view are drawn, and scrolling draws others', async () => {
    const page = await open('runs=many');
    const drawn = () =>
      page
        .locator('.cam-grid canvas')
        .evaluateAll((all) => all.filter((c) => (c as HTMLCanvasElement).width > 1).length);
    await expect.poll(drawn).toBeGreaterThan(20);
    expect(await page.locator('.grid-row:not(.head)').count()).toBe(200);
    expect(await drawn()).toBeLessThan(200);
    await page.locator('.cam-grid').evaluate((grid) => grid.scrollTo(0, grid.scrollHeight));
    await expect.poll(() => colour(page, 199, 3)).not.toBe('0,0,0,0');
    await expect.poll(drawn).toBeLessThan(200);
    await page.close();
  });

  test('200 images by 6 columns: another epoch is shown at once where it is seen, and soon in all rows', async () => {
    const page = await open('runs=many');
    await expect.poll(() => colour(page, 0, 1)).not.toBe('0,0,0,0');
    await page
      .locator('.grid-row:not(.head)')
      .nth(199)
      .locator('[data-minimum]')
      .first()
      .waitFor({ state: 'attached' });
    const withoutPicture = () =>
      page.evaluate(() => {
        const grid = document.querySelector('.cam-grid')!.getBoundingClientRect();
        return [...document.querySelectorAll('.grid-row:not(.head) .grid-cell')].filter((cell) => {
          const { top, bottom } = cell.getBoundingClientRect();
          return bottom > grid.top && top < grid.bottom && !cell.querySelector('canvas:not(.absent)');
        }).length;
      });
    await expect.poll(withoutPicture).toBe(0);
    const seen = await page.evaluate(async () => {
      // Until the panel has been told which rows are in view.
      for (let frame = 0; frame < 3; frame++) await new Promise((next) => requestAnimationFrame(next));
      const cells = [...document.querySelectorAll<HTMLElement>('.grid-row:not(.head) .grid-cell[data-column]')];
      const numbers = () => cells.map(({ dataset }) => dataset.maximum);
      const before = numbers();
      const slider = document.querySelector<HTMLInputElement>('#cam-epoch')!;
      slider.value = '1';
      slider.dispatchEvent(new Event('input'));
      // The maps come in a message a run, are drawn in a frame, and stay out of date nowhere on screen.
      const firstRow = cells.filter((cell) => cell.parentElement === cells[0]!.parentElement);
      const isNew = ({ dataset }: HTMLElement, index: number) =>
        dataset.maximum !== undefined && dataset.maximum !== before[index];
      for (let frame = 0; !firstRow.every(isNew) && frame < 600; frame++) {
        await new Promise((next) => requestAnimationFrame(next));
      }
      const grid = document.querySelector('.cam-grid')!.getBoundingClientRect();
      const isSeen = (cell: HTMLElement) => {
        const { top, bottom } = cell.getBoundingClientRect();
        return bottom > grid.top && top < grid.bottom;
      };
      const changed = numbers().map((value, index) => value !== before[index]);
      const onScreen = cells.map(isSeen);
      return {
        seen: onScreen.filter(Boolean).length,
        outOfDate: onScreen.filter((is, index) => is && !changed[index]).length,
        withoutPicture: cells.filter((cell) => isSeen(cell) && !cell.querySelector('canvas:not(.absent)')).length,
        before,
      };
    });
    expect(seen.seen).toBeGreaterThan(20);
    expect(seen).toMatchObject({ outOfDate: 0, withoutPicture: 0 });
    const outOfDate = () =>
      page
        .locator('.grid-row:not(.head) .grid-cell[data-column]')
        .evaluateAll(
          (cells, before) =>
            cells.filter((cell, index) => (cell as HTMLElement).dataset.maximum === before[index]).length,
          seen.before,
        );
    await expect.poll(outOfDate).toBe(0);
    await page.close();
  });

  test('without images there is one button, which leads to maps', async () => {
    const page = await open('runs=pair&case=unchosen', { waitFor: '.notice vscode-button:visible' });
    const messages: string[] = [];
    page.on('console', (message) => messages.push(message.text()));
    const button = page.getByRole('button', { name: 'Choose Images and Compute' });
    expect([await button.count(), await page.getByRole('button').count()]).toEqual([1, 1]);
    expect(await page.locator('.toolbar').isVisible()).toBe(false);
    await button.click();
    await expect.poll(() => page.locator('.grid-cell canvas').count()).toBeGreaterThan(8);
    expect(messages.join()).toContain('"type":"chooseImages"');
    expect(await page.locator('.notice').first().isVisible()).toBe(false);
    expect(await page.locator('.toolbar').isVisible()).toBe(true);
    await page.close();
  });

  test('pictures grow with the panel until somebody says otherwise', async () => {
    const page = await open('runs=pair', { width: 1600 });
    const side = () =>
      page
        .locator('.picture')
        .first()
        .evaluate((picture) => picture.clientWidth);
    expect(await side()).toBe(256);
    await page.setViewportSize({ width: 640, height: 900 });
    await expect.poll(side).toBe(140);
    await page.locator('#cam-size').fill('96');
    await expect.poll(side).toBe(96);
    await page.setViewportSize({ width: 1600, height: 900 });
    await page.getByRole('checkbox', { name: 'Fit to panel' }).click();
    await expect.poll(side).toBe(256);
    await page.close();
  });

  test('nothing is wider than a page of 285 pixels', async () => {
    for (const query of ['runs=three', 'runs=pair&case=damaged', 'runs=pair&case=missing']) {
      const page = await open(query, { width: 285 });
      await cell(page, 0, 1).click();
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow).toBeLessThanOrEqual(0);
      await page.close();
    }
  });
});
