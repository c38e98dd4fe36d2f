import { describe, expect, test } from 'vitest';
import { CurvesPanel } from './curves-panel';
import { useEditor } from './scenario';
import { trainSmallRuns } from './small-runs';
import { Workbench } from './workbench';

const themes = [
  ['dark', 'Dark Modern'],
  ['light', 'Light Modern'],
  ['high-contrast', 'Dark High Contrast'],
] as const;
const widths = [
  ['wide', 1600],
  ['narrow', 480],
] as const;

describe('the loss curves of two finished runs', () => {
  const scenario = useEditor('themes', { prepare: trainSmallRuns });
  const workbench = () => new Workbench(scenario.editor.page);
  const panel = () => new CurvesPanel(scenario.editor.page);

  test('are shown together', async () => {
    await workbench().runCommand('MixProp: Show Loss Curves');
    await workbench().pickAll();
    await panel().waitForRun('small-mixprop');
    await panel().waitForRun('small-vanilla');
    expect((await panel().summary('small-vanilla')).lastAuxLoss).toBe('');
    await workbench().runCommand('View: Close Primary Side Bar');
  });

  test.each(themes)('follow the %s theme, wide and narrow', async (name, theme) => {
    await scenario.editor.page.setViewportSize({ width: 1280, height: 900 });
    await workbench().chooseColorTheme(theme);
    const kind = () => panel().document.locator('body').getAttribute('data-vscode-theme-kind');
    await expect.poll(kind, { timeout: 20_000 }).toBe(`vscode-${name}`);
    for (const [label, width] of widths) {
      await scenario.editor.page.setViewportSize({ width, height: 900 });
      await expect.poll(() => panel().overflow()).toBe(0);
      await scenario.editor.screenshot(`curves-${name}-${label}`);
    }
  });
});
