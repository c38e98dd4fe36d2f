import * as vscode from 'vscode';
import type { KnownRun } from './run-description';

/** What the runs of the view can be grouped by, with what that is called. */
export const groupings = {
  none: 'Not at all',
  experiment: 'By Experiment',
  tag: 'By Tag',
} as const;
export type Grouping = keyof typeof groupings;

/** Runs that have something in common. */
export interface RunGroup {
  name: string;
  runs: KnownRun[];
}

/**
 * Groups in the order of their first runs, within them as given. A run is in the group of each of its tags; those without come last.
 */
export function groupRuns(runs: readonly KnownRun[], grouping: Exclude<Grouping, 'none'>): RunGroup[] {
  const groups = new Map<string, KnownRun[]>();
  const rest: KnownRun[] = [];
  for (const run of runs) {
    const names = grouping === 'experiment' ? [run.summary.name] : run.notes.tags;
    if (names.length === 0) rest.push(run);
    for (const name of names) groups.set(name, [...(groups.get(name) ?? []), run]);
  }
  const named = [...groups].map(([name, members]) => ({ name, runs: members }));
  return rest.length === 0 ? named : [...named, { name: 'Without a tag', runs: rest }];
}

const stateKey = 'runs.grouping';

export function readGrouping(state: vscode.Memento): Grouping {
  const kept = state.get<string>(stateKey);
  return kept !== undefined && Object.hasOwn(groupings, kept) ? (kept as Grouping) : 'none';
}

/** Asks how to group, and remembers it for the workspace. Undefined when the person wants no change. */
export async function chooseGrouping(state: vscode.Memento): Promise<Grouping | undefined> {
  const current = readGrouping(state);
  const items = (Object.keys(groupings) as Grouping[]).map((value) => ({
    label: groupings[value],
    description: value === current ? 'now' : '',
    value,
  }));
  const picked = await vscode.window.showQuickPick(items, { title: 'Group Runs', placeHolder: 'How?' });
  if (picked) await state.update(stateKey, picked.value);
  return picked?.value;
}
