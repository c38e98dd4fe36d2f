import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CurvesPanel } from './curves-panel';
import { isTrainer, trainerProcess } from './processes';
import { RunRecords } from './run-records';
import { useEditor } from './scenario';
import { Workbench } from './workbench';

// What every edition of VS Code has to do. The other scenarios are played in the oldest alone.
describe.each(['oldest', 'newest'] as const)(
  'an experiment, from the palette to its end, in the %s VS Code',
  (edition) => {
    const scenario = useEditor(`run-experiment-${edition}`, { edition });
    const screenshot = (name: string) => scenario.editor.screenshot(`${name}-${edition}`);
    const runId = 'quickstart-1';
    const runFolder = () => join(scenario.editor.workspace, 'runs', runId);
    const records = () => new RunRecords(runFolder());
    const workbench = () => new Workbench(scenario.editor);
    const panel = () => new CurvesPanel(scenario.editor.page);

    test('"MixProp: Run Experiment" starts a trainer on the open file', async () => {
      await workbench().openFile('quickstart.mixprop.json');
      await workbench().runCommand('MixProp: Run Experiment');
      await expect.poll(() => records().steps.length, { timeout: 60_000 }).toBeGreaterThan(0);
      expect(isTrainer(trainerProcess(runFolder()))).toBe(true);
      await workbench().showRunsView();
      await expect.poll(() => workbench().describeRun(runId), { timeout: 20_000 }).toMatch(/running/i);
      await workbench()
        .statusBar.getByText(/quickstart/)
        .first()
        .waitFor();
    });

    test('the panel draws what events.jsonl says, while it is written', async () => {
      await workbench().runCommand('MixProp: Show Loss Curves');
      await panel().waitForRun(runId);
      let last = 0;
      for (let look = 0; look < 4; look++) {
        last = await panel().waitForStepAfter(runId, last);
        await panel().expectToMatch(runId, records());
      }
      expect((await panel().summary(runId)).state).toBe('running');
      await screenshot('curves-live');
    });

    test('a reloaded window shows the same panel, live, without a gap or a double', async () => {
      const before = await panel().lastStep(runId);
      await workbench().reloadWindow();
      await panel().waitForRun(runId);
      const restored = await panel().waitForStepAfter(runId, before);
      await panel().expectToMatch(runId, records());
      await panel().waitForStepAfter(runId, restored);
      await panel().expectToMatch(runId, records());
      expect(isTrainer(trainerProcess(runFolder()))).toBe(true);
      await screenshot('curves-after-reload');
    });

    test('"MixProp: Stop Run" stops it', async () => {
      const pid = trainerProcess(runFolder());
      await workbench().runCommand('MixProp: Stop Run');
      await expect.poll(() => records().states.at(-1), { timeout: 30_000 }).toBe('stopped');
      await expect.poll(() => isTrainer(pid), { timeout: 20_000 }).toBe(false);
      await expect.poll(async () => (await panel().summary(runId)).state, { timeout: 20_000 }).toBe('stopped');
      await panel().expectToMatch(runId, records());
      await workbench().showRunsView();
      await expect.poll(() => workbench().describeRun(runId), { timeout: 20_000 }).toMatch(/stopped/i);
      expect(existsSync(join(runFolder(), 'trainer.json'))).toBe(false);
      await screenshot('run-stopped');
    });

    test('"MixProp: Resume Run" goes on where it stopped', async () => {
      const before = records().steps.length;
      await workbench().runCommand('MixProp: Resume Run');
      await expect.poll(() => records().restarts, { timeout: 60_000 }).toEqual([before + 1]);
      await panel().waitForStepAfter(runId, before);
      await panel().expectToMatch(runId, records());
      await expect.poll(async () => (await panel().summary(runId)).validations, { timeout: 180_000 }).toBe('1');
      await panel().expectToMatch(runId, records());
      expect((await panel().summary(runId)).restarts).toBe('1');
      expect(records().sequence).toEqual(records().sequence.map((_, index) => index + 1));
      await screenshot('run-resumed');
    }, 300_000);

    test('buttons have the border that the editor gives its secondary ones', async () => {
      for (const theme of [edition === 'newest' ? 'Dark 2026' : 'Dark Modern', 'Dark High Contrast']) {
        await workbench().chooseColorTheme(theme);
        const colours = () =>
          panel()
            .document.locator('.toolbar-end vscode-button:not([hidden])')
            .first()
            .evaluate((button) => {
              // A colour as the browser says it, whatever a theme's file calls it.
              const probe = document.createElement('div');
              button.append(probe);
              const computed = (variable: string) => {
                const value = getComputedStyle(document.documentElement).getPropertyValue(variable);
                probe.style.borderColor = value;
                return value === '' ? undefined : getComputedStyle(probe).borderTopColor;
              };
              const expected = computed('--vscode-button-secondaryBorder') ?? computed('--vscode-button-border');
              const primary = computed('--vscode-button-background');
              probe.remove();
              const border = getComputedStyle(button.shadowRoot!.querySelector('.control')!).borderTopColor;
              return { isRight: border === expected, isBlue: border === primary };
            });
        await expect.poll(colours, { timeout: 20_000 }).toEqual({ isRight: true, isBlue: false });
        await screenshot(`buttons-${theme.replaceAll(' ', '-').toLowerCase()}`);
      }
      await workbench().chooseColorTheme('Dark Modern');
    });

    test('a panel of 285 pixels, as beside an editor and a chat, cuts nothing off', async () => {
      const { page } = scenario.editor;
      const sideBar = page.locator('.part.sidebar');
      if (await sideBar.isVisible()) await workbench().runCommand('View: Close Primary Side Bar');
      const width = () =>
        panel()
          .document.locator('body')
          .evaluate(() => innerWidth);
      // Whatever the editor puts beside it: the window is made so narrow that this is left.
      for (let attempt = 0; attempt < 5 && (await width()) !== 285; attempt++) {
        const { width: window, height } = page.viewportSize()!;
        const editors = await page.locator('.split-view-view.visible .editor-group-container').count();
        await page.setViewportSize({ width: window + (285 - (await width())) * Math.max(1, editors), height });
        await page.waitForTimeout(500);
      }
      expect(Math.abs((await width()) - 285)).toBeLessThanOrEqual(10);
      await expect.poll(() => panel().overflow()).toBe(0);
      await screenshot('curves-285');
      await page.setViewportSize({ width: 1280, height: 800 });
    });

    test('a violated content security policy would be noticed', async () => {
      await panel()
        .document.locator('body')
        .evaluate((body) => {
          const style = document.createElement('style');
          style.textContent = 'p { color: red }';
          body.append(style);
        });
      await expect.poll(() => scenario.editor.policyViolations.length).toBe(1);
      scenario.editor.policyViolations.length = 0;
    });
  },
);
