import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { useEditor } from './scenario';
import { Workbench } from './workbench';

describe('an experiment file in the editor', () => {
  const scenario = useEditor('experiment-file');
  const workbench = () => new Workbench(scenario.editor.page);
  const write = (name: string, text: string) => writeFileSync(join(scenario.editor.workspace, name), text);

  test('an unknown field and a wrong type are marked', async () => {
    write(
      'mistakes.mixprop.json',
      '{\n  "dataset": { "type": "shapes" },\n  "model": { "widht": 16 },\n  "training": { "epochs": "ten" }\n}\n',
    );
    await workbench().openFile('mistakes.mixprop.json');
    const squiggles = workbench().textEditor.locator('.squiggly-error');
    await expect.poll(() => squiggles.count(), { timeout: 30_000 }).toBeGreaterThanOrEqual(2);
    const problems = await workbench().openProblems();
    await problems.filter({ hasText: 'model.widht: unknown field; did you mean "width"?' }).waitFor();
    await problems.filter({ hasText: 'training.epochs: must be a number, not "ten"' }).waitFor();
    await scenario.editor.screenshot('experiment-mistakes');
  });

  test('hovering over a field explains it with its unit', async () => {
    await workbench().openFile('quickstart.mixprop.json');
    await workbench().textEditor.getByText('"batchSize"').hover();
    await workbench()
      .hover.filter({ hasText: /Unit: images/ })
      .first()
      .waitFor({ timeout: 20_000 });
    await scenario.editor.screenshot('experiment-hover');
  });

  test('a data folder that is missing is marked where it is named; a good file has no problems', async () => {
    await workbench().openFile('cifar10-folder.mixprop.json');
    const problems = await workbench().openProblems();
    await problems
      .filter({ hasText: /dataset\.path: there is no folder/ })
      .first()
      .waitFor();
    const files = problems.filter({ hasText: /mixprop\.json/ });
    expect(await files.allTextContents()).toEqual([
      expect.stringMatching(/^cifar10-folder\.mixprop\.json\s*1$/),
      expect.stringMatching(/^mistakes\.mixprop\.json\s*[1-9]$/),
    ]);
  });

  test('a file with mistakes is not run', async () => {
    await workbench().openFile('mistakes.mixprop.json');
    await workbench().runCommand('MixProp: Run Experiment');
    await workbench()
      .notifications.filter({ hasText: /mistakes\.mixprop\.json has 2 mistakes and was not run.*line 3.*width/ })
      .waitFor();
    await scenario.editor.screenshot('experiment-refused');
    expect(existsSync(join(scenario.editor.workspace, 'runs'))).toBe(false);
  });

  test('fields are completed', async () => {
    write('new.mixprop.json', '{\n  "dataset": { "type": "shapes" },\n  \n}\n');
    await workbench().openFile('new.mixprop.json');
    await workbench().placeCursorAfterLine('"dataset"');
    await scenario.editor.page.keyboard.press('ArrowDown');
    await scenario.editor.page.keyboard.press('Control+Space');
    const entry = workbench().completions.filter({ hasText: 'optimizer' }).first();
    await entry.waitFor({ timeout: 20_000 });
    // The list shows a dozen of the fields.
    for (const field of ['model', 'method', 'explain'])
      await workbench().completions.filter({ hasText: field }).first().waitFor();
    await scenario.editor.screenshot('experiment-completion');
    await entry.click();
    await workbench().textEditor.locator('.view-line', { hasText: '"optimizer"' }).waitFor();
  });

  test('a new experiment starts from a recipe', async () => {
    await workbench().runCommand('MixProp: New Experiment');
    const { page } = scenario.editor;
    const name = page.locator('.quick-input-widget:visible input[type="text"]');
    await name.fill('adversarial');
    await page.keyboard.press('Enter');
    const entry = workbench().listEntry('AdvProp (PGD-1) on the built-in shapes');
    await entry.filter({ hasText: '3 N an epoch, 30 N in 10' }).waitFor();
    await scenario.editor.screenshot('recipes');
    await entry.click();
    await page.locator('.tab.active', { hasText: 'adversarial.mixprop.json' }).waitFor();
    await workbench().textEditor.locator('.view-line', { hasText: '"type": "advprop"' }).waitFor();
    const problems = await workbench().openProblems();
    await expect.poll(() => problems.filter({ hasText: 'adversarial' }).count()).toBe(0);
  });
});
