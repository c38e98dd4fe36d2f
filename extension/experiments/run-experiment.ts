import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import type { ExperimentProblem } from '../../common/experiment/parse';
import { backendFor, runsFolderOf } from '../process/settings';
import type { RunLauncher } from '../runs/run-launcher';
import { offer } from '../shared/offer';
import { requireTrust } from '../shared/trust';
import { type ExperimentDiagnostics, rangeOf } from './experiment-diagnostics';
import { chooseExperimentFile } from './experiment-files';

/**
 * Checks an experiment and starts a run of it. Gives the run's folder once it trains; undefined when nothing runs: the person
 * has been told why, or cancelled it.
 * @param target what the command was called on, if anything
 */
export async function runExperiment(
  target: unknown,
  launcher: RunLauncher,
  diagnostics: ExperimentDiagnostics,
): Promise<string | undefined> {
  if (!(await requireTrust('Running an experiment'))) return undefined;
  const file = await chooseExperimentFile(target);
  if (!file) return undefined;
  await saveIfDirty(file);
  const { experiment, problems } = await diagnostics.check(file);
  if (!experiment) {
    await refuse(
      file,
      problems.filter(({ severity }) => severity === 'error'),
    );
    return undefined;
  }
  return launcher.train(file.fsPath, experiment.name, runsFolderFor(file), backendFor(file));
}

/** The trainer reads the file from disk, so what is in the editor has to be there. */
async function saveIfDirty(file: vscode.Uri): Promise<void> {
  const document = vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === file.toString());
  if (document?.isDirty && !(await document.save())) throw new Error(`${file.fsPath} could not be saved`);
}

async function refuse(file: vscode.Uri, errors: readonly ExperimentProblem[]): Promise<void> {
  const [first] = errors;
  if (!first) return;
  const count = errors.length === 1 ? 'a mistake' : `${errors.length} mistakes`;
  const where = `${errors.length === 1 ? 'Line' : 'The first, line'} ${first.line}${first.field === '' ? '' : `, ${first.field}`}`;
  await offer('error', `${basename(file.fsPath)} has ${count} and was not run. ${where}: ${first.message}`, {
    Show: async () => {
      await vscode.window.showTextDocument(file, { selection: rangeOf(first) });
      await vscode.commands.executeCommand('workbench.actions.view.problems');
    },
  });
}

/** Where a file's runs are kept: by its workspace folder's setting, or beside a file outside of the workspace. */
function runsFolderFor(file: vscode.Uri): string {
  const folder = vscode.workspace.getWorkspaceFolder(file);
  return folder ? runsFolderOf(folder) : join(dirname(file.fsPath), 'runs');
}
