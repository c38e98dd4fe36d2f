import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CamPanel, explainRecords, trainExplainedRuns } from './cam-panel';
import { useEditor } from './scenario';
import { Workbench } from './workbench';

describe('the CAM overlays of a MixProp and a vanilla run', () => {
  const scenario = useEditor('cam', { prepare: trainExplainedRuns });
  const workbench = () => new Workbench(scenario.editor.page);
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

  test('an image in the experiment file shows itself and what the run takes it for', async () => {
    await workbench().openFile('cam-mixprop.mixprop.json');
    const line = workbench()
      .textEditor.locator('.view-line', { hasText: /^\s*1,$/ })
      .first();
    await line.locator('span span').last().hover();
    const { image: path } = records('cam-mixprop', 5).find(({ index }) => index === 1)!;
    const hover = workbench().hover.filter({ hasText: path });
    await hover.waitFor();
    const words = ((await hover.textContent()) ?? '').replaceAll('\u00a0', ' ');
    expect(words).toMatch(/cam-mixprop aux after epoch 5: \w+, [\d.]+ %/);
    expect(await hover.locator('img').evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(16);
    await scenario.editor.screenshot('cam-hover');
  });

  test('images are chosen at random, kept in the file, and computed for the runs of the panel', async () => {
    await workbench().runCommand('View: Close Editor');
    await panel().document.locator('vscode-button', { hasText: 'Choose Images' }).click();
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

  test('follows the theme, wide and narrow', async () => {
    await workbench().runCommand('View: Close Primary Side Bar');
    for (const [theme, kind] of [
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
