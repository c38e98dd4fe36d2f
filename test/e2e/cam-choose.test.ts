import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CamPanel, explainRecords } from './cam-panel';
import { RunRecords } from './run-records';
import { useEditor } from './scenario';
import { trainExperiment, writeSmallExperiment } from './small-runs';
import { Workbench } from './workbench';

describe('choosing images, for an experiment from a template and for a run that is over', { timeout: 400_000 }, () => {
  const scenario = useEditor('cam-choose', {
    prepare: (workspace) => trainExperiment(writeSmallExperiment(workspace, 'over', 'mixprop'), workspace, 'over-1'),
  });
  const workbench = () => new Workbench(scenario.editor);
  const panel = () => new CamPanel(scenario.editor.page);
  const experimentFile = (name: string) => join(scenario.editor.workspace, `${name}.mixprop.json`);
  const run = (runId: string) => join(scenario.editor.workspace, 'runs', runId);
  const text = (name: string) => readFileSync(experimentFile(name), 'utf8');
  const input = () => scenario.editor.page.locator('.quick-input-widget:visible input[type="text"]').first();
  const ticked = () => scenario.editor.page.locator('.quick-input-widget:visible .quick-input-count');

  /** Chooses images out of the list that the panel or the command has opened. */
  const choose = async (images: readonly string[]) => {
    await workbench().listEntry('From the list').click({ timeout: 120_000 });
    for (const image of images) {
      await input().fill(image);
      await workbench().listEntry(image).getByRole('checkbox').check();
    }
  };

  test('a new experiment has eight images, others are chosen among a thousand', async () => {
    await workbench().runCommand('MixProp: New Experiment');
    await input().fill('fresh');
    await scenario.editor.page.keyboard.press('Enter');
    await workbench().listEntry('MixProp on the built-in shapes').click();
    const written = () => (existsSync(experimentFile('fresh')) ? text('fresh') : '');
    await expect.poll(written, { timeout: 20_000 }).toContain('"explain": { "images": [0, 1, 2, 3, 4, 5, 6, 7] }');
    await scenario.editor.page.locator('.tab.active', { hasText: 'fresh.mixprop.json' }).waitFor();
    await workbench().runCommand('MixProp: Choose Validation Images');
    await choose(['validation/star/000998', 'validation/triangle/000999']);
    await expect.poll(() => ticked().textContent()).toContain('10');
    await scenario.editor.screenshot('cam-choose-list');
    await scenario.editor.page.keyboard.press('Enter');
    await expect.poll(() => text('fresh'), { timeout: 20_000 }).toContain('validation/triangle/000999');
  });

  test('the run records their maps, and the panel shows them', async () => {
    // All but the data set's validation images small: the run takes a minute less.
    const small = text('fresh')
      .replace('"trainingImages": 4000', '"trainingImages": 320')
      .replace('"width": 16', '"width": 4')
      .replace('"epochs": 10', '"epochs": 1')
      .replace('"milestones": [6, 8]', '"milestones": [1]');
    await workbench().runCommand('View: Close All Editors');
    writeFileSync(experimentFile('fresh'), small);
    await workbench().openFile('fresh.mixprop.json');
    await workbench().runCommand('MixProp: Run Experiment');
    const states = () => (existsSync(run('fresh-1')) ? new RunRecords(run('fresh-1')).states : []);
    await expect.poll(() => states().at(-1), { timeout: 180_000 }).toBe('finished');
    const records = explainRecords(run('fresh-1'));
    expect(new Set(records.map(({ image }) => image)).size).toBe(10);
    await workbench().runCommand('View: Close All Editors');
    await workbench().runCommand('MixProp: Show CAM Overlays');
    await workbench().pick('fresh-1');
    await panel().waitForRun('fresh-1');
    await expect
      .poll(() => panel().summary('fresh-1'), { timeout: 20_000 })
      .toMatchObject({ images: '10', shown: '10', epoch: '1' });
    await scenario.editor.screenshot('cam-choose-template');
  });

  test('a run without maps offers one button, which leads to them', async () => {
    await workbench().runCommand('View: Close All Editors');
    await workbench().runCommand('MixProp: Show CAM Overlays');
    await workbench().pick('over-1');
    const button = panel().document.getByRole('button', { name: 'Choose Images and Compute' });
    await button.waitFor();
    expect(await panel().document.getByRole('button').count()).toBe(1);
    await scenario.editor.screenshot('cam-choose-empty');
    await button.click();
    await choose(['validation/circle/000001', 'validation/cross/000003']);
    await scenario.editor.page.keyboard.press('Enter');
    await expect
      .poll(() => panel().summary('over-1'), { timeout: 120_000 })
      .toMatchObject({ images: '2', shown: '2', epoch: '5' });
    expect((await panel().summary('over-1', 'aux')).shown).toBe('2');
    await panel().document.locator('.toolbar').waitFor();
    await scenario.editor.screenshot('cam-choose-computed');
    // The experiment keeps the choice for its next run.
    expect(JSON.parse(text('over')).explain.images).toEqual(['validation/circle/000001', 'validation/cross/000003']);
  });
});
