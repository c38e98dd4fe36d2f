import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { ExtensionContext } from 'vscode';
import { acquireRunLock, type RunLock } from '../../common/run/run-lock';
import { activate } from '../../extension/main';
import { commandIds } from '../../extension/shared/command-ids';
import { temporaryFolders } from '../common/temporary-folder';
import { writeRun } from '../trainer/report/report-fixture';
import { editor, newEditors, Uri } from './fake-vscode';

const record = (body: object) =>
  `fs.appendFileSync(folder + '/events.jsonl', JSON.stringify({ seq: 1, time: 1, ...${JSON.stringify(body)} }) + '\\n');`;

/** A trainer that has begun, and goes on until it is killed, or the test is over. */
export const trains = `
  const folder = args[0] === 'resume' ? args[1] : args[3] + '/' + args[5];
  fs.writeFileSync(folder + '/experiment.json', '{}');
  ${record({ type: 'status', state: 'running' })}
  setInterval(() => fs.existsSync(folder) || process.exit(), 50);`;

/** The extension in a workspace of one folder, of each test of the file that calls this. */
export function extensionInWorkspace() {
  newEditors();
  const newFolder = temporaryFolders();
  const locks: RunLock[] = [];
  let workspace: string;
  let script: string;
  let context: { subscriptions: { dispose(): void }[]; [field: string]: unknown };
  beforeEach(() => {
    workspace = newFolder();
    mkdirSync(join(workspace, 'runs'));
    editor.folders = [workspace];
    script = join(workspace, 'mixprop.cjs');
    const state = new Map<string, unknown>();
    context = {
      subscriptions: [],
      asAbsolutePath: () => script,
      extensionUri: Uri.file('/extension'),
      extension: { packageJSON: { version: '1.2.3' } },
      workspaceState: {
        get: (key: string) => state.get(key),
        update: async (key: string, value: unknown) => void state.set(key, value),
      },
    };
  });
  afterEach(() => {
    for (const disposable of context.subscriptions.reverse()) disposable.dispose();
    for (const lock of locks.splice(0)) lock.release();
  });

  const inWorkspace = (...parts: string[]) => join(workspace, ...parts);
  const lock = (folder: string) => locks.push(acquireRunLock(folder));
  const items = async () =>
    (await editor.views.get('mixprop.runs')!.provider.getChildren()) as (Record<string, unknown> & { label: string })[];
  return {
    newFolder,
    inWorkspace,
    /** Activates it. */
    start: () => activate(context as unknown as ExtensionContext),
    call: (name: keyof typeof commandIds, ...args: unknown[]) => editor.commands.get(commandIds[name])!(...args),
    runsOf: (...names: string[]) => names.map((name) => writeRun(inWorkspace('runs'), name)),
    items,
    item: async (label: string) => (await items()).find((one) => one.label === label),
    /** As far as anybody can tell, the run in the folder is in training: this process holds its lock. */
    lock,
    /** Their trainers stop. */
    unlock: () => {
      for (const held of locks.splice(0)) held.release();
    },
    /** A run that is in training. */
    training: (name: string): string => {
      const folder = writeRun(inWorkspace('runs'), name, { end: 'running', steps: 7 });
      lock(folder);
      return folder;
    },
    /** Writes what runs in place of `mixprop`: its arguments are in `args`. */
    mixprop: (text: string) =>
      writeFileSync(script, `const fs = require('node:fs'); const args = process.argv.slice(2); ${text}`),
    experiment: (name: string, text = `{ "name": "${name}", "dataset": { "type": "shapes" } }`): string => {
      const file = inWorkspace(`${name}.mixprop.json`);
      writeFileSync(file, text);
      return file;
    },
  };
}
