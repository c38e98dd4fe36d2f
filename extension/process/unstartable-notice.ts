import * as vscode from 'vscode';
import { reasonOf } from '../../common/errors/system-error';
import type { TrainerProgram } from './trainer-launch';

/** Tells the person that the Node which runs the trainer could not be started. */
export async function reportUnstartable(error: Error, { nodePath, hostExecutable }: TrainerProgram): Promise<void> {
  const settings = 'Open Settings';
  const isFromSettings = nodePath !== undefined;
  const remedy = isFromSettings ? ' Check the setting mixprop.nodePath.' : '';
  const message = `The trainer could not be started with ${nodePath ?? hostExecutable}: ${reasonOf(error)}.${remedy}`;
  const choice = await vscode.window.showErrorMessage(message, ...(isFromSettings ? [settings] : []));
  if (choice === settings) await vscode.commands.executeCommand('workbench.action.openSettings', 'mixprop.nodePath');
}
