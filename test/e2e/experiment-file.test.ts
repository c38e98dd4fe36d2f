import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fieldNames, fieldSchema, kindNames } from '../../common/experiment/field-schema';
import { useEditor } from './scenario';
import { Workbench } from './workbench';

/** A field that has one of a few words. */
interface EnumeratedField {
  field: string;
  values: string[];
  /** An experiment whose third line is `"field": "value"`, with the last of the values, in objects of the right kind. */
  text: string;
}

/** Every such field of the schema, in every kind of object that has it. */
function enumeratedFields(path: string[] = [], kind: string | undefined = undefined): EnumeratedField[] {
  const experiment = kind === undefined ? undefined : { [path[0]]: { type: kind } };
  return fieldNames(fieldSchema(path, experiment)).flatMap((name) => {
    const here = [...path, name];
    const kinds = kindNames(here);
    if (kinds.length > 0) return kinds.flatMap((each) => enumeratedFields(here, each));
    const isKind = name === 'type' && kind !== undefined;
    const values = isKind ? kindNames(path) : (fieldSchema(here, experiment)?.enum as string[] | undefined);
    if (!values) return enumeratedFields(here, kind);
    const last = isKind ? kind : values.at(-1)!;
    const objects = path
      .map((part, i) => `"${part}": {${i === 0 && kind && !isKind ? ` "type": "${kind}",` : ''}`)
      .join(' ');
    const text = `{\n${objects}\n"${name}": "${last}"\n${'}'.repeat(path.length)}\n}\n`;
    return [{ field: `${here.join('.')}${kind === undefined ? '' : ` of ${kind}`}`, values, text }];
  });
}

describe('an experiment file in the editor', () => {
  const scenario = useEditor('experiment-file');
  const workbench = () => new Workbench(scenario.editor);
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
    // Each once: a row for the file, one a mistake.
    await scenario.editor.page.waitForTimeout(1000);
    expect(await problems.count()).toBe(3);
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
      expect.stringMatching(/^mistakes\.mixprop\.json\s*2$/),
    ]);
  });

  test('trailing commas and comments are not marked, warnings are, and a field that is there twice is an error', async () => {
    write(
      'odd.mixprop.json',
      '{\n  // comment\n  "optimizer": { "learningRate": 100, },\n  "explain": { "images": [5000,], },\n}\n',
    );
    await workbench().openFile('odd.mixprop.json');
    const problems = await workbench().openProblems();
    await problems.filter({ hasText: 'optimizer.learningRate: 100 is implausibly high' }).waitFor();
    await problems.filter({ hasText: 'explain.images.0: there are only 1000 validation images' }).waitFor();
    const ofFile = problems.filter({ hasText: /odd\.mixprop\.json/ });
    expect(await ofFile.allTextContents()).toEqual([expect.stringMatching(/^odd\.mixprop\.json\s*2$/)]);
    write('twice.mixprop.json', '{\n  "seed": 1,\n  "name": "a",\n  "seed": 2\n}\n');
    await workbench().openFile('twice.mixprop.json');
    await workbench().openProblems();
    await problems.filter({ hasText: 'seed: is there twice, line 2 and line 4: remove one' }).waitFor();
    await scenario.editor.screenshot('experiment-warnings');
  });

  test('a file with mistakes is not run', async () => {
    await workbench().openFile('mistakes.mixprop.json');
    await workbench().runCommand('MixProp: Run Experiment');
    await workbench()
      .notifications.filter({
        hasText: /mistakes\.mixprop\.json has 2 mistakes and was not run. The first, line 3, model.widht/,
      })
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

  test('every enumerated field offers all its values inside a valid one', async () => {
    const fields = enumeratedFields();
    expect(fields.map(({ field }) => field)).toEqual(
      expect.arrayContaining([
        'dataset.type of image-folder',
        'method.type of vanilla',
        'method.attack.batchNorm of advprop',
        'model.architecture',
        'schedule.type',
      ]),
    );
    const { page } = scenario.editor;
    for (const [i, { text }] of fields.entries()) write(`field-${i + 1}.mixprop.json`, text);
    for (const [i, { field, values, text }] of fields.entries()) {
      await workbench().openFile(`field-${i + 1}.mixprop.json`);
      const line = text.split('\n')[2];
      await workbench()
        .textEditor.locator('.view-line', { hasText: line.split(':')[0] })
        .last()
        .click();
      await page.keyboard.press('Home');
      for (let column = line.indexOf(': "') + 3; column > 0; column--) await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Control+Space');
      const labels = () => workbench().completions.locator('.label-name').allTextContents();
      await expect
        .poll(async () => (await labels()).map((label) => label.replaceAll('"', '')).sort(), {
          message: field,
          timeout: 20_000,
        })
        .toEqual([...values].sort());
      await page.keyboard.press('Escape');
    }
    await scenario.editor.screenshot('experiment-values');
  }, 300_000);

  test('a new experiment starts from a recipe', async () => {
    await workbench().runCommand('MixProp: New Experiment');
    const { page } = scenario.editor;
    const name = page.locator('.quick-input-widget:visible input[type="text"]');
    await name.fill('CON');
    await page.locator('.quick-input-widget:visible', { hasText: 'On Windows CON is a device' }).waitFor();
    await name.fill('adversarial.mixprop.json');
    await page.locator('.quick-input-widget:visible', { hasText: 'Leave out .mixprop.json' }).waitFor();
    await name.fill('adversarial');
    await page.keyboard.press('Enter');
    const entry = workbench().listEntry('AdvProp (PGD-1) on the built-in shapes');
    await entry.filter({ hasText: '10 epochs, each 3 times the work of ordinary training' }).waitFor();
    await scenario.editor.screenshot('recipes');
    await entry.click();
    await page.locator('.tab.active', { hasText: 'adversarial.mixprop.json' }).waitFor();
    await workbench().textEditor.locator('.view-line', { hasText: '"type": "advprop"' }).waitFor();
    const problems = await workbench().openProblems();
    await expect.poll(() => problems.filter({ hasText: 'adversarial' }).count()).toBe(0);
  });
});
