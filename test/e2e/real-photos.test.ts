import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CurvesPanel } from './curves-panel';
import { RunRecords } from './run-records';
import { useEditor } from './scenario';
import { Workbench } from './workbench';

/** CIFAR-10 as JPEG files in class folders. Takes a quarter of an hour, so it runs only when this is set. */
const photos = process.env.MIXPROP_REAL_PHOTOS;
const minutes = 60_000;

describe.skipIf(photos === undefined)('CIFAR-10 photos with MixProp, from the palette', () => {
  const scenario = useEditor('real-photos', {
    prepare: (workspace) => {
      const file = join(workspace, 'cifar10-folder.mixprop.json');
      writeFileSync(file, readFileSync(file, 'utf8').replace('"../data/cifar10"', JSON.stringify(resolve(photos!))));
    },
  });
  const runId = 'cifar10-mixprop-1';
  const runFolder = () => join(scenario.editor.workspace, 'runs', runId);
  const records = () => new RunRecords(runFolder());
  const panel = () => new CurvesPanel(scenario.editor.page);

  test('curves are live and main reaches 40 % top-1', { timeout: 60 * minutes }, async () => {
    const workbench = new Workbench(scenario.editor);
    await workbench.openFile('cifar10-folder.mixprop.json');
    await workbench.runCommand('MixProp: Run Experiment');
    await expect.poll(() => records().steps.length, { timeout: 5 * minutes }).toBeGreaterThan(0);
    await workbench.showRunsView();
    await panel().waitForRun(runId);
    for (let validations = 0; validations < 5; validations++) {
      await expect
        .poll(async () => Number((await panel().summary(runId)).validations), { timeout: 15 * minutes, interval: 1000 })
        .toBeGreaterThan(validations);
      await panel().expectToMatch(runId, records());
      await scenario.editor.screenshot(`real-photos-epoch-${validations + 1}`);
    }
    await expect.poll(() => records().states.at(-1), { timeout: minutes }).toBe('finished');
    const kept = resolve('test-results/e2e/real-photos');
    mkdirSync(kept, { recursive: true });
    for (const file of ['experiment.json', 'environment.json', 'events.jsonl'])
      cpSync(join(runFolder(), file), join(kept, file));
    expect(records().validations.at(-1)?.validation?.main.top1).toBeGreaterThanOrEqual(0.4);
  });
});
