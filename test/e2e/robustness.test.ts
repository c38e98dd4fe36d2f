import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { evaluationFiles, RobustnessPanel } from './robustness-panel';
import { useEditor } from './scenario';
import { trainExperiment, writeSmallExperiment } from './small-runs';
import { Workbench } from './workbench';

describe('the robustness of a MixProp run', () => {
  const runId = 'small-mixprop';
  const scenario = useEditor('robustness', {
    prepare: (workspace) => trainExperiment(writeSmallExperiment(workspace, runId, 'mixprop'), workspace, runId),
  });
  const workbench = () => new Workbench(scenario.editor);
  const panel = () => new RobustnessPanel(scenario.editor.page);
  const evaluations = () => evaluationFiles(join(scenario.editor.workspace, 'runs', runId));

  test('is not there before it was evaluated, and the panel says how to', async () => {
    await workbench().runCommand('MixProp: Show Robustness');
    const notice = panel().document.locator('.notice:visible', { hasText: 'No evaluation yet' });
    await notice.waitFor({ timeout: 60_000 });
    await workbench().runCommand('View: Close Primary Side Bar');
    await scenario.editor.screenshot('robustness-empty');
    await notice.locator('vscode-button', { hasText: 'Evaluate Run…' }).click();
  });

  test('Enter, Enter evaluates, and the panel follows', async () => {
    const { page } = scenario.editor;
    await workbench().listEntry('Clean images and the 15 common corruptions').waitFor();
    await page.keyboard.press('Enter');
    await workbench().listEntry('Start').waitFor();
    await scenario.editor.screenshot('evaluate-run');
    await page.keyboard.press('Enter');
    await workbench().notifications.filter({ hasText: 'Evaluating' }).first().waitFor();
    await panel().waitForBranch(runId, 'main');
    expect(evaluations()).toHaveLength(1);
    for (const branch of ['main', 'aux']) await panel().expectToMatch(runId, branch, evaluations()[0]!);
    await workbench().notifications.filter({ hasText: 'is evaluated' }).getByText('Show Robustness').click();
    await scenario.editor.screenshot('robustness');
  });

  test('a cell leads to the images that are lost there', async () => {
    const { main } = evaluations()[0]!.branches;
    const value = (100 - 100 * main!.corruptions.fog!['5']!.top1).toFixed(1);
    const cell = panel().cell(0, 'fog, severity 5');
    expect(await cell.getAttribute('aria-label')).toBe(`fog, severity 5: ${value} %`);
    await cell.click();
    const flips = panel().document.locator('.flips');
    await flips.locator('h2', { hasText: `fog, severity 5 · ${runId} · main` }).waitFor();
    const words = flips.locator('.flip-words', { hasText: 'of 100 images' });
    await words.waitFor();
    const [, lost, gained] = /^(\d+) of 100 images .*; (\d+) the other way round/.exec((await words.textContent())!)!;
    const right = (top1: number) => Math.round(100 * top1);
    expect(right(main!.clean.top1) - Number(lost) + Number(gained)).toBe(right(main!.corruptions.fog!['5']!.top1));
    expect(await flips.locator('.flip').count()).toBe(Math.min(12, Number(lost)));
    await flips.locator('.flip canvas[width="16"]').first().waitFor({ timeout: 60_000 });
    await scenario.editor.screenshot('robustness-lost-images');
  });

  test('main and aux are compared, and a reloaded window shows the same', async () => {
    await panel().document.locator('vscode-radio', { hasText: 'Difference' }).click();
    const { main, aux } = evaluations()[0]!.branches;
    const difference = 100 * (aux!.clean.top1 - main!.clean.top1);
    const text = panel().document.locator('.run-figure .cell.clean');
    await expect.poll(() => panel().document.locator('.run-figure').count()).toBe(1);
    expect(Number((await text.textContent())!.replace('−', '-'))).toBeCloseTo(difference, 1);
    await workbench().showRunsView();
    await workbench().reloadWindow();
    await panel().waitForBranch(runId, 'aux');
    await expect.poll(() => panel().document.locator('.run-figure').count()).toBe(1);
    await panel().expectToMatch(runId, 'aux', evaluations()[0]!);
    await panel().document.locator('.flips h2', { hasText: 'fog, severity 5' }).waitFor();
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
        await scenario.editor.screenshot(`robustness-${kind}-${width}`);
      }
    }
  });
});
