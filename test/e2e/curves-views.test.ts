import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CurvesPanel } from './curves-panel';
import { RunRecords } from './run-records';
import { useEditor } from './scenario';
import { trainSmallRuns } from './small-runs';
import { Workbench } from './workbench';

describe('how curves are looked at', () => {
  const scenario = useEditor('curves-views', {
    prepare: (workspace) => trainSmallRuns(workspace, { images: [0, 1, 2, 3], every: 2 }),
  });
  const workbench = () => new Workbench(scenario.editor);
  const panel = () => new CurvesPanel(scenario.editor.page);

  test('two runs by epoch, with a logarithmic loss', async () => {
    await workbench().runCommand('MixProp: Show Loss Curves');
    await workbench().pickAll();
    await panel().waitForRun('small-mixprop');
    await workbench().runCommand('View: Close Primary Side Bar');
    await panel().chooseXAxis('epoch');
    await panel().chooseInChartMenu('loss', 'Logarithmic y');
    await expect.poll(() => panel().view()).toMatchObject({ xAxis: 'epoch', logY: 'loss', zoomed: '' });
    await scenario.editor.screenshot('curves-log-epochs');
  });

  test('how well the maps of chosen images find the objects, number by number', async () => {
    const runs = ['small-mixprop', 'small-vanilla'];
    for (const runId of runs) {
      const records = new RunRecords(join(scenario.editor.workspace, 'runs', runId));
      expect(records.localisations.map(({ epoch }) => epoch)).toEqual([2, 4, 5]);
      await panel().expectToMatchLocalisation(runId, records);
    }
    expect((await panel().view()).charts).toContain('pointing energy area regions agreement');
    await panel().document.locator('.chart.pointing').scrollIntoViewIfNeeded();
    await scenario.editor.screenshot('curves-localisation');
    await panel().document.locator('.chart.loss').scrollIntoViewIfNeeded();
  });

  test('zoomed with the keyboard', async () => {
    await panel().document.locator('.chart.loss .plot').focus();
    await scenario.editor.page.keyboard.press('+');
    await expect.poll(async () => (await panel().view()).zoomed).toBe('x');
    await scenario.editor.screenshot('curves-zoomed');
  });

  test('a reloaded window looks at them in the same way', async () => {
    const before = await panel().view();
    await workbench().showRunsView();
    await workbench().reloadWindow();
    await panel().waitForRun('small-mixprop');
    await expect.poll(() => panel().view(), { timeout: 20_000 }).toEqual(before);
  });

  test('the runs are compared by the setting in which they differ', async () => {
    const label = panel().document.locator('.chart.scatter canvas').first();
    await expect.poll(() => label.getAttribute('aria-label')).toMatch(/against method\.type\. /);
    for (const run of ['small-mixprop mixprop: ', 'small-vanilla vanilla: '])
      expect(await label.getAttribute('aria-label')).toContain(run);
  });
});
