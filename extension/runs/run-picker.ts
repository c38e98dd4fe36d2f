import * as vscode from 'vscode';
import { describeRun, type KnownRun, likeliestFirst, runIcon } from './run-description';
import type { RunRegistry } from './run-registry';
import { RunItem, themeIcon } from './runs-view';

interface RunPickItem extends vscode.QuickPickItem {
  run: KnownRun;
}

/**
 * The runs a command is about: those it was called on in the view (the clicked one and, where several are selected, all),
 * or undefined when it was called from elsewhere.
 */
export function runsOfCall(clicked: unknown, selected: unknown): KnownRun[] | undefined {
  if (!(clicked instanceof RunItem)) return undefined;
  const items = Array.isArray(selected) ? selected.filter((item) => item instanceof RunItem) : [];
  return items.includes(clicked) ? items.map(({ run }) => run) : [clicked.run];
}

export const noRuns = 'There are no runs in this workspace yet.';

/** How runs are chosen for a command. */
export interface RunChoice {
  title: string;
  fits(run: KnownRun): boolean;
  /** What to say when no run fits. */
  none: string;
}

/** The runs a command is for: of those it was called on, by items or folders and ids, the ones that fit, as they are now. */
export async function chooseRuns(
  registry: RunRegistry,
  { title, fits, none }: RunChoice,
  clicked: unknown,
  selected: unknown,
): Promise<KnownRun[]> {
  const called = isTexts(clicked)
    ? registry.foldersOf(clicked)
    : runsOfCall(clicked, selected)?.map(({ summary }) => summary.folder);
  if (called === undefined) {
    const picked = await pickRun(registry, title, fits, none);
    return picked ? [picked] : [];
  }
  const runs = called.flatMap((folder) => registry.find(folder) ?? []).filter(fits);
  if (runs.length === 0) void vscode.window.showInformationMessage(none);
  return runs;
}

export function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/**
 * Lets the person choose one of the runs that fit; without asking where only one does.
 * @param none what to say when no run fits
 */
export async function pickRun(
  registry: RunRegistry,
  title: string,
  fits: (run: KnownRun) => boolean,
  none: string,
): Promise<KnownRun | undefined> {
  await registry.refresh();
  const fitting = likeliestFirst(registry.runs.filter(fits));
  if (fitting.length === 0) {
    void vscode.window.showInformationMessage(none);
    return undefined;
  }
  if (fitting.length === 1) return fitting[0];
  const picked = await vscode.window.showQuickPick(fitting.map(pickItem), {
    title,
    placeHolder: 'Which run?',
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return picked?.run;
}

/** Lets the person choose any number of runs; those in the folders `chosen` are ticked. */
export async function pickRuns(
  registry: RunRegistry,
  title: string,
  chosen: ReadonlySet<string>,
): Promise<KnownRun[] | undefined> {
  await registry.refresh();
  const items = likeliestFirst(registry.runs).map((run) => ({
    ...pickItem(run),
    picked: chosen.has(run.summary.folder),
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title,
    placeHolder: 'Runs to show together',
    canPickMany: true,
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return picked?.map(({ run }) => run);
}

function pickItem(run: KnownRun): RunPickItem {
  const { method, architecture } = run.summary;
  return {
    label: run.label,
    description: describeRun(run),
    detail: [method, architecture].filter((text) => text !== '').join(' · '),
    iconPath: themeIcon(runIcon(run)),
    run,
  };
}
