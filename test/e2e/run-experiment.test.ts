import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CurvesPanel } from './curves-panel';
import { isTrainer, trainerProcess } from './processes';
import { RunRecords } from './run-records';
import { useEditor } from './scenario';
import { Workbench } from './workbench';

describe('an experiment, from the palette to its end', () => {
  const scenario = useEditor('run-experiment');
  const runId = 'quickstart-1';
  const runFolder = () => join(scenario.editor.workspace, 'runs', runId);
  const records = () => new RunRecords(runFolder());
  const workbench = () => new Workbench(scenario.editor.page);
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
    await scenario.editor.screenshot('curves-live');
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
    await scenario.editor.screenshot('curves-after-reload');
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
    await scenario.editor.screenshot('run-stopped');
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
    await scenario.editor.screenshot('run-resumed');
  }, 300_000);

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
});
