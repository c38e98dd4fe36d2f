import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { experimentSuffix } from '../../common/experiment/experiment-name';
import { findRunEnvironment } from '../../common/run/run-environment';
import { placeOfRun } from '../../common/run/run-places';
import { commandIds } from '../shared/command-ids';
import { offer } from '../shared/offer';

export const experimentGlob = `**/*${experimentSuffix}`;

export function isExperimentFile(uri: vscode.Uri): boolean {
  return uri.scheme === 'file' && uri.path.endsWith(experimentSuffix);
}

/** The file's name without its suffix. */
export function experimentFileLabel(uri: vscode.Uri): string {
  return basename(uri.fsPath, experimentSuffix);
}

/** The experiment file that a run was launched with, as its environment says; undefined where it does not exist (any longer). */
export function experimentFileOf(runFolder: string): vscode.Uri | undefined {
  const experimentFile = findRunEnvironment(runFolder)?.experimentFile;
  if (experimentFile === undefined) return undefined;
  // It lies in the base folder, wherever that is now.
  const place = placeOfRun(runFolder, basename(experimentFile));
  return existsSync(place) ? vscode.Uri.file(place) : undefined;
}

/** The workspace's experiment files, sorted by path. */
export async function findExperimentFiles(): Promise<vscode.Uri[]> {
  const files = await vscode.workspace.findFiles(experimentGlob, '**/node_modules/**');
  return files.filter(isExperimentFile).sort((a, b) => (a.fsPath < b.fsPath ? -1 : 1));
}

/**
 * The experiment a command is about: what it was called on, else the file in the active editor, else the person's
 * choice among the workspace's. Undefined when there is none or the choice was cancelled.
 */
export async function chooseExperimentFile(target: unknown, title = 'Run Experiment'): Promise<vscode.Uri | undefined> {
  if (target instanceof vscode.Uri && isExperimentFile(target)) return target;
  const active = vscode.window.activeTextEditor?.document.uri;
  if (active && isExperimentFile(active)) return active;

  if (!vscode.workspace.workspaceFolders?.length) {
    await offerToOpenFolder();
    return undefined;
  }
  const files = await findExperimentFiles();
  if (files.length === 0) {
    await offer('error', `There is no experiment file (*${experimentSuffix}) in this workspace.`, {
      'New Experiment': () => vscode.commands.executeCommand(commandIds.newExperiment),
    });
    return undefined;
  }
  const visible = new Set(vscode.window.visibleTextEditors.map(({ document }) => document.uri.toString()));
  const visibleFirst = [true, false].flatMap((is) => files.filter((uri) => visible.has(uri.toString()) === is));
  const items = visibleFirst.map((uri) => ({
    label: experimentFileLabel(uri),
    description: vscode.workspace.asRelativePath(uri),
    iconPath: new vscode.ThemeIcon('beaker'),
    uri,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title,
    placeHolder: 'Which experiment?',
    matchOnDescription: true,
  });
  return picked?.uri;
}

/** Where no folder is open there is no place for experiments. */
export async function offerToOpenFolder(): Promise<void> {
  await offer('error', 'Open a folder first: experiments and runs are kept in it.', {
    'Open Folder': () => vscode.commands.executeCommand('vscode.openFolder'),
  });
}
