import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { writeRun } from '../trainer/report/report-fixture';
import { isTrainer, trainerProcess } from './processes';
import { RunRecords } from './run-records';
import { useEditor } from './scenario';
import { Workbench } from './workbench';

describe('the runs of the Runs view', () => {
  const scenario = useEditor('runs-view', {
    prepare: (workspace) => {
      for (const [runId, seed] of [
        ['small-1', 1],
        ['small-2', 2],
      ] as const)
        writeRun(join(workspace, 'runs'), runId, { seed });
    },
  });
  const workbench = () => new Workbench(scenario.editor);
  const folderOf = (runId: string) => join(scenario.editor.workspace, 'runs', runId);
  const records = () => new RunRecords(folderOf('vanilla-1'));
  const notes = (runId: string) => JSON.parse(readFileSync(join(folderOf(runId), 'notes.json'), 'utf8'));
  const said = (runId: string) => workbench().describeRun(runId);
  const icon = async (command: string) => {
    await workbench().runItem('vanilla-1').hover();
    await workbench().runItem('vanilla-1').getByRole('button', { name: command }).click();
  };

  test('one is paused from the palette, with its trainer waiting', async () => {
    await workbench().openFile('vanilla.mixprop.json');
    await workbench().runCommand('MixProp: Run Experiment');
    await expect.poll(() => records().steps.length, { timeout: 60_000 }).toBeGreaterThan(3);
    await workbench().showRunsView();
    await workbench().runCommand('MixProp: Pause Run');
    await expect.poll(() => records().states.at(-1), { timeout: 30_000 }).toBe('paused');
    await expect.poll(() => said('vanilla-1'), { timeout: 20_000 }).toMatch(/paused · epoch/);
    await workbench()
      .statusBar.getByText(/vanilla-1 paused/)
      .first()
      .waitFor();
    const { length: steps } = records().steps;
    await delay(2000);
    expect(records().steps).toHaveLength(steps);
    expect(isTrainer(trainerProcess(folderOf('vanilla-1')))).toBe(true);
    await scenario.editor.screenshot('run-paused');
  });

  test('it goes on in the same process, and is stopped, by the icons beside it', async () => {
    const pid = trainerProcess(folderOf('vanilla-1'));
    const { length: steps } = records().steps;
    await icon('Resume Run');
    await expect.poll(() => records().steps.length, { timeout: 30_000 }).toBeGreaterThan(steps);
    expect([trainerProcess(folderOf('vanilla-1')), records().restarts]).toEqual([pid, []]);
    await expect.poll(() => said('vanilla-1'), { timeout: 20_000 }).toMatch(/running/);
    await workbench().chooseForRun('vanilla-1', 'Delete Run');
    await workbench().notifications.filter({ hasText: 'vanilla-1 is in training: stop it first' }).waitFor();
    expect(existsSync(folderOf('vanilla-1'))).toBe(true);
    await icon('Stop Run');
    await expect.poll(() => records().states.at(-1), { timeout: 30_000 }).toBe('stopped');
    await workbench().runCommand('Notifications: Clear All Notifications');
  });

  test('one is starred, renamed and noted', async () => {
    await workbench().chooseForRun('small-1', 'Star Run');
    await expect.poll(() => said('small-1')).toMatch(/★/);
    await workbench().chooseForRun('small-1', 'Rename Run');
    await workbench().enter('Grundlinie / 基準 🌱');
    await expect.poll(() => said('Grundlinie')).toMatch(/starred, finished.*small-1/);
    expect(notes('small-1')).toMatchObject({ star: true, name: 'Grundlinie / 基準 🌱' });
    await workbench().chooseForRun('Grundlinie / 基準 🌱', 'Edit Note');
    await scenario.editor.page.locator('.tab.active', { hasText: 'Note of small-1' }).waitFor();
    await workbench().textEditor.click();
    await scenario.editor.page.keyboard.type('first line\nsecond line');
    await scenario.editor.page.keyboard.press('ControlOrMeta+s');
    await expect.poll(() => notes('small-1').note).toBe('first line\nsecond line');
    await scenario.editor.screenshot('run-named');
  });

  test('one is deleted, and brought back', async () => {
    const files = readdirSync(folderOf('small-2'));
    await workbench().chooseForRun('small-2', 'Delete Run');
    await expect.poll(() => workbench().runItem('small-2').count()).toBe(0);
    expect(existsSync(folderOf('small-2'))).toBe(false);
    const notice = workbench().notifications.filter({ hasText: 'small-2 was deleted.' });
    await notice.waitFor();
    await scenario.editor.screenshot('run-deleted');
    await notice.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => workbench().runItem('small-2').count()).toBe(1);
    expect(readdirSync(folderOf('small-2'))).toEqual(files);
  });

  test('they are grouped by experiment, and stay so when the window is loaded anew', async () => {
    await workbench().runCommand('MixProp: Group Runs');
    await workbench().listEntry('By Experiment').click();
    const group = () => scenario.editor.page.getByRole('treeitem', { name: /^vanilla, 1 run|^vanilla 1 run/ });
    await expect.poll(() => group().count()).toBe(1);
    await workbench().runItem('vanilla-1').waitFor();
    await scenario.editor.screenshot('runs-grouped');
    await workbench().reloadWindow();
    await workbench().showRunsView();
    await expect.poll(() => group().count(), { timeout: 20_000 }).toBe(1);
  });
});
