import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FromCurves } from '../../../common/panels/curves/curves-contract';
import type { LocalisationEvent } from '../../../common/run/events';
import { axeScript, chromiumPath, doubledWords, seriousFindings } from '../accessibility';
import { fakeEvents, fakeRuns } from '../fake-stream';
import { buildPanelPage } from '../panel-page.mjs';
import { themes } from '../themes';

/** What the first made-up run has recorded of the chosen images when somebody looks. */
function recordedLooks(): LocalisationEvent[] {
  const run = { ...fakeRuns[0]!, explainEvery: 2 };
  const looks: LocalisationEvent[] = [];
  for (const event of fakeEvents(run)) {
    if (event.type === 'localisation') looks.push(event);
    if (event.type === 'step' && event.step === run.steps) break;
  }
  return looks;
}

describe.skipIf(chromiumPath === undefined)(
  'the curves panel in a browser (needs Chromium)',
  { timeout: 60_000 },
  () => {
    let folder = '';
    let address = '';
    let browser: Browser;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'mixprop-curves-'));
      address = await buildPanelPage(folder, 'curves');
      browser = await chromium.launch({
        executablePath: chromiumPath,
        args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
      });
    }, 60_000);

    afterAll(async () => {
      await browser?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    const open = async (query: string, width = 1280): Promise<Page> => {
      const context = await browser.newContext({ viewport: { width, height: 900 }, bypassCSP: true });
      const page = await context.newPage();
      await page.goto(`${address}?${query}`);
      await page.locator('#summary li').first().waitFor({ state: 'attached' });
      return page;
    };
    const view = (page: Page) =>
      page
        .locator('#view-summary')
        .evaluate((element) => ({ ...(element as HTMLElement).dataset }) as Record<string, string>);
    const range = async (page: Page) => (await view(page)).xRange!.split(' ').map(Number) as [number, number];
    const span = async (page: Page) => {
      const [from, to] = await range(page);
      return to - from;
    };
    const posted = (page: Page) => page.evaluate(() => postedMessages);
    const postedOf = async <T extends FromCurves['type']>(page: Page, type: T) =>
      (await posted(page)).filter((message): message is Extract<FromCurves, { type: T }> => message.type === type);
    const drag = async (page: Page, from: readonly [number, number], to: readonly [number, number]) => {
      const { x, y } = (await page.locator('.chart.loss .plot').boundingBox())!;
      await page.mouse.move(x + from[0], y + from[1]);
      await page.mouse.down();
      await page.mouse.move(x + to[0], y + to[1], { steps: 3 });
      await page.mouse.up();
    };
    const choose = async (page: Page, chart: string, item: string) => {
      await page.click(`.chart.${chart} .icon-button`);
      await page.click(`.chart.${chart} .popover button:has-text("${item}")`);
    };

    test('drag zooms both axes of a chart and x of all; Shift moves; a double click shows all again', async () => {
      const page = await open('runs=2');
      const whole = await span(page);
      await drag(page, [300, 60], [600, 220]);
      await expect.poll(async () => (await view(page)).zoomed).toBe('x y');
      const zoomed = await range(page);
      expect(zoomed[1] - zoomed[0]).toBeLessThan(whole / 2);
      await page.keyboard.down('Shift');
      await drag(page, [400, 100], [300, 100]);
      await page.keyboard.up('Shift');
      await expect.poll(async () => (await range(page))[0]).toBeGreaterThan(zoomed[0]);
      expect(await span(page)).toBeCloseTo(zoomed[1] - zoomed[0], 3);
      await page.dblclick('.chart.loss .plot', { position: { x: 400, y: 150 } });
      await expect.poll(async () => (await view(page)).zoomed).toBe('');
    });

    test('the wheel scrolls the panel, and zooms with Ctrl or in a focused chart; Alt is y alone', async () => {
      const page = await open('runs=2');
      const plot = page.locator('.chart.loss .plot');
      await plot.hover({ position: { x: 400, y: 100 } });
      await page.mouse.wheel(0, -200);
      await page.waitForTimeout(100);
      expect((await view(page)).zoomed).toBe('');
      await page.keyboard.down('Control');
      await page.mouse.wheel(0, -200);
      await page.keyboard.up('Control');
      await expect.poll(async () => (await view(page)).zoomed).toBe('x');
      await plot.focus();
      const before = await span(page);
      await page.mouse.wheel(0, -200);
      await expect.poll(() => span(page)).toBeLessThan(before);
      await page.keyboard.press('0');
      await expect.poll(async () => (await view(page)).zoomed).toBe('');
      await page.keyboard.down('Alt');
      await page.mouse.wheel(0, -200);
      await page.keyboard.up('Alt');
      await expect.poll(async () => (await view(page)).zoomed).toBe('y');
      await page.click('.chart.loss .reset');
      await expect.poll(async () => (await view(page)).zoomed).toBe('');
    });

    test('plus, minus, arrows and 0 do it with the keyboard, Shift-arrows read values', async () => {
      const page = await open('runs=2');
      await page.locator('.chart.loss .plot').focus();
      const whole = await span(page);
      await page.keyboard.press('+');
      await expect.poll(() => span(page)).toBeCloseTo(whole / 1.5, 3);
      const [from] = await range(page);
      await page.keyboard.press('ArrowRight');
      await expect.poll(async () => (await range(page))[0]).toBeGreaterThan(from);
      await page.keyboard.press('Alt+-');
      await expect.poll(async () => (await view(page)).zoomed).toBe('x y');
      await page.keyboard.press('0');
      await expect.poll(async () => (await view(page)).zoomed).toBe('');
      await page.keyboard.press('Shift+ArrowLeft');
      await page.locator('.chart.loss .tooltip').waitFor();
      expect(await page.locator('[aria-live]').textContent()).toMatch(/^step [\d,]+ · epoch \d+; /);
    });

    test('one tooltip across runs with raw, smoothed, step and time, and a cross-hair in every chart', async () => {
      const page = await open('runs=6');
      await page.hover('.chart.loss .plot', { position: { x: 420, y: 120 } });
      const tooltip = page.locator('.chart.loss .tooltip');
      await tooltip.waitFor();
      expect(await tooltip.locator('thead').textContent()).toBe('smoothedrawsteptime');
      expect(await tooltip.locator('tbody tr').count()).toBeGreaterThan(6);
      const painted = await page.locator('.overlay').evaluateAll((canvases) =>
        (canvases as HTMLCanvasElement[])
          .filter((canvas) => canvas.closest('.scatter') === null)
          .map((canvas) =>
            canvas
              .getContext('2d')!
              .getImageData(0, 0, canvas.width, canvas.height)
              .data.some((byte) => byte > 0),
          ),
      );
      expect(painted.length).toBeGreaterThanOrEqual(4);
      expect(painted).not.toContain(false);
      expect(await page.locator('.tooltip:visible').count()).toBe(1);
    });

    test('axes: epoch, relative and wall time; logarithms per chart', async () => {
      const page = await open('runs=2');
      for (const axis of ['epoch', 'relative', 'wall', 'step']) {
        await page.selectOption('.toolbar select', axis);
        await expect.poll(async () => (await view(page)).xAxis).toBe(axis);
      }
      await choose(page, 'loss', 'Logarithmic y');
      await choose(page, 'top1', 'Logarithmic x');
      await expect.poll(async () => [(await view(page)).logY, (await view(page)).logX]).toEqual(['loss', 'top1']);
      await page.selectOption('.toolbar select', 'wall');
      await page.locator('.chart.top1 .note:has-text("Wall time has no zero")').waitFor();
    });

    test('charts are pinned, moved, hidden, made taller, and all of it survives a reload and goes to the host', async () => {
      const page = await open('runs=2');
      await choose(page, 'learning-rate', 'Pin to the top');
      await choose(page, 'top1', 'Move down');
      await choose(page, 'validation-loss', 'Full width');
      await choose(page, 'loss', 'Hide chart');
      await page.locator('.chart.top1 .resize-handle').focus();
      const height = () => page.locator('.chart.top1 .plot').evaluate((plot) => plot.clientHeight);
      const before = await height();
      await page.keyboard.press('ArrowDown');
      await expect.poll(height).toBe(before + 24);
      await page.click('.menu-button');
      await page.click('.popover vscode-checkbox:has-text("Ignore outliers")');
      const charts = 'learning-rate validation-loss top1 scatter';
      await expect.poll(async () => (await view(page)).charts).toBe(charts);
      await expect.poll(async () => (await postedOf(page, 'choices')).at(-1)?.choices.ignoreOutliers).toBe(true);
      expect((await postedOf(page, 'choices')).at(-1)?.choices.charts['learning-rate']).toMatchObject({ pinned: true });
      await page.reload();
      await page.locator('#summary li').first().waitFor({ state: 'attached' });
      await expect.poll(() => view(page)).toMatchObject({ charts, pinned: 'learning-rate', ignoreOutliers: 'true' });
      expect(await height()).toBe(before + 24);
    });

    test('seeds become a mean with a band', async () => {
      const page = await open('runs=6&seeds=1');
      await page.click('.menu-button');
      await page.click('.popover vscode-checkbox:has-text("Seeds as mean")');
      await expect.poll(async () => (await view(page)).groups!.split(' ').length).toBe(2);
      await page.keyboard.press('Escape');
      await page.hover('.chart.loss .plot', { position: { x: 420, y: 120 } });
      await page.locator('.tooltip th:has-text("± sd")').waitFor();
      expect(await page.locator('.chart.loss .tooltip tbody tr').count()).toBe(3);
    });

    test('a checkpoint leads to its epoch, by pointer and by keyboard', async () => {
      const page = await open('runs=1');
      const marks = page.locator('.chart.top1 .mark');
      expect(await marks.first().getAttribute('title')).toMatch(/epoch 10, checkpoint$/);
      await marks.first().focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Enter');
      const [opened] = await postedOf(page, 'openEpoch');
      const best = await page.locator('#summary li').getAttribute('data-best-epoch');
      expect(opened).toMatchObject({ runKey: expect.stringContaining('mixprop-cifar10'), epoch: Number(best) });
    });

    test('a chart is saved as PNG, SVG, CSV and JSON', async () => {
      const page = await open('runs=2');
      for (const item of ['as PNG', 'as SVG', 'as CSV', 'as JSON']) await choose(page, 'loss', item);
      const [png, svg, csv, json] = await postedOf(page, 'saveFile');
      expect(png).toMatchObject({ fileName: 'training-loss.png', encoding: 'base64' });
      expect(Buffer.from(png!.contents, 'base64').subarray(1, 4).toString()).toBe('PNG');
      expect(svg!.contents).toContain('vanilla-cifar10-20250301-101502 main');
      expect(svg!.contents.match(/<path /g)!.length).toBeGreaterThan(20);
      const steps = await page
        .locator('#summary li')
        .evaluateAll((items) => items.map((item) => Number((item as HTMLElement).dataset.steps)));
      expect(csv!.contents.trim().split('\r\n').length).toBe(1 + 2 * steps[0]! + steps[1]!);
      expect(JSON.parse(json!.contents).lines.length).toBe(3);
      // The SVG is well formed, and the chart on the screen is as it was.
      const valid = await page.evaluate(
        (text) => new DOMParser().parseFromString(text, 'image/svg+xml').querySelector('parsererror') === null,
        svg!.contents,
      );
      expect(valid).toBe(true);
      await choose(page, 'scatter', 'as CSV');
      expect((await postedOf(page, 'saveFile')).at(-1)!.contents.split('\r\n')[0]).toBe('run,setting,value');
    });

    test('measures of localisation have a chart each, with the recorded numbers, in words and as a file', async () => {
      const page = await open('runs=2&looks=1');
      const looks = recordedLooks();
      const last = looks.at(-1)!;
      expect(looks.length).toBe(9);
      expect((await view(page)).charts).toBe(
        'loss top1 validation-loss learning-rate pointing energy area regions agreement scatter',
      );
      const summaries = await page
        .locator('#summary li')
        .evaluateAll((items) => items.map((item) => ({ ...(item as HTMLElement).dataset })));
      expect(summaries[0]).toMatchObject({
        localisations: '9',
        lastLocalisationEpoch: '18',
        lastLocalisationImages: '8',
        lastLocalisationWithRegion: '6',
        lastMainPointing: String(last.main.pointing),
        lastMainEnergy: String(last.main.energy),
        lastMainArea: String(last.main.area),
        lastMainRegions: String(last.main.regions),
        lastAuxPointing: String(last.aux!.pointing),
        lastAuxEnergy: String(last.aux!.energy),
        lastAuxArea: String(last.aux!.area),
        lastAuxRegions: String(last.aux!.regions),
        lastAgreement: String(last.agreement),
      });
      expect(summaries[1]).toMatchObject({ localisations: '12', lastAuxPointing: '', lastAgreement: '' });
      for (const item of ['as CSV', 'as SVG', 'as PNG']) await choose(page, 'area', item);
      await choose(page, 'agreement', 'as JSON');
      const [csv, svg, png, json] = await postedOf(page, 'saveFile');
      const rows = csv!.contents.trim().split('\r\n').slice(1);
      const ofLine = (name: string) => rows.filter((row) => row.startsWith(name)).map((row) => row.split(',')[5]);
      expect(ofLine('mixprop-cifar10-20250301-101501,main')).toEqual(looks.map(({ main }) => String(main.area)));
      expect(ofLine('mixprop-cifar10-20250301-101501,aux')).toEqual(looks.map(({ aux }) => String(aux!.area)));
      expect(rows.length).toBe(9 + 9 + 12);
      expect(csv!.fileName).toBe('area-in-focus.csv');
      for (const text of [
        'Area in focus',
        'mixprop-cifar10-20250301-101501 aux',
        'vanilla-cifar10-20250301-101502 main',
      ])
        expect(svg!.contents).toContain(text);
      expect(Buffer.from(png!.contents, 'base64').subarray(1, 4).toString()).toBe('PNG');
      expect(JSON.parse(json!.contents)).toMatchObject({
        title: 'Agreement of main and aux',
        lines: [
          {
            run: 'mixprop-cifar10-20250301-101501',
            line: 'agreement',
            points: looks.map(({ agreement: value }) => ({ value })),
          },
        ],
      });
    });

    test('they are zoomed with the others and read with the keyboard, and say over how many images they go', async () => {
      const page = await open('runs=2&looks=1');
      const plot = page.locator('.chart.pointing .plot');
      await plot.focus();
      await page.keyboard.press('+');
      await expect.poll(async () => (await view(page)).zoomed).toBe('x');
      await page.keyboard.press('0');
      await page.keyboard.press('Shift+ArrowRight');
      await page.locator('.chart.pointing .tooltip').waitFor();
      expect(await page.locator('[aria-live]').textContent()).toMatch(
        /^step [\d,]+ · epoch \d+; (mixprop|vanilla)-cifar10-[\d-]+ (main|aux) [\d.]+ %/,
      );
      expect(await page.locator('.chart.pointing .note').textContent()).toBe(
        'How often the map’s maximum lies on the object, of 6 images.',
      );
      expect(await page.locator('.chart.pointing canvas').first().getAttribute('aria-label')).toBe(
        'Pointing game by training step, 3 lines. The summary has the numbers.',
      );
      // Solid and dashed are explained where there are two branches.
      expect(await page.locator('.chart.pointing .branch-key').isVisible()).toBe(true);
      expect(await page.locator('.chart.agreement .branch-key').isVisible()).toBe(false);
    });

    test('without records there is no such chart and none to choose; they go with the runs that have them', async () => {
      const plain = await open('runs=2');
      expect((await view(plain)).charts).toBe('loss top1 validation-loss learning-rate scatter');
      await plain.click('.menu-button');
      expect(await plain.locator('.popover vscode-checkbox:has-text("Learning rate")').isVisible()).toBe(true);
      expect(await plain.locator('.popover vscode-checkbox:has-text("Pointing game")').isVisible()).toBe(false);
      await plain.keyboard.press('Escape');
      await choose(plain, 'learning-rate', 'Move down');
      await expect.poll(async () => (await view(plain)).charts).toBe('loss top1 validation-loss scatter learning-rate');

      const page = await open('runs=2&looks=1');
      await page.click('.run-list .run:first-child vscode-checkbox');
      await expect
        .poll(async () => (await view(page)).charts)
        .toBe('loss top1 validation-loss learning-rate pointing energy area regions');
      await page.click('.menu-button');
      await page.click('.popover vscode-checkbox:has-text("Focus regions")');
      await expect
        .poll(async () => (await view(page)).charts)
        .toBe('loss top1 validation-loss learning-rate pointing energy area');
    });

    test('their charts appear with the first record of a run', async () => {
      const page = await open('runs=1&looks=1&live=1&case=starting');
      expect((await view(page)).charts).toBe('loss top1 validation-loss learning-rate');
      await expect
        .poll(async () => (await view(page)).charts, { timeout: 40_000 })
        .toBe('loss top1 validation-loss learning-rate pointing energy area regions agreement');
      const [first] = recordedLooks();
      const item = page.locator('#summary li');
      expect(await item.getAttribute('data-localisations')).toBe('1');
      expect(await item.getAttribute('data-last-main-energy')).toBe(String(first!.main.energy));
      await choose(page, 'energy', 'as CSV');
      const [csv] = await postedOf(page, 'saveFile');
      expect(csv!.contents.trim().split('\r\n').length).toBe(3);
    });

    test('a run that cannot be read is named with its reason, and the others are shown', async () => {
      const page = await open('runs=2&case=unreadable');
      const problems = page.locator('.problems p');
      await problems.first().waitFor();
      expect(await problems.allTextContents()).toEqual([
        'Run mixprop-20250228-180211 cannot be read: events.jsonl: permission denied. Make the file readable and open the panel again.',
      ]);
      expect(await page.locator('.problems').getAttribute('role')).toBe('alert');
      expect(await page.locator('#summary li').count()).toBe(2);
      expect(await page.locator('.notice').isVisible()).toBe(false);
    });

    test('a metric against a setting', async () => {
      const page = await open('runs=6');
      const [metric, field] = [page.locator('.scatter select').first(), page.locator('.scatter select').last()];
      await metric.selectOption('lastMainLoss');
      await field.selectOption('optimizer.learningRate');
      await expect
        .poll(() => page.locator('.chart.scatter canvas').first().getAttribute('aria-label'))
        .toMatch(/^Last main loss against optimizer.learningRate\. mixprop-cifar10-[\d-]+ 0\.1: /);
    });

    const axe = axeScript();
    test.skipIf(axe === undefined).each(Object.keys(themes))(
      'axe finds nothing serious in the theme %s',
      async (theme) => {
        for (const [query, width] of [
          ['runs=6', 1280],
          ['runs=20', 285],
          ['runs=2&looks=1', 285],
          ['runs=2&case=unreadable', 800],
        ] as const) {
          const page = await open(`theme=${theme}&${query}`, width);
          expect(await seriousFindings(page, axe!)).toEqual([]);
          expect(await doubledWords(page)).toEqual([]);
          if (query !== 'runs=6') {
            await page.context().close();
            continue;
          }
          await page.click('.menu-button');
          expect(await seriousFindings(page, axe!)).toEqual([]);
          await page.keyboard.press('Escape');
          await page.click('.chart.loss .icon-button');
          expect(await seriousFindings(page, axe!)).toEqual([]);
          await page.context().close();
        }
      },
    );

    test.each([285, 480, 800, 1280])('nothing is cut off at %i pixels', async (width) => {
      const page = await open('runs=6&looks=1', width);
      const overflow = () =>
        page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(await overflow()).toBe(0);
      await page.hover('.chart.loss .plot', { position: { x: 200, y: 100 } });
      expect(await overflow()).toBe(0);
      // Whatever stands beside a heading, its menu stays in line with it.
      const places = await page.locator('.chart').evaluateAll((charts) =>
        charts.map((chart) => {
          const [menu, heading] = ['.icon-button', 'h2'].map((part) =>
            chart.querySelector(part)!.getBoundingClientRect(),
          );
          return {
            isInLine: menu!.top < heading!.bottom,
            fromRight: chart.getBoundingClientRect().right - menu!.right,
          };
        }),
      );
      expect(places.length).toBeGreaterThan(3);
      expect(places).toEqual(places.map(() => ({ isInLine: true, fromRight: 10 })));
    });

    test('charts below a long list leave a panel that got narrower as it is', async () => {
      const page = await open('runs=20', 1550);
      await expect.poll(() => page.locator('.chart.top1 .mark').count()).toBeGreaterThan(0);
      const widestMark = () =>
        page
          .locator('.mark')
          .evaluateAll((marks) => Math.max(...marks.map((mark) => mark.getBoundingClientRect().right)));
      // First the charts are below the window, so that they are not drawn again when it gets narrower.
      for (const width of [1550, 430]) {
        await page.setViewportSize({ width, height: 200 });
        await page.evaluate(
          () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve)))),
        );
      }
      expect(await widestMark()).toBeGreaterThan(430);
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
      ).toBe(0);
      await page.context().close();
    });

    test('a long list of runs is narrowed by words, and all that is listed ticked at once', async () => {
      const short = await open('runs=11');
      expect(await short.locator('.run-filter').isVisible()).toBe(false);
      const page = await open('runs=40');
      const listed = () => page.locator('.run:visible');
      const drawn = () => page.locator('.chart.loss canvas').first().getAttribute('aria-label');
      await page.keyboard.press('Tab');
      await page.getByRole('searchbox').focus();
      await page.keyboard.type('MIXPROP width');
      await expect.poll(() => page.locator('.run-filter [role="status"]').textContent()).toBe('7 of 40 runs');
      for (const name of await listed().locator('.name').allTextContents()) expect(name).toMatch(/^mixprop-width/);
      // The first card of the list has the headings, whichever it is.
      expect(await listed().first().locator('thead').isVisible()).toBe(true);
      await page.keyboard.press('Escape');
      await expect.poll(() => listed().count()).toBe(40);
      await page.getByRole('button', { name: 'Untick All' }).click();
      await expect.poll(() => page.locator('.run.hidden').count()).toBe(40);
      await page.getByRole('searchbox').fill('mixprop-width');
      await page.getByRole('button', { name: 'Tick All', exact: true }).focus();
      await page.keyboard.press('Enter');
      await expect.poll(() => page.locator('.run.hidden').count()).toBe(33);
      await expect.poll(drawn).toMatch(/^Training loss by training step, 14 lines/);
      await page.reload();
      await expect.poll(() => listed().count()).toBe(7);
      expect(await page.getByRole('searchbox').inputValue()).toBe('mixprop-width');
      expect(await page.locator('.run.hidden').count()).toBe(33);
      await page.getByRole('searchbox').fill('no such run');
      await expect.poll(() => page.locator('.run-filter p').isVisible()).toBe(true);
    });

    test('a secondary button has the border of secondary buttons where the editor has one', async () => {
      const page = await open('runs=2');
      const borders = () =>
        page.evaluate(() => {
          const toolkits = document.querySelector('.toolbar-end vscode-button:not([hidden])')!.shadowRoot!;
          const buttons = [toolkits.querySelector('.control')!, document.querySelector('.menu-button')!];
          return buttons.map((button) => getComputedStyle(button).borderTopColor);
        });
      const define = (name: string, value: string) =>
        page.evaluate(([name, value]) => document.documentElement.style.setProperty(name!, value!), [name, value]);
      await define('--vscode-button-border', 'rgb(1, 2, 3)');
      expect(await borders()).toEqual(['rgb(1, 2, 3)', 'rgb(1, 2, 3)']);
      await define('--vscode-button-secondaryBorder', 'rgb(4, 5, 6)');
      expect(await borders()).toEqual(['rgb(4, 5, 6)', 'rgb(4, 5, 6)']);
    });
  },
);
