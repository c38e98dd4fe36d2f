import * as vscode from 'vscode';
import { expandHome, resolvePath } from '../../common/experiment/written-path';
import type { TrainerProgram } from './trainer-launch';

/** The settings `mixprop.*`, as package.json declares them. */

/** Absolute path of the folder that holds a workspace folder's runs. */
export function runsFolderOf(folder: vscode.WorkspaceFolder): string {
  const setting = vscode.workspace.getConfiguration('mixprop', folder.uri).get('runsFolder', 'runs').trim();
  return resolvePath(setting === '' ? 'runs' : setting, folder.uri.fsPath);
}

/** The runs folders of all workspace folders on this machine's disk, each once. */
export function allRunsFolders(): string[] {
  const folders = (vscode.workspace.workspaceFolders ?? []).filter((folder) => folder.uri.scheme === 'file');
  return [...new Set(folders.map(runsFolderOf))];
}

/** The backend that new runs compute with. */
export function backendFor(resource: vscode.Uri): string {
  return vscode.workspace.getConfiguration('mixprop', resource).get('backend', 'auto');
}

/**
 * What runs the trainer: the Node of `mixprop.nodePath`, or the editor's own.
 * @param script absolute path of `dist/mixprop.js`
 */
export function trainerProgram(script: string): TrainerProgram {
  const setting = vscode.workspace.getConfiguration('mixprop').get('nodePath', '').trim();
  return { nodePath: setting === '' ? undefined : expandHome(setting), hostExecutable: process.execPath, script };
}
