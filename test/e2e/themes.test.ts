import { describe, expect, test } from 'vitest';
import { CurvesPanel } from './curves-panel';
import { trainSmallRuns } from './finished-runs';
import { useEditor } from './scenario';
import { Workbench } from './workbench';

const themes = [
  ['dark', 'Default Dark Modern'],
  ['light', 'Default Light Modern'],
  ['high-contrast', 'Default High Contrast'],
] as const;
const widths = [
  ['wide', 1600],
  ['narrow', 480],
] as const;

describe('the loss curves of two finished runs', () => {
  const scenario = useEditor('themes', { prepare: trainSmallRuns });
  const panel = () => new CurvesPanel(scenario.editor.page);

  test('are shown together', async () => {
    const workbench = new Workbench(scenario.editor.page);
    await workbench.runCommand('MixProp: Show Loss Curves');
    await panel().waitForRun('small-mixprop');
    await panel().waitForRun('small-vanilla');
    expect((await panel().summary('small-vanilla')).lastAuxLoss).toBe('');
    await workbench.runCommand('View: Close Primary Side Bar');
  });

  test.each(themes)('follow the %s theme, wide and narrow', async (name, theme) => {
    scenario.editor.changeSettings({ 'workbench.colorTheme': theme });
    const background = () =>
      panel()
        .document.locator('body')
        .evaluate((body) => {
          const style = getComputedStyle(body);
          return { shown: style.backgroundColor, kind: body.dataset.vscodeThemeKind };
        });
    await expect.poll(async () => (await background()).kind, { timeout: 20_000 }).toBe(`vscode-${name}`);
    for (const [label, width] of widths) {
      await scenario.editor.page.setViewportSize({ width, height: 900 });
      await expect.poll(() => panel().overflow()).toBe(0);
      await scenario.editor.screenshot(`curves-${name}-${label}`);
    }
  });
});
