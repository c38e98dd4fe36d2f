import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { thisProcess } from '../../../common/run/process-identity';
import { runPaths } from '../../../common/run/run-folder';
import { acquireRunLock } from '../../../common/run/run-lock';
import { RunRegistry } from '../../../extension/runs/run-registry';
import { temporaryFolders } from '../../common/temporary-folder';
import { writeRun } from '../../trainer/report/report-fixture';
import { editor, newEditors } from '../fake-vscode';

newEditors();
const newFolder = temporaryFolders();
let registry: RunRegistry;
let workspace: string;
let lost: string[];

beforeEach(() => {
  workspace = newFolder();
  editor.folders = [workspace];
  registry = new RunRegistry();
  lost = [];
  registry.onDidLose(({ label }) => lost.push(label));
});
afterEach(() => registry.dispose());

/** A run that this process trains, and the registry follows. */
async function trained(): Promise<string> {
  mkdirSync(join(workspace, 'runs'));
  const folder = writeRun(join(workspace, 'runs'), 'small-1', { end: 'running', steps: 7 });
  acquireRunLock(folder);
  await registry.followLiving();
  await expect.poll(() => registry.runs.map(({ summary, isActive }) => [summary.step, isActive])).toEqual([[7, true]]);
  return folder;
}

test('a run that is deleted in training is lost: no run any more, and told once', async () => {
  rmSync(await trained(), { recursive: true });
  await expect.poll(() => lost).toEqual(['small-1']);
  expect(registry.runs).toEqual([]);
  await registry.refresh();
  expect(lost).toEqual(['small-1']);
});

test('whoever looks first loses it; under its new name it goes on', async () => {
  const folder = await trained();
  renameSync(folder, `${folder}-aside`);
  await registry.refresh();
  expect(lost).toEqual(['small-1']);
  await expect
    .poll(() => registry.runs.map(({ label, isActive }) => [label, isActive]))
    .toEqual([['small-1-aside', true]]);
});

test('a run that was given up, or is over, is not lost', async () => {
  const folder = await trained();
  const finished = writeRun(join(workspace, 'runs'), 'small-2');
  await registry.refresh();
  expect(registry.runs).toHaveLength(2);
  registry.forget(folder);
  rmSync(folder, { recursive: true });
  rmSync(finished, { recursive: true });
  await registry.refresh();
  expect(registry.runs).toEqual([]);
  expect(lost).toEqual([]);
});

test('a folder that is taken out of the workspace takes its runs along, and none of them is lost', async () => {
  const folder = await trained();
  editor.changeFolders(newFolder());
  expect(registry.runs).toEqual([]);
  expect(registry.isRun(folder)).toBe(false);
  expect(lost).toEqual([]);
});

test('of runs on another host those that say they go on are followed', async () => {
  const runs = join(workspace, 'runs');
  mkdirSync(runs);
  for (const [name, end] of [
    ['small-1', 'running'],
    ['small-2', 'stopped'],
  ] as const) {
    const folder = writeRun(runs, name, { end, steps: 7 });
    const holder = { ...thisProcess(), host: 'elsewhere-7', id: 'x' };
    writeFileSync(runPaths(folder).lock, JSON.stringify(holder));
  }
  await registry.refresh();
  const seen = () => registry.runs.map(({ label, isActive, summary }) => [label, isActive, summary.state]).sort();
  await expect.poll(seen).toEqual([
    ['small-1', true, 'running'],
    ['small-2', false, 'stopped'],
  ]);
});

test('a run that was seen before its launch was over is told with the signal that ended its trainer', async () => {
  const folder = await trained();
  const reasons: (string | undefined)[] = [];
  registry.onDidEnd(({ summary }) => reasons.push(summary.reason));
  registry.follow(folder, Promise.resolve('SIGKILL'));
  rmSync(runPaths(folder).lock);
  await expect.poll(() => reasons).toEqual([expect.stringMatching(/^killed by SIGKILL\n/)]);
});
