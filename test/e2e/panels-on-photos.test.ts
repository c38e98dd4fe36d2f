import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CurvesPanel } from './curves-panel';
import { DivergencePanel, divergenceRecords } from './divergence-panel';
import { hasPhotos, photoRunIds, trainPhotoRuns } from './photo-runs';
import { RunRecords } from './run-records';
import { useEditor } from './scenario';
import { Workbench } from './workbench';

describe.skipIf(!hasPhotos)('vanilla, MixProp and AdvProp on photos (needs MIXPROP_TEST_DATA)', () => {
  const scenario = useEditor('panels-on-photos', { prepare: trainPhotoRuns });
  const workbench = () => new Workbench(scenario.editor);
  const curves = () => new CurvesPanel(scenario.editor.page);
  const divergence = () => new DivergencePanel(scenario.editor.page);
  const folder = (runId: string) => join(scenario.editor.workspace, 'runs', runId);

  test('the curves are those of the run folders', async () => {
    await workbench().runCommand('MixProp: Show Loss Curves');
    await workbench().pickAll();
    for (const runId of photoRunIds) await curves().waitForRun(runId);
    await workbench().runCommand('View: Close Primary Side Bar');
    for (const runId of photoRunIds) await curves().expectToMatch(runId, new RunRecords(folder(runId)));
    expect((await curves().summary('photos-vanilla')).lastAuxLoss).toBe('');
    expect(Number((await curves().summary('photos-advprop')).lastAuxLoss)).toBeGreaterThan(0);
  });

  test('they are seen as totals, by time, without outliers, and one run is hidden', async () => {
    const { document } = curves();
    await document.locator('vscode-radio', { hasText: 'Total' }).click();
    await curves().chooseXAxis('relative');
    await curves().chooseInChartMenu('loss', 'Logarithmic y');
    await document.locator('.run', { hasText: 'photos-vanilla' }).locator('vscode-checkbox').click();
    await expect.poll(() => curves().view()).toMatchObject({ loss: 'total', xAxis: 'relative', logY: 'loss' });
    await expect
      .poll(() => document.locator('.chart.loss canvas').first().getAttribute('aria-label'))
      .toMatch(/, 2 lines\./);
    await scenario.editor.screenshot('photos-curves');
    await document.locator('.run', { hasText: 'photos-vanilla' }).locator('vscode-checkbox').click();
    await document.locator('vscode-radio', { hasText: 'Main and aux' }).click();
    await expect
      .poll(() => document.locator('.chart.loss canvas').first().getAttribute('aria-label'))
      .toMatch(/, 5 lines\./);
  });

  test('a checkpoint of the AdvProp run leads to its BN divergence', async () => {
    const best = (await curves().summary('photos-advprop')).bestEpoch!;
    const mark = curves()
      .document.locator('.chart.top1 .marks')
      .getByRole('button', { name: new RegExp(`^photos-advprop, epoch ${best},`) });
    await mark.focus();
    await scenario.editor.page.keyboard.press('Enter');
    // Beside the curves.
    const beside = new DivergencePanel(scenario.editor.page, -1);
    await beside.waitForRun('photos-advprop');
    await beside.expectToMatch('photos-advprop', divergenceRecords(folder('photos-advprop')));
    await beside.channelHeading.waitFor();
    expect(await beside.channelHeading.textContent()).toContain(`epoch ${best}`);
    await scenario.editor.screenshot('photos-epoch');
  });

  test('the divergence of all three is that of the run folders; vanilla has none', async () => {
    await workbench().runCommand('View: Close All Editors');
    await workbench().runCommand('MixProp: Show BN Divergence');
    await workbench().pickAll();
    for (const runId of photoRunIds) await divergence().waitForRun(runId);
    for (const runId of ['photos-mixprop', 'photos-advprop'])
      await divergence().expectToMatch(runId, divergenceRecords(folder(runId)));
    expect(await divergence().summary('photos-vanilla')).toMatchObject({ branches: 'main', layers: '0' });
    await scenario.editor.screenshot('photos-divergence');
  });

  test('AdvProp and MixProp side by side, in every measure, and their difference', async () => {
    const { document } = divergence();
    for (const measure of ['wasserstein2', 'meanShift', 'logVarianceRatio', 'gammaGap', 'betaGap', 'symmetricKl']) {
      await document.locator('#measure').selectOption(measure);
      await expect.poll(async () => (await divergence().summary('photos-advprop')).measure).toBe(measure);
      await divergence().expectToMatch('photos-advprop', divergenceRecords(folder('photos-advprop')));
    }
    await document.locator('vscode-radio', { hasText: 'Difference' }).click();
    await document.locator('.run-figure .heatmap:visible').first().waitFor();
    await scenario.editor.screenshot('photos-divergence-difference');
    await document.locator('vscode-radio', { hasText: 'Runs' }).click();
    await divergence()
      .heatmap(0)
      .locator('.grid')
      .click({ position: { x: 4, y: 4 } });
    await document.locator('.largest tbody tr').first().waitFor();
    await scenario.editor.screenshot('photos-divergence-channels');
  });
});
