import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CurvesPanel } from './curves-panel';
import { isTrainer, trainerProcess } from './processes';
import { RunRecords } from './run-records';
import { useEditor } from './scenario';
import { Workbench } from './workbench';

describe('a trainer that is killed in mid-run', () => {
  const scenario = useEditor('killed-trainer');
  const runFolder = () => join(scenario.editor.workspace, 'runs', 'vanilla-1');
  const records = () => new RunRecords(runFolder());
  const workbench = () => new Workbench(scenario.editor);
  const notice = () => workbench().notifications.filter({ hasText: 'vanilla-1 failed: killed by SIGKILL' });
  const panel = () => new CurvesPanel(scenario.editor.page);

  test('is shown as failed with what happened, and its run stays readable', async () => {
    await workbench().openFile('vanilla.mixprop.json');
    await workbench().runCommand('MixProp: Run Experiment');
    await expect.poll(() => records().steps.length, { timeout: 60_000 }).toBeGreaterThan(3);
    await workbench().runCommand('MixProp: Show Loss Curves');
    await panel().waitForRun('vanilla-1');
    const pid = trainerProcess(runFolder());
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => isTrainer(pid)).toBe(false);
    await workbench().showRunsView();
    await expect.poll(() => workbench().describeRun('vanilla-1'), { timeout: 30_000 }).toMatch(/failed/i);
    expect(await workbench().describeRun('vanilla-1')).toMatch(/killed|SIGKILL/i);
    await expect.poll(async () => (await panel().summary('vanilla-1')).state, { timeout: 20_000 }).toBe('failed');
    await panel().expectToMatch('vanilla-1', records());
    await notice().waitFor();
    await scenario.editor.screenshot('trainer-killed');
  });

  test('is told in a notice that goes when the run goes on, and offers that itself', async () => {
    let { length: restarts } = records().restarts;
    const goesOn = async () => {
      restarts++;
      await expect.poll(() => records().restarts.length, { timeout: 60_000 }).toBe(restarts);
      // A trainer that ends before that could not start.
      await expect.poll(() => workbench().notifications.filter({ hasText: 'Starting' }).count()).toBe(0);
    };
    await workbench().runCommand('MixProp: Resume Run');
    await goesOn();
    await expect.poll(() => notice().count()).toBe(0);
    process.kill(trainerProcess(runFolder()), 'SIGKILL');
    await notice().getByRole('button', { name: 'Resume' }).click({ timeout: 60_000 });
    await expect.poll(() => notice().count()).toBe(0);
    await goesOn();
    await expect.poll(() => records().steps.length, { timeout: 60_000 }).toBeGreaterThan(3);
    process.kill(trainerProcess(runFolder()), 'SIGKILL');
    await notice().waitFor();
  });

  test('is still shown as failed after the window is loaded anew', async () => {
    await workbench().reloadWindow();
    await workbench().showRunsView();
    await expect.poll(() => workbench().describeRun('vanilla-1'), { timeout: 30_000 }).toMatch(/failed/i);
    await panel().waitForRun('vanilla-1');
    await panel().expectToMatch('vanilla-1', records());
  });
});
