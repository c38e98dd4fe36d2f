import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CamPanel, explainRecords } from './cam-panel';
import { useEditor } from './scenario';
import { trainExperiment, writeSmallExperiment } from './small-runs';
import { Workbench } from './workbench';

const name = 'cam-live';
const runId = `${name}-1`;
const first = ['validation/circle/000001', 'validation/arrow/000000'];
const later = 'validation/ring/000006';

/** An experiment without chosen images that trains for many minutes, in epochs of seconds, and a run with one branch that is over. */
function prepare(workspace: string): void {
  const live = writeSmallExperiment(workspace, name, 'mixprop', { trainingImages: 160 });
  const experiment = JSON.parse(readFileSync(live, 'utf8'));
  const changed = { ...experiment, training: { epochs: 3000, batchSize: 16 }, checkpoint: { every: 1 } };
  writeFileSync(live, `${JSON.stringify(changed, null, 2)}\n`);
  const over = writeSmallExperiment(workspace, 'cam-over', 'vanilla');
  const images = { explain: { images: [0, 1] }, training: { epochs: 2, batchSize: 16 } };
  writeFileSync(over, JSON.stringify({ ...JSON.parse(readFileSync(over, 'utf8')), ...images }));
  trainExperiment(over, workspace, 'cam-over');
}

describe('where a network looks while it is trained', { timeout: 400_000 }, () => {
  const scenario = useEditor('cam-live', { prepare });
  const workbench = () => new Workbench(scenario.editor);
  const panel = () => new CamPanel(scenario.editor.page);
  const folder = () => join(scenario.editor.workspace, 'runs', runId);
  const records = (epoch: number) => explainRecords(folder()).filter((record) => record.epoch === epoch);
  const recordedEpochs = () => (existsSync(folder()) ? explainRecords(folder()).map(({ epoch }) => epoch) : []);
  const lastEpoch = () => Math.max(0, ...recordedEpochs());
  const shownEpoch = async () => Number((await panel().summary(runId)).epoch);
  const shownStep = async () => Number((await panel().summary(runId)).step);
  const panelButton = (text: string) => panel().document.locator('vscode-button:not([hidden])', { hasText: text });
  const list = () => scenario.editor.page.locator('.quick-input-widget:visible');
  const chosen = () =>
    (JSON.parse(readFileSync(join(scenario.editor.workspace, `${name}.mixprop.json`), 'utf8')).explain?.images ??
      []) as string[];

  /** Ticks images in the list of those that can be chosen, and accepts. */
  const tick = async (images: readonly string[]) => {
    await workbench().listEntry('From the list').click({ timeout: 120_000 });
    for (const image of images) {
      await list().locator('input[type="text"]').first().fill(image);
      await workbench().listEntry(image).getByRole('checkbox').check();
    }
    await scenario.editor.screenshot(`cam-live-choose-${images.length}`);
    await scenario.editor.page.keyboard.press('Enter');
    await expect.poll(chosen, { timeout: 20_000 }).toEqual(expect.arrayContaining([...images]));
  };

  test('images are chosen for an experiment that has none, and it is run', async () => {
    await workbench().openFile(`${name}.mixprop.json`);
    await workbench().runCommand('MixProp: Choose Validation Images');
    await tick(first);
    await workbench().openFile(`${name}.mixprop.json`);
    await workbench().runCommand('MixProp: Run Experiment');
    await expect.poll(lastEpoch, { timeout: 120_000 }).toBeGreaterThan(0);
  });

  test('the overlays change as epochs come, and are what the records say', async () => {
    await workbench().runCommand('View: Close All Editors');
    await workbench().runCommand('MixProp: Show CAM Overlays');
    await workbench().pickAll();
    await panel().waitForRun(runId);
    await panel().waitForRun('cam-over');
    await workbench().runCommand('View: Close Primary Side Bar');
    await expect.poll(shownEpoch, { timeout: 120_000 }).toBeGreaterThan(0);
    const [begin, picture] = [await shownEpoch(), await panel().picture(first[0]!, runId)];
    await expect.poll(shownEpoch, { timeout: 120_000 }).toBeGreaterThan(begin + 1);
    await expect.poll(() => panel().picture(first[0]!, runId), { timeout: 30_000 }).not.toBe(picture);
    await scenario.editor.screenshot('cam-live-epochs');
    for (const epoch of [begin, begin + 1]) {
      await panel().showEpoch(epoch);
      await panel().expectToMatch(runId, records(epoch));
    }
  });

  test('"Look Now" shows the state between two epochs, and the slider leads back', async () => {
    await panelButton('Look Now').click();
    await expect.poll(shownStep, { timeout: 120_000 }).toBeGreaterThan(0);
    expect(await panel().summary(runId)).toMatchObject({ epoch: '', shown: '2', input: 'clean' });
    expect((await panel().summary(runId, 'aux')).step).toBe((await panel().summary(runId)).step);
    await panel()
      .document.locator('.head .name', { hasText: `now (step ${await shownStep()})` })
      .first()
      .waitFor();
    // The run that is over has no such moment, and that is said.
    expect((await panel().summary('cam-over')).epoch).toBe('2');
    await panel()
      .document.locator('.advice', { hasText: 'cam-over is finished: it shows its last epoch, not now.' })
      .waitFor();
    await scenario.editor.screenshot('cam-live-now');
    const looked = await shownStep();
    await panelButton('Look Now').click();
    await expect.poll(shownStep, { timeout: 120_000 }).toBeGreaterThan(looked);
    await panel().document.locator('vscode-checkbox', { hasText: 'Live' }).click();
    const live = await shownStep();
    await expect.poll(shownStep, { timeout: 120_000 }).toBeGreaterThan(live);
    const again = await shownStep();
    await expect.poll(shownStep, { timeout: 120_000 }).toBeGreaterThan(again);
    await panel().showEpoch(1);
    await panel().expectToMatch(runId, records(1));
    expect((await panel().summary(runId)).step).toBe('');
  });

  test('branch, class, corruption and run are switched while it trains', async () => {
    await panel().document.locator('#cam-class').selectOption({ label: 'star' });
    await expect.poll(async () => (await panel().cell(first[0]!, runId, 'aux')).class).toBe('star');
    const star = await panel().picture(first[0]!, runId, 'aux');
    await panel().document.locator('#cam-class').selectOption('true');
    await expect.poll(async () => (await panel().cell(first[0]!, runId, 'aux')).class).toBe('circle');
    await expect.poll(() => panel().picture(first[0]!, runId, 'aux')).not.toBe(star);
    await panel().document.locator('#cam-class').selectOption('predicted');
    await panel().document.locator('vscode-checkbox', { hasText: 'Main − aux' }).click();
    await panel().document.locator(`[data-column="${runId} difference"][data-minimum]`).first().waitFor();
    const clear = await panel().picture(first[0]!, runId);
    await panel().document.locator('#cam-corruption').selectOption('fog');
    await panel().document.locator(`.head [data-column="${runId} main"] vscode-button`).click();
    await expect.poll(async () => (await panel().summary(runId)).shown, { timeout: 120_000 }).toBe('2');
    expect((await panel().summary(runId)).input).toBe('fog 3');
    await expect.poll(() => panel().picture(first[0]!, runId)).not.toBe(clear);
    await scenario.editor.screenshot('cam-live-fog');
    await panel().document.locator('#cam-corruption').selectOption('');
    await panelButton('Choose Runs').click();
    await workbench().pick(runId);
    await expect.poll(() => panel().document.locator('#cam-summary li').count()).toBe(2);
  });

  test('images chosen while it trains get a row, with maps from the next epoch on', async () => {
    await panelButton('Choose Images…').click();
    await tick([later]);
    const choice = () =>
      readFileSync(join(folder(), 'events.jsonl'), 'utf8')
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line))
        .find(({ type }) => type === 'images');
    await expect.poll(choice, { timeout: 120_000 }).toBeDefined();
    const { epoch, images } = choice() as { epoch: number; images: string[] };
    expect(images).toEqual(chosen());
    await expect.poll(lastEpoch, { timeout: 120_000 }).toBeGreaterThan(epoch);
    expect(new Set(records(epoch + 1).map(({ image }) => image))).toEqual(new Set([...first, later]));
    await panel().showEpoch(epoch + 1);
    await panel().expectToMatch(runId, records(epoch + 1));
    await scenario.editor.screenshot('cam-live-new-image');
    // The epochs before have none of it; it is computed from the checkpoint.
    await panel().showEpoch(epoch);
    const cell = panel().document.locator(`.grid-cell[data-image="${later}"][data-column="${runId} main"]`);
    await expect.poll(() => cell.textContent()).toContain(`No map of this image after epoch ${epoch}.`);
    await panelButton('Compute Missing Maps').click();
    await expect.poll(async () => (await panel().summary(runId)).shown, { timeout: 120_000 }).toBe('3');
    await scenario.editor.screenshot('cam-live-computed');
  });

  test('the command asks whether the running run is to record them too', async () => {
    await workbench().openFile(`${name}.mixprop.json`);
    await workbench().runCommand('MixProp: Choose Validation Images');
    await tick(['validation/star/000008']);
    const question = workbench().notifications.filter({ hasText: `Also record them in the running run ${runId}` });
    await question.waitFor({ timeout: 20_000 });
    await scenario.editor.screenshot('cam-live-question');
    await question.getByRole('button', { name: 'Record Them' }).click();
    const stars = () => explainRecords(folder()).filter(({ image }) => image === 'validation/star/000008');
    await expect.poll(() => stars().length, { timeout: 120_000 }).toBeGreaterThan(0);
  });

  test('a run that has stopped has no button, and a word', async () => {
    await workbench().runCommand('View: Close Editor');
    await panelButton('Look Now').click();
    await expect.poll(shownStep, { timeout: 120_000 }).toBeGreaterThan(0);
    await workbench().runCommand('MixProp: Stop Run');
    await expect.poll(async () => (await panel().summary(runId)).state, { timeout: 120_000 }).toBe('stopped');
    await panel()
      .document.locator('.advice', { hasText: `${runId} is stopped: it shows its last epoch, not now.` })
      .waitFor();
    await expect.poll(() => panelButton('Look Now').isVisible()).toBe(false);
    await panel().expectToMatch(runId, records(lastEpoch()));
    expect(await panel().document.locator('#cam-epoch').getAttribute('aria-valuetext')).toBe(
      `epoch ${lastEpoch()}, the last`,
    );
    await scenario.editor.screenshot('cam-live-stopped');
  });
});
