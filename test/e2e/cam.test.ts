import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CamPanel, explainRecords, overlayError, pixelsOf, trainExplainedRuns, writeOwnImages } from './cam-panel';
import { CurvesPanel } from './curves-panel';
import { useEditor } from './scenario';
import { Workbench } from './workbench';

describe('the CAM overlays of a MixProp and a vanilla run', () => {
  const scenario = useEditor('cam', {
    prepare: (workspace) => {
      writeOwnImages(workspace);
      trainExplainedRuns(workspace);
    },
  });
  const workbench = () => new Workbench(scenario.editor);
  const panel = () => new CamPanel(scenario.editor.page);
  const records = (runId: string, epoch: number) =>
    explainRecords(join(scenario.editor.workspace, 'runs', runId)).filter((record) => record.epoch === epoch);
  const image = () => records('cam-mixprop', 5)[0]!.image;

  test('are what the records say, epoch by epoch', async () => {
    await workbench().runCommand('MixProp: Show CAM Overlays');
    await workbench().pickAll();
    await panel().waitForRun('cam-mixprop');
    await panel().waitForRun('cam-vanilla');
    await workbench().runCommand('View: Close Primary Side Bar');
    await panel().expectToMatch('cam-mixprop', records('cam-mixprop', 5));
    await panel().expectToMatch('cam-vanilla', records('cam-vanilla', 5));
    await scenario.editor.screenshot('cam');
    const last = await panel().picture(image(), 'cam-mixprop', 'aux');
    await panel().showEpoch(2);
    await panel().expectToMatch('cam-mixprop', records('cam-mixprop', 2));
    await panel().expectToMatch('cam-vanilla', records('cam-vanilla', 2));
    await expect.poll(() => panel().picture(image(), 'cam-mixprop', 'aux')).not.toBe(last);
  });

  test('change with the class, the colours and the branch', async () => {
    const before = await panel().picture(image(), 'cam-mixprop');
    await panel().document.locator('#cam-class').selectOption('true');
    const { label } = records('cam-mixprop', 2)[0]!;
    await expect.poll(async () => (await panel().cell(image(), 'cam-mixprop')).class).toBe(label);
    await panel().document.locator('#cam-class').selectOption({ label: 'star' });
    await expect.poll(async () => (await panel().summary('cam-mixprop')).class).toBe('star');
    expect((await panel().cell(image(), 'cam-mixprop', 'aux')).class).toBe('star');
    await panel().document.locator('#cam-class').selectOption('predicted');
    await panel().document.locator('#cam-colours').selectOption('viridis');
    await expect.poll(() => panel().picture(image(), 'cam-mixprop')).not.toBe(before);
    await panel().document.locator('vscode-checkbox', { hasText: 'Main − aux' }).click();
    await panel().document.locator('[data-column="cam-mixprop difference"][data-minimum]').first().waitFor();
    await panel().document.locator('#cam-colours').selectOption('jet');
  });

  test('a cell is magnified, with the value under the pointer', async () => {
    await panel().document.locator(`[data-image="${image()}"][data-column="cam-mixprop main"]`).click();
    await panel()
      .document.locator('.magnified h2', { hasText: `${image()} · cam-mixprop main · epoch 2` })
      .waitFor();
    await panel()
      .document.locator('.large')
      .hover({ position: { x: 3, y: 3 } });
    const [[value]] = records('cam-mixprop', 2).find(({ branch }) => branch === 'main')!.grid as [[number]];
    const readout = panel().document.locator('#cam-readout');
    await expect.poll(() => readout.textContent()).toContain('Row 1, column 1 of the map: ');
    expect(Number(/map: (-?[\d.e-]+)/.exec((await readout.textContent()) ?? '')?.[1])).toBeCloseTo(value, 4);
    await scenario.editor.screenshot('cam-magnified');
    await panel().document.locator('.magnified vscode-button', { hasText: 'Close' }).click();
  });

  test('an epoch without maps, and fog, are computed from the checkpoint', async () => {
    await panel().showEpoch(1);
    await expect.poll(async () => (await panel().summary('cam-mixprop')).problem).toContain('no maps after epoch 1');
    await panel().document.locator('.content > vscode-button', { hasText: 'Compute Missing Maps' }).click();
    const shown = async (runId: string) => (await panel().summary(runId)).shown;
    await expect.poll(() => shown('cam-mixprop'), { timeout: 60_000 }).toBe('3');
    await expect.poll(() => shown('cam-vanilla'), { timeout: 60_000 }).toBe('3');
    await panel().showEpoch(5);
    await panel().expectToMatch('cam-mixprop', records('cam-mixprop', 5));
    const clear = await panel().picture(image(), 'cam-mixprop');
    await panel().document.locator('#cam-corruption').selectOption('fog');
    await panel().document.locator('.head [data-column="cam-mixprop main"] vscode-button').click();
    await expect.poll(() => shown('cam-mixprop'), { timeout: 60_000 }).toBe('3');
    expect((await panel().summary('cam-mixprop')).input).toBe('fog 3');
    await expect.poll(() => panel().picture(image(), 'cam-mixprop')).not.toBe(clear);
    await scenario.editor.screenshot('cam-fog');
    await panel().document.locator('#cam-corruption').selectOption('');
    await panel().expectToMatch('cam-mixprop', records('cam-mixprop', 5));
  });

  test('the figure is saved where the person says', async () => {
    await panel().document.locator('vscode-button', { hasText: 'Save SVG' }).click();
    const input = scenario.editor.page.locator('.quick-input-widget:visible input[type="text"]');
    await input.waitFor();
    await expect.poll(() => input.inputValue()).toContain('cam-overlays.svg');
    await scenario.editor.page.keyboard.press('Enter');
    const file = join(scenario.editor.workspace, 'cam-overlays.svg');
    await expect.poll(() => existsSync(file), { timeout: 20_000 }).toBe(true);
    const figure = readFileSync(file, 'utf8');
    // Three images: the original, vanilla, and main, aux and their difference.
    expect(figure.match(/<image /g)).toHaveLength(15);
    expect(figure).toContain('cam-mixprop, aux');
    expect(figure).toMatch(/\d\.\d % [✓✗]/);
  });

  test('an image in the experiment file shows itself and its overlays, with what the run takes it for', async () => {
    await workbench().openFile('cam-mixprop.mixprop.json');
    const line = workbench()
      .textEditor.locator('.view-line', { hasText: /^\s*1,$/ })
      .first();
    await line.locator('span span').last().hover();
    const own = records('cam-mixprop', 5).filter(({ index }) => index === 1);
    const [{ image: path, label }] = own as [(typeof own)[number]];
    const hover = workbench().hover.filter({ hasText: path });
    await hover.waitFor();
    const words = ((await hover.textContent()) ?? '').replaceAll('\u00a0', ' ');
    expect(words).toContain(`${path} · cam-mixprop after epoch 5`);
    const cells = hover.locator('td');
    const marked = own.map(({ predicted, confidence }) => [
      predicted,
      `${(100 * confidence).toFixed(1)} % ${predicted === label ? '✓' : '✗'}`,
    ]);
    expect((await cells.allTextContents()).slice(3)).toEqual([
      label,
      ...marked.map(([name]) => name),
      '',
      ...marked.map(([, share]) => share),
    ]);
    const images = hover.locator('td img');
    expect(await images.evaluateAll((all) => all.map((image) => image.getAttribute('alt')))).toEqual([
      'original',
      'main',
      'aux',
    ]);
    const sources = await images.evaluateAll((all) => all.map((image) => (image as HTMLImageElement).src));
    expect(await images.evaluateAll((all) => all.map((image) => (image as HTMLImageElement).naturalWidth))).toEqual([
      96, 96, 96,
    ]);
    const [original, ...overlays] = sources.map(pixelsOf);
    for (const [i, branch] of ['main', 'aux'].entries()) {
      const record = own.find((candidate) => candidate.branch === branch)!;
      // Records have six digits: a map may be one level, four of a colour, off.
      expect(overlayError(overlays[i]!, original!, record)).toBeLessThanOrEqual(2);
    }
    expect(new Set(sources).size).toBe(3);
    await scenario.editor.screenshot('cam-hover');
  });

  test('images are chosen at random, kept in the file, and computed for the runs of the panel', async () => {
    await workbench().runCommand('View: Close Editor');
    await panel().document.locator('vscode-button', { hasText: 'Choose Images…' }).click();
    await workbench().listEntry('At random').click({ timeout: 30_000 });
    const list = scenario.editor.page.locator('.quick-input-widget:visible');
    await list.getByText('Images of each class').waitFor();
    await list.locator('input[type="text"]').press('Enter');
    await workbench().listEntry('validation/arrow/000000').waitFor();
    await scenario.editor.screenshot('cam-choose-images');
    await list.locator('input[type="text"]').press('Enter');
    const file = join(scenario.editor.workspace, 'cam-vanilla.mixprop.json');
    const chosen = () => JSON.parse(readFileSync(file, 'utf8')).explain.images as string[];
    await expect.poll(() => chosen().length, { timeout: 20_000 }).toBeGreaterThanOrEqual(10);
    const images = chosen();
    expect(images).toContain('validation/arrow/000000');
    await expect
      .poll(async () => (await panel().summary('cam-mixprop')).shown, { timeout: 60_000 })
      .toBe(String(images.length));
    await scenario.editor.screenshot('cam-chosen');
  });

  test('a reloaded window shows the same runs and epoch', async () => {
    await panel().showEpoch(4);
    await workbench().showRunsView();
    await workbench().reloadWindow();
    await panel().waitForRun('cam-mixprop');
    await expect.poll(async () => (await panel().summary('cam-mixprop')).epoch, { timeout: 20_000 }).toBe('4');
    expect((await panel().summary('cam-mixprop')).shown).toBe('3');
  });

  test('an image file of the explorer is explained with a run', async () => {
    const file = join(scenario.editor.workspace, 'own.png');
    await workbench().chooseInExplorer('own.png', 'Explain with MixProp Run…');
    await workbench().listEntry('cam-mixprop').click({ timeout: 30_000 });
    await panel().waitForRun('cam-mixprop');
    const cell = panel().document.locator(`[data-image="${file}"][data-column="cam-mixprop aux"][data-predicted]`);
    await cell.waitFor({ timeout: 60_000 });
    // Nobody knows its class; the other images stay.
    expect((await panel().cell(file, 'cam-mixprop', 'aux')).label).toBe('');
    expect((await panel().cell(image(), 'cam-mixprop', 'aux')).predicted).toBe(
      records('cam-mixprop', 5).find(({ branch }) => branch === 'aux')!.predicted,
    );
    // The last corner of the file is dark.
    await expect
      .poll(async () => [...pixelsOf(await panel().original(file)).pixels.slice(-3)], { timeout: 20_000 })
      .toEqual([40, 40, 40]);
    await expect.poll(() => panel().picture(file, 'cam-mixprop')).not.toBe(await panel().original(file));
    await scenario.editor.screenshot('cam-own-image');
    await workbench().runCommand('View: Close Editor');
  });

  test('a file of one’s own is chosen in a dialog, kept in the experiment and computed', async () => {
    await panel().document.locator('vscode-button', { hasText: 'Choose Images…' }).click();
    await workbench().listEntry('Files of your own').click({ timeout: 30_000 });
    await workbench().chooseFile(join(scenario.editor.workspace, 'photo.png'));
    const experiment = join(scenario.editor.workspace, 'cam-vanilla.mixprop.json');
    const chosen = () => JSON.parse(readFileSync(experiment, 'utf8')).explain.images as string[];
    await expect.poll(() => chosen().at(-1), { timeout: 20_000 }).toBe('photo.png');
    await panel().showEpoch(5);
    for (const runId of ['cam-mixprop', 'cam-vanilla']) {
      const cell = panel().document.locator(`[data-image="photo.png"][data-column="${runId} main"][data-predicted]`);
      await cell.waitFor({ state: 'attached', timeout: 60_000 });
    }
  });

  test('a file that is gone is named; the others are computed', async () => {
    rmSync(join(scenario.editor.workspace, 'photo.png'));
    await panel().showEpoch(3);
    await panel().document.locator('.content > vscode-button', { hasText: 'Compute Missing Maps' }).click();
    for (const runId of ['cam-mixprop', 'cam-vanilla']) {
      await expect
        .poll(async () => Number((await panel().summary(runId)).shown), { timeout: 60_000 })
        .toBeGreaterThanOrEqual(3);
    }
    const advice = panel().document.locator('.advice');
    await expect
      .poll(() => advice.textContent())
      .toContain('photo.png: is no image of the data set, and there is no file');
    const gone = panel().document.locator('[data-image="photo.png"][data-column="cam-mixprop main"] .message');
    await expect.poll(() => gone.textContent()).toBe('No map of this image after epoch 3.');
    expect((await panel().cell(image(), 'cam-mixprop')).predicted).not.toBe('');
    await scenario.editor.screenshot('cam-missing-image');
    // What was computed before it went stays.
    await panel().showEpoch(5);
    await expect.poll(async () => (await panel().cell('photo.png', 'cam-mixprop')).predicted).toBeTruthy();
  });

  test('other runs are chosen for the panel', async () => {
    const { document } = panel();
    const entries = () =>
      document.locator('#cam-summary li').evaluateAll((all) => all.map((item) => item.dataset.runId));
    expect(await entries()).toEqual(expect.arrayContaining(['cam-mixprop', 'cam-vanilla']));
    await document.locator('.toolbar vscode-button', { hasText: 'Choose Runs' }).click();
    await workbench().pick('cam-vanilla');
    await expect.poll(entries, { timeout: 20_000 }).toEqual(['cam-vanilla']);
    const { predicted } = records('cam-vanilla', 5)[0]!;
    await expect.poll(async () => (await panel().cell(image(), 'cam-vanilla')).predicted).toBe(predicted);
    await document.locator('.toolbar vscode-button', { hasText: 'Choose Runs' }).click();
    await workbench().pickAll();
    await panel().waitForRun('cam-mixprop');
  });

  test('the marker of a checkpoint in the loss curves leads to its overlays', async () => {
    await workbench().runCommand('MixProp: Show Loss Curves');
    await workbench().pick('cam-mixprop');
    const curves = new CurvesPanel(scenario.editor.page, -1);
    await curves.waitForRun('cam-mixprop');
    const mark = curves.document.locator('.chart.top1 .marks').getByRole('button', { name: /^cam-mixprop, epoch 2,/ });
    await mark.first().focus();
    await scenario.editor.page.keyboard.press('Enter');
    const beside = new CamPanel(scenario.editor.page, -1);
    await beside.waitForRun('cam-mixprop');
    await expect.poll(async () => (await beside.summary('cam-mixprop')).epoch, { timeout: 20_000 }).toBe('2');
    for (const { image: path, branch, predicted } of records('cam-mixprop', 2)) {
      await expect.poll(async () => (await beside.cell(path, 'cam-mixprop', branch)).predicted).toBe(predicted);
    }
    await scenario.editor.screenshot('cam-from-curves');
    await workbench().runCommand('View: Close All Editors');
    await workbench().runCommand('MixProp: Show CAM Overlays');
    await workbench().pickAll();
    await panel().waitForRun('cam-mixprop');
  });

  test('follows the theme, wide and narrow', async () => {
    await workbench().runCommand('View: Close Primary Side Bar');
    for (const [theme, kind] of [
      ['Dark Modern', 'vscode-dark'],
      ['Dark High Contrast', 'vscode-high-contrast'],
      ['Light Modern', 'vscode-light'],
    ] as const) {
      await scenario.editor.page.setViewportSize({ width: 1280, height: 900 });
      await workbench().chooseColorTheme(theme);
      const shown = () => panel().document.locator('body').getAttribute('data-vscode-theme-kind');
      await expect.poll(shown, { timeout: 20_000 }).toBe(kind);
      for (const width of [1600, 480]) {
        await scenario.editor.page.setViewportSize({ width, height: 900 });
        await expect.poll(() => panel().overflow()).toBe(0);
        await scenario.editor.screenshot(`cam-${kind}-${width}`);
      }
    }
  });
});
