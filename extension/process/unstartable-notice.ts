import * as vscode from 'vscode';
import { reasonOf } from '../../common/errors/system-error';
import { offer } from '../shared/offer';
import type { TrainerProgram } from './trainer-launch';

/** Tells the person that the Node which runs the trainer could not be started. */
export async function reportUnstartable(error: Error, { nodePath, hostExecutable }: TrainerProgram): Promise<void> {
  const message = `The trainer could not be started with ${nodePath ?? hostExecutable}: ${reasonOf(error)}.`;
  if (nodePath === undefined) void vscode.window.showErrorMessage(message);
  else await offerSettings(`${message} Check the setting mixprop.nodePath.`, 'mixprop.nodePath');
}

/** Shows an error that a setting is behind, and offers to open that. */
export async function offerSettings(message: string, setting: string): Promise<void> {
  await offer('error', message, {
    'Open Settings': () => vscode.commands.executeCommand('workbench.action.openSettings', setting),
  });
}
