import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runPaths } from '../../common/run/run-folder';
import { changeRunNotes, readRunNotes } from '../../common/run/run-notes';
import { extensionInWorkspace } from './extension-in-workspace';
import { editor, Uri } from './fake-vscode';

const { call, inWorkspace, item, items, runsOf, start, training } = extensionInWorkspace();

describe('the name of a run', () => {
  test('is what it goes by in the view and in panels, until it is taken back', async () => {
    const folder = training('small-1');
    start();
    await expect.poll(() => editor.statusBar[0]?.text).toContain('small-1');
    await call('showLossCurves');
    editor.inputs = ['  Grundlinie / 基準 🌱 '];
    await call('renameRun', await item('small-1'));
    expect(editor.asked).toMatchObject([{ title: 'Rename small-1', value: 'small-1' }]);
    expect(readRunNotes(folder!).name).toBe('Grundlinie / 基準 🌱');
    const [named] = await items();
    expect(named).toMatchObject({ label: 'Grundlinie / 基準 🌱', description: expect.stringMatching(/ · small-1$/) });
    await expect.poll(() => editor.panels[0]?.title).toBe('Loss Curves: Grundlinie / 基準 🌱');
    await expect.poll(() => editor.statusBar[0]?.text).toContain('Grundlinie / 基準 🌱 35 %');
    editor.inputs = ['small-1'];
    await call('renameRun', named);
    expect(readRunNotes(folder!).name).toBe('');
    await expect.poll(() => editor.panels[0]?.title).toBe('Loss Curves: small-1');
  });

  test('has up to 200 characters, whatever they are; a longer one is refused with the remedy', async () => {
    start();
    const [folder] = runsOf('small-1');
    await call('refreshRuns');
    editor.inputs = ['💡'.repeat(201), 'two\nlines', '💡'.repeat(200)];
    await call('renameRun');
    expect(editor.refused).toEqual([
      'The name has 201 characters: use up to 200, the note takes the rest.',
      'The name has a line break or another control character: leave it out.',
    ]);
    expect(readRunNotes(folder!).name).toBe('💡'.repeat(200));
  });

  test('that another run has too is told apart', async () => {
    start();
    for (const folder of runsOf('small-1', 'small-2')) changeRunNotes(folder, { name: 'Same' });
    expect((await items()).map(({ label }) => label).sort()).toEqual(['Same (small-1)', 'Same (small-2)']);
  });
});

describe('stars and tags', () => {
  test('runs are starred and tagged together, each keeping its own', async () => {
    start();
    const [one, two] = runsOf('small-1', 'small-2', 'small-3');
    changeRunNotes(one!, { tags: ['paper', 'old'] });
    changeRunNotes(two!, { tags: ['paper'], star: true });
    await items();
    const both = [await item('small-1'), await item('small-2')];
    await call('starRun', both[0], both);
    expect((await item('small-1'))?.contextValue).toBe('run.finished.starred');
    expect((await item('small-3'))?.contextValue).toBe('run.finished');
    editor.picks = [['old', '$(add) New Tags…']];
    editor.inputs = ['a,\tb', ' ablation , , seeds '];
    await call('editRunTags', both[0], both);
    expect([editor.offered, editor.ticked]).toEqual([[['old', 'paper', '$(add) New Tags…']], [['paper']]]);
    expect(editor.refused).toEqual([]);
    expect(readRunNotes(one!)).toMatchObject({ star: true, tags: ['old', 'a', 'b'] });
    expect(readRunNotes(two!)).toMatchObject({ star: true, tags: ['old', 'a', 'b'] });
    expect((await item('small-1'))?.description).toMatch(/^★ · .* · #old #a #b$/);
    await call('unstarRun', both[0], both);
    expect((await item('small-2'))?.contextValue).toBe('run.finished');
    await call('unstarRun');
    expect(editor.messages).toEqual(['No run has a star.']);
  });

  test('where there is no tag yet, new ones are asked for at once; too long a one is refused', async () => {
    start();
    const [folder] = runsOf('small-1');
    editor.inputs = ['x'.repeat(51), 'x'];
    await call('editRunTags');
    expect(editor.refused).toEqual([`The tag "${'x'.repeat(51)}" has 51 characters: use up to 50.`]);
    expect([readRunNotes(folder!).tags, editor.offered]).toEqual([['x'], []]);
  });
});

describe('the note of a run', () => {
  test('is edited as a text of several lines, and is in the tooltip', async () => {
    start();
    const [folder] = runsOf('small-1');
    await call('editRunNote');
    expect(editor.shown).toEqual([join(folder!, 'Note of small-1.txt')]);
    const files = editor.fileSystems.get('mixprop-note');
    const uri = Uri.file(editor.shown[0]!).with({ scheme: 'mixprop-note' });
    expect(Buffer.from(files.readFile(uri)).toString()).toBe('');
    files.writeFile(uri, Buffer.from('Für das Paper:\nzweite Zeile\n\n'));
    expect(readRunNotes(folder!).note).toBe('Für das Paper:\nzweite Zeile');
    const { mtime, size } = files.stat(uri);
    expect(size).toBe(Buffer.byteLength('Für das Paper:\nzweite Zeile'));
    // A star is no change of the text.
    await call('starRun');
    expect(files.stat(uri).mtime).toBe(mtime);
    const shown = await item('small-1');
    editor.views.get('mixprop.runs')!.provider.resolveTreeItem(shown, shown);
    expect((shown!.tooltip as { value: string }).value).toContain('**Note:** Für das Paper:\nzweite Zeile');
    expect(() => files.writeFile(uri, Buffer.from('x'.repeat(10_001)))).toThrow('use up to 10000');
    expect(() => files.readFile(Uri.file(inWorkspace('runs', 'other', 'Note of other.txt')))).toThrow('there is no');
  });

  test('a change that another window makes appears, and redraws the view', async () => {
    start();
    const [folder] = runsOf('small-1');
    await items();
    let redrawn = 0;
    editor.views.get('mixprop.runs')!.provider.onDidChangeTreeData(() => redrawn++);
    changeRunNotes(folder!, { note: 'seen' });
    await call('refreshRuns');
    await expect.poll(() => redrawn).toBe(1);
  });

  test('a damaged file is named and never overwritten', async () => {
    start();
    const [folder] = runsOf('small-1');
    const { notes } = runPaths(folder!);
    writeFileSync(notes, '{ "star": ');
    expect((await items())[0]?.description).toMatch(/ · damaged notes$/);
    await call('starRun');
    expect(editor.messages).toEqual([expect.stringMatching(/notes\.json .*correct it, or delete it to begin anew/)]);
    expect(readFileSync(notes, 'utf8')).toBe('{ "star": ');
  });
});
