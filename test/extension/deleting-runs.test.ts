import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { LiveServer } from '../../common/live/live-server';
import { runPaths } from '../../common/run/run-folder';
import { extensionInWorkspace } from './extension-in-workspace';
import { editor } from './fake-vscode';

const { call, inWorkspace, item, items, runsOf, start, training, unlock } = extensionInWorkspace();

const labels = async () => (await items()).map(({ label }) => label).sort();
const trash = () => inWorkspace('runs', '.trash');
/** Every file of a folder with its contents. */
const contentsOf = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => [name, readFileSync(join(parentPath, name), 'latin1')])
    .sort();

describe('deleting a run', () => {
  test('needs no question, and is undone exactly, while panels keep what they show', async () => {
    start();
    const [folder] = runsOf('small-1', 'small-2');
    mkdirSync(runPaths(folder!).checkpoints);
    writeFileSync(join(runPaths(folder!).checkpoints, 'last.safetensors'), 'weights');
    writeFileSync(runPaths(folder!).lock, '{"pid": 1}');
    const before = contentsOf(folder!);
    await items();
    await call('showLossCurves', await item('small-1'));
    editor.answer = 'Undo';
    await call('deleteRun', await item('small-1'));
    expect(editor.told).toEqual([{ kind: 'information', message: 'small-1 was deleted.', buttons: ['Undo'] }]);
    await expect.poll(() => existsSync(folder!)).toBe(true);
    expect(contentsOf(folder!)).toEqual(before);
    await expect.poll(labels).toEqual(['small-1', 'small-2']);
    expect([editor.panels[0]?.title, editor.trashed, existsSync(trash())]).toEqual(['Loss Curves: small-1', [], false]);
  });

  test('moves it to the trash of the system once the notice is put away', async () => {
    start();
    const [folder] = runsOf('small-1');
    await call('deleteRun');
    await expect.poll(() => editor.trashed).toEqual([expect.stringMatching(/^small-1-\d{4}-\d\d-\d\dT/)]);
    expect(existsSync(folder!)).toBe(false);
    expect(await labels()).toEqual([]);
    await expect.poll(() => existsSync(trash())).toBe(false);
  });

  test('keeps it beside the runs where the system has no trash', async () => {
    editor.hasTrash = false;
    start();
    const [folder] = runsOf('small-1');
    const before = contentsOf(folder!);
    await call('deleteRun');
    expect(await labels()).toEqual([]);
    const [kept, ...others] = readdirSync(trash());
    expect([contentsOf(join(trash(), kept!)), others]).toEqual([before, []]);
  });

  test('of several is asked about first, with their names', async () => {
    start();
    const folders = runsOf(...Array.from({ length: 12 }, (_, i) => `small-${i + 1}`));
    const selected = await items();
    await call('deleteRun', selected[0], selected);
    expect(folders.every((folder) => existsSync(folder))).toBe(true);
    editor.answer = 'Delete';
    await call('deleteRun', selected[0], selected);
    expect(editor.messages).toEqual([
      'Delete 12 runs with all their checkpoints?',
      'Delete 12 runs with all their checkpoints?',
      '12 runs were deleted.',
    ]);
    expect(await labels()).toEqual([]);
  });
});

test('a run that is in training is not deleted; it is offered to stop it, and the others go', async () => {
  const folder = training('small-1');
  const [other] = runsOf('small-2');
  start();
  const server = await LiveServer.start({ folder, onStop: () => unlock() });
  await expect.poll(async () => (await item('small-1'))?.contextValue).toBe('run.active');
  const both = [await item('small-1'), await item('small-2')];
  editor.answer = 'Stop Run';
  await call('deleteRun', both[0], both);
  expect(editor.told[0]).toEqual({
    kind: 'warning',
    message: 'small-1 is in training: stop it first, then delete.',
    buttons: ['Stop Run'],
  });
  expect([existsSync(folder), existsSync(other!)]).toEqual([true, false]);
  await expect.poll(() => existsSync(runPaths(folder).lock)).toBe(false);
  await server.close();
});
