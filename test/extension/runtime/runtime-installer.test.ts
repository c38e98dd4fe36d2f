import { beforeEach, expect, test } from 'vitest';
import type { MixpropCli } from '../../../extension/process/mixprop-cli';
import type { CommandEnd } from '../../../extension/process/mixprop-command';
import { RuntimeInstaller } from '../../../extension/runtime/runtime-installer';
import { editor, newEditors } from '../fake-vscode';

newEditors();
/** What the installation prints, and how it ends. */
let printed: object[];
let end: Partial<CommandEnd>;
const failures: string[] = [];

const cli = {
  run: async ([, command]: string[], output?: { onLine?(line: string): void }) => {
    if (command === 'list') return { status: 0, lines: ['[]'] };
    for (const line of ['not JSON', '{"type":"new in 2.0"}', ...printed.map((message) => JSON.stringify(message))]) {
      output?.onLine?.(line);
    }
    return { signal: null, isCancelled: false, lines: [], lastWords: [], ...end };
  },
  reportFailure: async (what: string, reason: string) => failures.push(`${what}: ${reason}`),
} as unknown as MixpropCli;

async function install(): Promise<void> {
  editor.picks = ['TensorFlow for the CPU'];
  await new RuntimeInstaller(cli).choose();
}

beforeEach(() => {
  printed = [];
  failures.length = 0;
});

test('an installation shows its progress, and which version is there then', async () => {
  printed = [
    { type: 'plan', name: 'tensorflow', downloadBytes: 270e6, diskBytes: 900e6, folder: '/tensorflow' },
    { type: 'progress', phase: 'unpacking', done: 0, total: 9 },
    { type: 'installed', name: 'tensorflow', folder: '/tensorflow', version: '2.21.0' },
  ];
  end = { status: 0, isCancelled: true };
  await install();
  expect(editor.progress).toEqual(['270 MB to download, 900 MB on disk', 'unpacking']);
  expect(editor.messages).toEqual([
    'tensorflow (TensorFlow 2.21.0) is installed. New runs compute with it, unless mixprop.backend says otherwise.',
  ]);
});

test('one that fails is told with its words, one that is cancelled is not', async () => {
  end = { status: 1, lastWords: ['mixprop: the disk is full'] };
  await install();
  expect(failures).toEqual(['Installing tensorflow: the disk is full']);
  end = { status: 130, isCancelled: true };
  await install();
  expect(failures).toHaveLength(1);
  expect(editor.messages).toEqual([]);
});
