import { describe, expect, test } from 'vitest';
import { CurvesPanel } from './curves-panel';
import { DivergencePanel } from './divergence-panel';
import { useEditor } from './scenario';
import { trainTwentyRuns } from './small-runs';
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

const panels = [
  { name: 'curves', command: 'MixProp: Show Loss Curves', Panel: CurvesPanel },
  { name: 'divergence', command: 'MixProp: Show BN Divergence', Panel: DivergencePanel },
] as const;

const scenario = useEditor('themes', { prepare: trainTwentyRuns });

describe.each(panels)('the $name panel', ({ name, command, Panel }) => {
  const workbench = () => new Workbench(scenario.editor);
  const panel = () => new Panel(scenario.editor.page);

  for (const runs of [1, 20]) {
    test(`shows ${runs === 1 ? 'one run' : 'twenty runs'}`, async () => {
      await scenario.editor.page.setViewportSize({ width: 1280, height: 900 });
      await workbench().runCommand('View: Close All Editors');
      await workbench().runCommand(command);
      if (runs === 1) await workbench().pick('mixprop-01');
      else await workbench().pickAll();
      await panel().waitForRun('mixprop-01');
      if (runs === 20) await panel().waitForRun('vanilla-20');
      // VS Code offers it while the bar is open.
      const sideBar = scenario.editor.page.locator('.part.sidebar');
      if (await sideBar.isVisible()) await workbench().runCommand('View: Close Primary Side Bar');
    });

    test.each(themes)(`with ${runs} in the %s theme, wide and narrow`, async (kind, theme) => {
      await scenario.editor.page.setViewportSize({ width: 1280, height: 900 });
      await workbench().chooseColorTheme(theme);
      const shown = () => panel().document.locator('body').getAttribute('data-vscode-theme-kind');
      await expect.poll(shown, { timeout: 20_000 }).toBe(`vscode-${kind}`);
      for (const [label, width] of widths) {
        await scenario.editor.page.setViewportSize({ width, height: 900 });
        await expect.poll(() => panel().overflow()).toBe(0);
        await scenario.editor.screenshot(`${name}-${runs}-${kind}-${label}`);
      }
    });
  }
});
