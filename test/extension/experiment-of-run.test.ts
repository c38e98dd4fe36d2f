import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseExperimentFile } from '../../common/experiment/parse';
import { runPaths } from '../../common/run/run-folder';
import { readRunInfo } from '../../common/run/run-info';
import { extensionInWorkspace } from './extension-in-workspace';
import { editor } from './fake-vscode';

const { call, experiment, inWorkspace, item, items, runsOf, start } = extensionInWorkspace();

/** A run that was started with the file `small.mixprop.json`, which exists. */
function launched(): { folder: string; file: string } {
  const [folder] = runsOf('small-1');
  const file = experiment('small');
  const environment = { backend: 'wasm', baseFolder: inWorkspace(), experimentFile: file };
  writeFileSync(runPaths(folder!).environment, JSON.stringify(environment));
  return { folder: folder!, file };
}

test('the experiment file of a run is opened; one that is gone is restored where the person wants it', async () => {
  start();
  const { file } = launched();
  await call('openExperiment');
  expect([editor.shown, editor.told]).toEqual([[file], []]);
  rmSync(file);
  await call('openExperiment', ['small-1']);
  expect(editor.messages).toEqual(['The experiment file of small-1 is no longer there.']);
  expect(existsSync(inWorkspace('small-1.mixprop.json'))).toBe(false);
  editor.answer = 'Restore Experiment';
  await call('openExperiment', ['small-1']);
  expect(editor.shown.at(-1)).toBe(inWorkspace('small-1.mixprop.json'));
});

test('what is restored is exactly what the run has recorded, and no file is overwritten', async () => {
  start();
  const { folder } = launched();
  writeFileSync(inWorkspace('small-1.mixprop.json'), 'precious');
  await items();
  await call('restoreExperiment', await item('small-1'));
  const restored = inWorkspace('small-1-2.mixprop.json');
  expect(editor.shown).toEqual([restored]);
  expect(readFileSync(inWorkspace('small-1.mixprop.json'), 'utf8')).toBe('precious');
  expect(parseExperimentFile(readFileSync(restored), inWorkspace()).experiment).toEqual(readRunInfo(folder).experiment);
});

test('the paths of runs are copied, one a line', async () => {
  start();
  runsOf('small-1', 'small-2');
  const selected = await items();
  await call('copyRunPath', selected[0], selected);
  const paths = ['small-1', 'small-2'].map((name) => join(inWorkspace('runs'), name));
  expect(editor.clipboard.split('\n').sort()).toEqual(paths);
});
