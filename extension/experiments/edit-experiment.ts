import * as vscode from 'vscode';
import { editField } from '../../common/experiment/edit-field';
import type { JsonPath } from '../../common/experiment/json-text';

/** Gives a field of an experiment's file a value and saves it. Nothing else of the text changes, and the change can be undone. */
export async function setExperimentField(document: vscode.TextDocument, path: JsonPath, value: unknown): Promise<void> {
  const changes = editField(document.getText(), path, value);
  if (changes.length === 0) return;
  const edit = new vscode.WorkspaceEdit();
  for (const { offset, length, content } of changes) {
    const range = new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));
    edit.replace(document.uri, range, content);
  }
  if (!(await vscode.workspace.applyEdit(edit)) || !(await document.save())) {
    throw new Error(`${document.uri.fsPath} could not be changed`);
  }
}
