import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { writeRun } from '../trainer/report/report-fixture';
import { CamPanel } from './cam-panel';
import { CurvesPanel } from './curves-panel';
import { useEditor } from './scenario';
import { trainExperiment, writeSmallExperiment } from './small-runs';
import { Workbench } from './workbench';

/** The kinds of panels: the list that says what they show, and what it has when all of `writeWholeRun`'s run is there. */
const kinds = {
  'Loss Curves': ['#summary', '[data-steps="15"]'],
  'BN Divergence': ['#divergence-summary', '[data-last-epoch="5"]'],
  Robustness: ['#robustness-summary', '[data-branch="aux"]'],
  'CAM Overlays': ['#cam-summary', '[data-branch="aux"][data-shown="2"]'],
} as const;

/** Trains a run with maps and an evaluation, so that every panel has something to show of it. */
function writeWholeRun(place: string): void {
  mkdirSync(place, { recursive: true });
  const settings = { trainingImages: 48, explain: { images: [3, 4], every: 1 } };
  trainExperiment(writeSmallExperiment(place, 'whole', 'mixprop', settings), place, 'whole');
  const command = ['dist/mixprop.js', 'evaluate', join(place, 'runs', 'whole'), '--corruptions', 'fog'];
  const { status, stderr } = spawnSync(process.execPath, [...command, '--backend', 'wasm'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

const renameAside = (folder: string) => renameSync(folder, `${folder}-aside`);

describe('two folders with a run of the same id', () => {
  const scenario = useEditor('equal-run-ids', {
    prepare: (workspace) => {
      writeRun(join(workspace, 'a', 'runs'), 'small-1', { seed: 1 });
      writeRun(join(workspace, 'b', 'runs'), 'small-1', { seed: 2, method: 'vanilla', stepsPerEpoch: 3, steps: 12 });
      writeFileSync(join(workspace, 'a', 'notes.txt'), 'beside the panels\n');
      writeWholeRun(join(workspace, 'kept'));
      const folders = ['a', 'b'].map((path) => ({ path }));
      writeFileSync(join(workspace, 'both.code-workspace'), JSON.stringify({ folders }));
    },
    workspaceFile: 'both.code-workspace',
  });
  const workbench = () => new Workbench(scenario.editor);
  const panel = () => new CurvesPanel(scenario.editor.page);
  const groups = () => scenario.editor.page.locator('.editor-group-container');
  const tabsOf = (group: number) => groups().nth(group).locator('.tab').allTextContents();
  const runFolder = () => join(scenario.editor.workspace, 'b', 'runs', 'small-1');

  /** What the curves panel on screen says of its runs. */
  const shown = async (): Promise<Record<string, string>> => {
    const items: Locator = panel().document.locator('#summary [data-run-label]');
    const found = await items.evaluateAll((all) =>
      all.map(({ dataset }) => [dataset.runLabel, `${dataset.state} ${dataset.steps}`] as [string, string]),
    );
    return Object.fromEntries(found);
  };

  test('they are drawn as two runs', async () => {
    await workbench().openFile('a/notes.txt');
    await workbench().runCommand('MixProp: Show Loss Curves');
    await workbench().pickAll();
    await expect
      .poll(shown, { timeout: 60_000 })
      .toEqual({ 'small-1 (a)': 'finished 20', 'small-1 (b)': 'finished 12' });
    await scenario.editor.screenshot('equal-run-ids');
  });

  test('a click on one of them shows its curves, beside the editor', async () => {
    await workbench().showRunsView();
    await scenario.editor.page.getByRole('treeitem', { name: /^small-1 \(b\)/ }).click();
    await expect.poll(shown, { timeout: 60_000 }).toEqual({ 'small-1 (b)': 'finished 12' });
    expect(await groups().count()).toBe(2);
    expect((await tabsOf(1)).join()).toMatch(/Loss Curves: small-1 \([ab]\) and 1 more.*Loss Curves: small-1 \(b\)/);
  });

  test('all kinds of panels share a column, which follows where one is moved', async () => {
    for (const [index, command] of ['Show BN Divergence', 'Show CAM Overlays'].entries()) {
      await workbench().runCommand(`MixProp: ${command}`);
      await workbench().pick('small-1 (a)');
      await expect.poll(async () => (await tabsOf(1)).length).toBe(3 + index);
    }
    expect(await groups().count()).toBe(2);
    await scenario.editor.screenshot('one-column');
    await workbench().runCommand('View: Move Editor into Left Group');
    await expect.poll(async () => (await tabsOf(0)).length).toBe(2);
    await workbench().runCommand('MixProp: Show Robustness');
    await workbench().pick('small-1 (a)');
    await expect.poll(async () => (await tabsOf(0)).join()).toContain('Robustness: small-1 (a)');
    expect(await groups().count()).toBe(2);
  });

  test('a reloaded window has the same runs in the same panels, and opens no further column', async () => {
    await workbench().runCommand('View: Close All Editors');
    await workbench().openFile('a/notes.txt');
    await workbench().runCommand('MixProp: Show Loss Curves');
    await workbench().pick('small-1 (b)');
    await workbench().runCommand('MixProp: Show BN Divergence');
    await workbench().pick('small-1 (a)');
    await expect.poll(async () => (await tabsOf(1)).length).toBe(2);
    await workbench().reloadWindow();
    // Behind the other panel, this one is not made anew yet.
    await expect.poll(async () => (await tabsOf(1)).length).toBe(2);
    await workbench().runCommand('View: Focus First Editor Group');
    await workbench().runCommand('MixProp: Show Robustness');
    await workbench().pick('small-1 (a)');
    await expect.poll(async () => (await tabsOf(1)).length).toBe(3);
    expect(await groups().count()).toBe(2);
    // A command finds the panel that waits behind the others.
    await workbench().runCommand('MixProp: Show Loss Curves');
    await workbench().pick('small-1 (b)');
    await expect.poll(shown, { timeout: 60_000 }).toEqual({ 'small-1 (b)': 'finished 12' });
    expect(await tabsOf(1)).toHaveLength(3);
  });

  test('a deleted run keeps its curves and is marked as gone, until it is back or another one', async () => {
    await workbench().runCommand('View: Close All Editors');
    await workbench().showRunsView();
    await scenario.editor.page.getByRole('treeitem', { name: /^small-1 \(b\)/ }).click();
    await expect.poll(shown, { timeout: 60_000 }).toEqual({ 'small-1 (b)': 'finished 12' });
    renameSync(runFolder(), `${scenario.editor.workspace}/away`);
    await expect.poll(shown).toEqual({ 'small-1 (b)': 'gone 12' });
    await expect.poll(() => scenario.editor.page.getByRole('treeitem', { name: /^small-1/ }).count()).toBe(1);
    await expect.poll(() => panel().document.locator('.gone-notice').textContent()).toContain('no longer there');
    await scenario.editor.screenshot('gone-run');
    renameSync(`${scenario.editor.workspace}/away`, runFolder());
    await expect.poll(shown).toEqual({ 'small-1 (b)': 'finished 12' });
    rmSync(runFolder(), { recursive: true });
    await expect.poll(shown).toEqual({ 'small-1 (b)': 'gone 12' });
    mkdirSync(join(scenario.editor.workspace, 'b', 'runs'), { recursive: true });
    writeRun(join(scenario.editor.workspace, 'b', 'runs'), 'small-1', { seed: 3, stepsPerEpoch: 4, steps: 16 });
    await expect.poll(shown).toEqual({ 'small-1 (b)': 'finished 16' });
    expect(await panel().document.locator('.run .description').textContent()).toContain('mixprop');
    rmSync(runFolder(), { recursive: true });
    await panel().document.locator('.gone-notice vscode-button', { hasText: 'Remove' }).click();
    await expect.poll(() => panel().document.locator('.notice h2').first().textContent()).toBe('No run to show');
  });

  const lose = { deleted: (folder: string) => rmSync(folder, { recursive: true }), renamed: renameAside };
  test.each(Object.entries(lose))('every kind of panel keeps what it shows of a run that is %s', async (how, lose) => {
    const runId = `whole-${how}`;
    const folder = join(scenario.editor.workspace, 'b', 'runs', runId);
    cpSync(join(scenario.editor.workspace, 'kept', 'runs', 'whole'), folder, { recursive: true });
    await workbench().runCommand('View: Close All Editors');
    const { document } = panel();
    /** What the panel on screen says, item by item. */
    const items = (list: string) =>
      document.locator(`${list} [data-run-id]`).evaluateAll((all) => all.map(({ dataset }) => ({ ...dataset })));
    const before = new Map<string, Record<string, string | undefined>[]>();
    for (const [title, [list, complete]] of Object.entries(kinds)) {
      await workbench().runCommand(`MixProp: Show ${title}`);
      await workbench().pick(runId);
      await document.locator(`${list} ${complete}`).waitFor({ state: 'attached', timeout: 60_000 });
      before.set(title, await items(list));
    }
    await workbench().showRunsView();
    lose(folder);
    for (const [title, [list]] of Object.entries(kinds).reverse()) {
      await groups().last().locator('.tab', { hasText: title }).click();
      const after = before.get(title)!.map((item) => ({ ...item, state: 'gone' }));
      await expect.poll(() => items(list)).toEqual(after);
      await document.locator('.gone-notice', { hasText: `folder of ${runId} is no longer there` }).waitFor();
      await document.locator('.gone-notice vscode-button', { hasText: 'Choose Runs' }).waitFor();
      await scenario.editor.screenshot(`${runId}-${list.slice(1)}`);
      expect(await document.locator('vscode-button:visible', { hasText: 'Choose Images' }).count()).toBe(0);
    }
    // Behind the others since; of an epoch that was not shown nothing is kept.
    await groups().last().locator('.tab', { hasText: 'CAM Overlays' }).click();
    await new CamPanel(scenario.editor.page).showEpoch(1);
    await document.getByText('only what was shown last is kept').first().waitFor();
    await scenario.editor.screenshot(`${runId}-other-epoch`);
    const listed = scenario.editor.page.getByRole('treeitem', { name: new RegExp(`^${runId},`) });
    await expect.poll(() => listed.count()).toBe(0);
  });

  test('Choose Runs shows the run by its new name', async () => {
    await groups().last().locator('.tab', { hasText: 'Loss Curves' }).click();
    await panel().document.locator('.gone-notice vscode-button', { hasText: 'Choose Runs' }).click();
    await workbench().pick('whole-renamed-aside');
    await expect.poll(shown, { timeout: 60_000 }).toEqual({ 'whole-renamed-aside': 'finished 15' });
  });
});
