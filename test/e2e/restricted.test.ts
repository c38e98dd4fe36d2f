import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CurvesPanel } from './curves-panel';
import { RunRecords } from './run-records';
import { useEditor } from './scenario';
import { trainSmallRuns } from './small-runs';
import { Workbench } from './workbench';

describe('a folder without the user’s trust', () => {
  const scenario = useEditor('restricted', { restricted: true, prepare: trainSmallRuns });
  const runs = () => join(scenario.editor.workspace, 'runs');
  const workbench = () => new Workbench(scenario.editor);

  test('lets its runs be read', async () => {
    await scenario.editor.page.getByRole('button', { name: "No, I don't trust the authors" }).click();
    await workbench().statusBar.getByText('Restricted Mode').waitFor();
    await workbench().showRunsView();
    await expect.poll(() => workbench().describeRun('small-mixprop'), { timeout: 20_000 }).toMatch(/finished/i);
    await workbench().runCommand('MixProp: Show Loss Curves');
    await workbench().pickAll();
    const panel = new CurvesPanel(scenario.editor.page);
    await panel.waitForRun('small-mixprop');
    await panel.expectToMatch('small-mixprop', new RunRecords(join(runs(), 'small-mixprop')));
    await scenario.editor.screenshot('restricted');
  });

  test('starts no trainer', async () => {
    const before = readdirSync(runs()).sort();
    await workbench().openFile('quickstart.mixprop.json');
    await workbench().runCommand('MixProp: Run Experiment');
    await scenario.editor.page
      .getByText(/needs a trusted workspace/)
      .first()
      .waitFor();
    await scenario.editor.screenshot('restricted-refusal');
    expect(readdirSync(runs()).sort()).toEqual(before);
  });
});
