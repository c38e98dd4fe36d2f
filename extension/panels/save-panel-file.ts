import * as vscode from 'vscode';
import { writeObstacle } from '../../common/errors/system-error';
import type { SavedFile } from '../../common/panels/protocol';
import { savedFileTypes } from './saved-file';

/** Asks where a panel's file should go, and writes it there. Also where the workspace is on another machine. */
export async function savePanelFile({ fileName, mime, encoding, contents }: SavedFile): Promise<void> {
  const { extension, name } = savedFileTypes[mime];
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const target = await vscode.window.showSaveDialog({
    ...(folder === undefined ? {} : { defaultUri: vscode.Uri.joinPath(folder, fileName) }),
    filters: { [name]: [extension] },
    title: 'Save',
  });
  if (target === undefined) return;
  try {
    await vscode.workspace.fs.writeFile(target, Buffer.from(contents, encoding));
  } catch (error) {
    const reason = error instanceof Error ? writeObstacle(error) : String(error);
    void vscode.window.showErrorMessage(`MixProp: ${target.fsPath} cannot be written: ${reason}`);
  }
}
