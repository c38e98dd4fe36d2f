import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { runPaths } from '../../common/run/run-folder';
import { changeRunNotes } from '../../common/run/run-notes';
import { writeRun } from '../trainer/report/report-fixture';
import { extensionInWorkspace } from './extension-in-workspace';
import { editor } from './fake-vscode';

const { call, inWorkspace, item, items, newFolder, runsOf, start, training } = extensionInWorkspace();

describe('the runs of the workspace', () => {
  test('the view lists them while it is seen; what comes appears', async () => {
    start();
    runsOf('small-1');
    const view = editor.views.get('mixprop.runs')!;
    expect((await items()).map(({ label }) => label)).toEqual(['small-1']);
    let redrawn = 0;
    view.provider.onDidChangeTreeData(() => redrawn++);
    runsOf('small-2');
    await call('refreshRuns');
    await expect.poll(() => redrawn).toBe(1);
    expect((await items()).map(({ label }) => label).sort()).toEqual(['small-1', 'small-2']);
    await call('refreshRuns');
    expect(redrawn).toBe(1);
  });

  test('they are grouped by experiment or by tag, as often as they have tags, and stay so in the next window', async () => {
    start();
    const [one, two] = runsOf('small-1', 'small-2', 'other-1');
    changeRunNotes(one!, { tags: ['paper', 'first'] });
    changeRunNotes(two!, { tags: ['paper'] });
    const { provider } = editor.views.get('mixprop.runs')!;
    /** The groups with their runs, all in the order of their names. */
    const groups = async (tree = provider) => {
      const found: [string, string[]][] = [];
      for (const group of await tree.getChildren()) {
        const runs = (await tree.getChildren(group)) as { label: string }[];
        found.push([group.label, runs.map(({ label }) => label).sort()]);
      }
      return found.sort();
    };
    await items();
    editor.picks = ['By Experiment', 'By Tag', 'Not at all', 'By Tag'];
    await call('groupRuns');
    expect(await groups()).toEqual(['other-1', 'small-1', 'small-2'].map((name) => [name, [name]]));
    await call('groupRuns');
    const byTag = [
      ['Without a tag', ['other-1']],
      ['first', ['small-1']],
      ['paper', ['small-1', 'small-2']],
    ];
    expect(await groups()).toEqual(byTag);
    expect((await provider.getChildren()).at(-1).label).toBe('Without a tag');
    const all = (await provider.getChildren()).flatMap((group: { items: { id: string }[] }) => group.items);
    expect(new Set(all.map(({ id }: { id: string }) => id)).size).toBe(4);
    let redrawn = 0;
    provider.onDidChangeTreeData(() => redrawn++);
    await call('refreshRuns');
    expect(redrawn).toBe(0);
    changeRunNotes(two!, { tags: [] });
    await call('refreshRuns');
    await expect.poll(() => redrawn).toBe(1);
    await call('groupRuns');
    expect((await items()).map(({ label }) => label).sort()).toEqual(['other-1', 'small-1', 'small-2']);
    await call('groupRuns');
    start();
    const [next] = [editor.views.get('mixprop.runs')!.provider];
    expect((await groups(next)).map(([name]) => name)).toEqual(['Without a tag', 'first', 'paper']);
  });

  test('they are looked for where the setting says, which is as good as empty when it is blank', async () => {
    start();
    const elsewhere = newFolder();
    writeRun(elsewhere, 'other-1');
    runsOf('small-1');
    editor.changeSetting('runsFolder', elsewhere);
    await call('refreshRuns');
    expect((await items()).map(({ label }) => label)).toEqual(['other-1']);
    editor.changeSetting('runsFolder', ' ');
    await call('refreshRuns');
    expect((await items()).map(({ label }) => label)).toEqual(['small-1']);
  });

  test('the status bar tells of those in training, and fails are told once', async () => {
    const folder = training('small-1');
    start();
    await expect.poll(() => editor.statusBar[0]?.text).toContain('small-1 35 %');
    expect(editor.statusBar[0]!.command?.arguments).toEqual([[folder]]);
    const failed = { seq: 9999, time: 99, type: 'status', state: 'failed', reason: 'no memory left' };
    appendFileSync(runPaths(folder).events, `${JSON.stringify(failed)}\n`);
    await expect.poll(() => editor.told).toMatchObject([{ kind: 'error', message: 'small-1 failed: no memory left' }]);
    expect(editor.told[0]!.buttons).toEqual(['Resume', 'Show Log']);
    await expect.poll(() => editor.statusBar[0]!.isShown).toBe(false);
  });

  test('a run that stops is no failure; one that failed before the window was there is not told', async () => {
    const stopping = training('small-1');
    writeRun(inWorkspace('runs'), 'small-2', { end: 'failed' });
    start();
    await expect.poll(() => editor.statusBar[0]?.isShown).toBe(true);
    await call('refreshRuns');
    appendFileSync(
      runPaths(stopping).events,
      `${JSON.stringify({ seq: 9999, time: 99, type: 'status', state: 'stopped' })}\n`,
    );
    await expect.poll(() => editor.statusBar[0]!.isShown).toBe(false);
    expect(editor.told).toEqual([]);
  });

  test('a run folder that vanishes in training is told', async () => {
    const folder = training('small-1');
    start();
    await expect.poll(() => editor.statusBar[0]?.isShown).toBe(true);
    rmSync(folder, { recursive: true });
    await expect.poll(() => editor.messages).toEqual([expect.stringContaining('The folder of small-1 was deleted')]);
  });

  test('the log of a run has what its trainer printed and recorded', async () => {
    start();
    const [folder] = runsOf('small-1');
    writeFileSync(runPaths(folder!).log, 'hello\nsmall-1: epoch 1 of 4\nhalf a li');
    await call('showRunLog');
    const channel = editor.channels.find(({ name }) => name === 'MixProp: small-1')!;
    expect(channel.shows).toBe(1);
    await expect.poll(() => channel.text).toContain('[info] epoch 4: training loss');
    await expect.poll(() => channel.text).toContain('\nhello\n');
    expect(channel.text).not.toMatch(/epoch 1 of 4|half a li|\[error\]/);
    rmSync(runPaths(folder!).events);
    mkdirSync(runPaths(folder!).events);
    await expect.poll(() => channel.text).toContain('[error] events.jsonl cannot be read: ');
    await call('showRunLog', await item('small-1'));
    expect(editor.channels.filter(({ name }) => name === 'MixProp: small-1')).toHaveLength(1);
  });
});
