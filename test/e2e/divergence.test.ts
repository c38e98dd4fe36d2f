import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DivergencePanel, divergenceRecords } from './divergence-panel';
import { useEditor } from './scenario';
import { trainSmallRuns } from './small-runs';
import { Workbench } from './workbench';

describe('the BN divergence of a MixProp and a vanilla run', () => {
  const scenario = useEditor('divergence', { prepare: trainSmallRuns });
  const workbench = () => new Workbench(scenario.editor);
  const panel = () => new DivergencePanel(scenario.editor.page);
  const folder = () => join(scenario.editor.workspace, 'runs', 'small-mixprop');

  test('is what the run folder says; vanilla has one branch', async () => {
    await workbench().runCommand('MixProp: Show BN Divergence');
    await workbench().pickAll();
    await panel().waitForRun('small-mixprop');
    await panel().waitForRun('small-vanilla');
    await panel().expectToMatch('small-mixprop', divergenceRecords(folder()));
    expect(await panel().summary('small-vanilla')).toMatchObject({ branches: 'main', layers: '0', lastEpoch: '' });
    await panel().document.locator('.run-notice', { hasText: 'one branch' }).waitFor();
    await workbench().runCommand('View: Close Primary Side Bar');
    await scenario.editor.screenshot('divergence');
  });

  test('a cell leads to its channels, by mouse and by keyboard', async () => {
    const [first] = divergenceRecords(folder());
    await panel()
      .heatmap(0)
      .locator('.grid')
      .click({ position: { x: 4, y: 4 } });
    await panel().channelHeading.waitFor();
    expect(await panel().channelHeading.textContent()).toBe(`${first!.layers[0]!.layer} · epoch 1 · small-mixprop`);
    await panel().document.locator('.largest tbody tr').first().waitFor();
    await scenario.editor.page.keyboard.press('ArrowDown');
    await scenario.editor.page.keyboard.press('End');
    expect(await panel().activeCell(0)).toContain(`${first!.layers[1]!.layer}, epoch 5: `);
    await scenario.editor.page.keyboard.press('Enter');
    await panel()
      .document.locator('.channels h2', { hasText: `${first!.layers[1]!.layer} · epoch 5` })
      .waitFor();
    await panel().document.locator('.largest tbody tr').first().waitFor();
    await scenario.editor.screenshot('divergence-channels');
  });

  test('a reloaded window shows the same runs, measure and channels', async () => {
    await panel().document.locator('#measure').selectOption('meanShift');
    await expect.poll(async () => (await panel().summary('small-mixprop')).measure).toBe('meanShift');
    const heading = await panel().channelHeading.textContent();
    await workbench().showRunsView();
    await workbench().reloadWindow();
    await panel().waitForRun('small-mixprop');
    await panel().expectToMatch('small-mixprop', divergenceRecords(folder()));
    expect((await panel().summary('small-mixprop')).measure).toBe('meanShift');
    await panel().channelHeading.waitFor();
    expect(await panel().channelHeading.textContent()).toBe(heading);
  });

  test('channels whose file is gone are explained in their place', async () => {
    rmSync(join(folder(), 'bn', 'epoch-0002.safetensors'));
    const exact = panel().document.locator('.scrub input[type="number"]');
    await exact.fill('2');
    await exact.press('Enter');
    const message = panel().document.locator('.channel-message.failed');
    await message.waitFor();
    expect(await message.textContent()).toMatch(/channels of epoch 2 cannot be read.*no such file/);
    await exact.fill('3');
    await exact.press('Enter');
    await panel().document.locator('.largest tbody tr').first().waitFor();
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
        await scenario.editor.screenshot(`divergence-${kind}-${width}`);
      }
    }
  });
});
