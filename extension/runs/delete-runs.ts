import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { moveToTrash, removeEmptyTrash, restoreFromTrash } from '../../common/run/run-trash';
import { trainerPresence } from '../../common/run/trainer-presence';
import { commandIds } from '../shared/command-ids';
import { offer } from '../shared/offer';
import type { KnownRun } from './run-description';
import type { RunRegistry } from './run-registry';

/** How many runs a question lists by name. */
const maxListed = 10;

/** A run that was deleted, and may be brought back. */
interface DeletedRun {
  label: string;
  folder: string;
  /** Where it is now. */
  place: string;
}

/**
 * Deletes runs, several only after a question. They wait in `.trash/` of their runs folder for as long as the notice offers to undo
 * it, and are in the system's trash after that. One that is in training is refused.
 */
export async function deleteRuns(runs: readonly KnownRun[], registry: RunRegistry): Promise<void> {
  const isBusy = ({ summary, isActive }: KnownRun) => isActive || trainerPresence(summary.folder) === 'alive';
  const busy = runs.filter(isBusy);
  if (busy.length > 0) void refuse(busy);
  const asked = runs.filter((run) => !isBusy(run));
  if (asked.length === 0 || (asked.length > 1 && !(await confirm(asked)))) return;
  const deleted: DeletedRun[] = [];
  try {
    // Much may have happened while the question stood there.
    for (const run of asked.filter((one) => !isBusy(one))) {
      const { folder } = run.summary;
      deleted.push({ label: run.label, folder, place: moveToTrash(folder) });
      registry.forget(folder);
    }
  } finally {
    if (deleted.length > 0) void offerUndo(deleted, registry);
  }
}

async function refuse(busy: readonly KnownRun[]): Promise<void> {
  const are = busy.length === 1 ? 'is in training: stop it first' : 'are in training: stop them first';
  await offer('warning', `${namesOf(busy)} ${are}, then delete.`, {
    'Stop Run': () =>
      vscode.commands.executeCommand(
        commandIds.stopRun,
        busy.map(({ summary }) => summary.folder),
      ),
  });
}

async function confirm(runs: readonly KnownRun[]): Promise<boolean> {
  const names = runs.slice(0, maxListed).map(({ label }) => label);
  const others = runs.length > maxListed ? [`and ${runs.length - maxListed} more`] : [];
  const detail = [...names, ...others].join('\n');
  const question = `Delete ${runs.length} runs with all their checkpoints?`;
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, 'Delete')) === 'Delete';
}

async function offerUndo(deleted: readonly DeletedRun[], registry: RunRegistry): Promise<void> {
  const what = deleted.length === 1 ? `${deleted[0]!.label} was` : `${deleted.length} runs were`;
  const choice = await vscode.window.showInformationMessage(`${what} deleted.`, 'Undo');
  if (choice === undefined) await Promise.all(deleted.map(moveToSystemTrash));
  else await undo(deleted, registry);
}

async function undo(deleted: readonly DeletedRun[], registry: RunRegistry): Promise<void> {
  try {
    for (const { label, folder, place } of deleted) {
      const restored = restoreFromTrash(place, folder);
      await registry.look(restored);
      if (restored === folder) continue;
      const message = `Another run has taken the place of ${label}: it is back as ${restored}.`;
      void vscode.window.showInformationMessage(message);
    }
  } catch (error) {
    void vscode.window.showErrorMessage(`MixProp: ${(error as Error).message}.`);
  }
}

/** Machines without a trash, such as servers, keep the run where it is: nothing is lost by a click. */
async function moveToSystemTrash({ folder, place }: DeletedRun): Promise<void> {
  try {
    await vscode.workspace.fs.delete(vscode.Uri.file(place), { recursive: true, useTrash: true });
    removeEmptyTrash(dirname(folder));
  } catch {
    // It stays.
  }
}

function namesOf(runs: readonly KnownRun[]): string {
  const labels = runs.map(({ label }) => label);
  return labels.length > maxListed ? `${labels.length} of the runs` : labels.join(', ');
}
