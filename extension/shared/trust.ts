import * as vscode from 'vscode';
import { offer } from './offer';

/**
 * Whether the workspace is trusted; where it is not, says that `action` needs trust and offers to manage it.
 * @param action completes "… needs a trusted workspace": "Starting a trainer"
 */
export async function requireTrust(action: string): Promise<boolean> {
  if (vscode.workspace.isTrusted) return true;
  const message =
    `${action} needs a trusted workspace: experiments name files and folders that the trainer reads. ` +
    'Runs and their curves can be looked at without.';
  await offer('error', message, {
    'Manage Workspace Trust': () => vscode.commands.executeCommand('workbench.trust.manage'),
  });
  return vscode.workspace.isTrusted;
}
