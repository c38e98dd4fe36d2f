import * as vscode from 'vscode';
import { notesProblem } from '../../common/run/run-notes';
import type { Handlers } from '../shared/command-handler';
import { noteUri } from './note-files';
import type { KnownRun } from './run-description';
import { chooseRuns, noRuns } from './run-picker';
import type { RunRegistry } from './run-registry';

type NotesCommand = 'renameRun' | 'starRun' | 'unstarRun' | 'editRunTags' | 'editRunNote';

/** The commands for what a person says of runs. They change nothing of the runs, so they need no trust. */
export function notesHandlers(registry: RunRegistry): Handlers<NotesCommand> {
  const anyRun = (title: string) => ({ title, fits: () => true, none: noRuns });
  const changeStar = (title: string, star: boolean, none: string) => async (clicked?: unknown, selected?: unknown) => {
    const choice = { title, fits: ({ notes }: KnownRun) => notes.star !== star, none };
    for (const { summary } of await chooseRuns(registry, choice, clicked, selected))
      registry.changeNotes(summary.folder, { star });
  };
  return {
    async renameRun(clicked) {
      const [run] = await chooseRuns(registry, anyRun('Rename Run'), clicked, undefined);
      if (!run) return;
      const { folder, runId } = run.summary;
      const name = await vscode.window.showInputBox({
        title: `Rename ${run.label}`,
        prompt: `What is it called in lists and panels? Empty: ${runId}. Its folder keeps its name.`,
        value: run.notes.name || runId,
        validateInput: (text) => inWords(notesProblem({ name: text })),
      });
      if (name !== undefined) registry.changeNotes(folder, { name: name.trim() === runId ? '' : name });
    },

    starRun: changeStar('Star Run', true, 'There is no run without a star.'),
    unstarRun: changeStar('Unstar Run', false, 'No run has a star.'),

    async editRunTags(clicked, selected) {
      const runs = await chooseRuns(registry, anyRun('Edit Tags'), clicked, selected);
      if (runs.length === 0) return;
      const change = await chooseTags(runs, registry.runs);
      if (change === undefined) return;
      for (const { summary, notes } of runs) {
        const kept = notes.tags.filter((tag) => !change.removed.includes(tag));
        registry.changeNotes(summary.folder, { tags: [...kept, ...change.added] });
      }
    },

    async editRunNote(clicked) {
      const [run] = await chooseRuns(registry, anyRun('Edit Note'), clicked, undefined);
      if (run) await vscode.window.showTextDocument(noteUri(run.summary.folder), { preview: false });
    },
  };
}

interface TagChange {
  added: readonly string[];
  removed: readonly string[];
}

/** Asks for the tags of runs, from those of all runs and new ones. Undefined when the person wants no change. */
async function chooseTags(runs: readonly KnownRun[], all: readonly KnownRun[]): Promise<TagChange | undefined> {
  const title = runs.length === 1 ? `Tags of ${runs[0]!.label}` : `Tags of ${runs.length} runs`;
  const existing = [...new Set(all.flatMap(({ notes }) => notes.tags))].sort((a, b) => a.localeCompare(b));
  if (existing.length === 0) return withNewTags(title, { added: [], removed: [] });
  const hasAll = (tag: string) => runs.every(({ notes }) => notes.tags.includes(tag));
  const items = existing.map((tag) => ({
    label: tag,
    description: countInWords(all.filter(({ notes }) => notes.tags.includes(tag)).length),
    picked: hasAll(tag),
    isNew: false,
  }));
  const further = { label: '$(add) New Tags…', description: '', picked: false, isNew: true };
  const picked = await vscode.window.showQuickPick([...items, further], {
    title,
    placeHolder: 'Tick the tags',
    canPickMany: true,
  });
  if (picked === undefined) return undefined;
  const ticked = new Set(picked.filter(({ isNew }) => !isNew).map(({ label }) => label));
  const change = {
    added: [...ticked].filter((tag) => !hasAll(tag)),
    removed: existing.filter((tag) => hasAll(tag) && !ticked.has(tag)),
  };
  return picked.some(({ isNew }) => isNew) ? withNewTags(title, change) : change;
}

async function withNewTags(title: string, change: TagChange): Promise<TagChange | undefined> {
  const text = await vscode.window.showInputBox({
    title,
    prompt: 'New tags, with commas between them',
    placeHolder: 'ablation, for the paper',
    validateInput: (entered) => inWords(notesProblem({ tags: tagsOf(entered) })),
  });
  return text === undefined ? undefined : { ...change, added: [...change.added, ...tagsOf(text)] };
}

const tagsOf = (text: string): string[] =>
  text
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');

const countInWords = (count: number): string => (count === 1 ? '1 run' : `${count} runs`);

/** As a sentence. */
const inWords = (problem: string | undefined): string | undefined =>
  problem && `${problem[0]!.toUpperCase()}${problem.slice(1)}.`;
