import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import * as vscode from 'vscode';
import { experimentSuffix } from './experiment-files';
import { experimentNameProblem, experimentTemplate, type StartingPoint } from './experiment-template';

interface StartingPointItem extends vscode.QuickPickItem {
  method: StartingPoint['method'];
  data: StartingPoint['data'];
}

const startingPoints: StartingPointItem[] = [
  {
    label: 'MixProp on the built-in shapes',
    detail: 'Dual batch normalisation. Nothing to download; shows results in minutes.',
    method: 'mixprop',
    data: 'shapes',
  },
  {
    label: 'Vanilla on the built-in shapes',
    detail: 'Ordinary training, to compare with.',
    method: 'vanilla',
    data: 'shapes',
  },
  {
    label: 'MixProp on an image folder…',
    detail: 'Dual batch normalisation on your own images: train/ and val/ with a folder a class.',
    method: 'mixprop',
    data: 'image-folder',
  },
  {
    label: 'Vanilla on an image folder…',
    detail: 'Ordinary training on your own images: train/ and val/ with a folder a class.',
    method: 'vanilla',
    data: 'image-folder',
  },
];

/** Asks for a name and a starting point, writes the experiment file and opens it. Never overwrites a file. */
export async function newExperiment(): Promise<void> {
  const title = 'New Experiment';
  const folder = await chooseWorkspaceFolder();
  if (!folder) return;

  const fileOf = (name: string) => join(folder, `${name}${experimentSuffix}`);
  const name = await vscode.window.showInputBox({
    title,
    prompt: `Name of the experiment. The file will be called <name>${experimentSuffix}.`,
    value: freeName(fileOf),
    validateInput: (value) =>
      experimentNameProblem(value) ??
      (existsSync(fileOf(value)) ? `${value}${experimentSuffix} exists already.` : undefined),
  });
  if (name === undefined) return;

  const item = await vscode.window.showQuickPick(startingPoints, { title, placeHolder: 'Start from …' });
  if (!item) return;
  let start: StartingPoint;
  if (item.data === 'image-folder') {
    const path = await chooseImageFolder(folder);
    if (path === undefined) return;
    start = { method: item.method, data: 'image-folder', path };
  } else {
    start = { method: item.method, data: 'shapes' };
  }

  await writeFile(fileOf(name), experimentTemplate(name, start), { flag: 'wx' });
  await vscode.window.showTextDocument(vscode.Uri.file(fileOf(name)), { preview: false });
}

/** The only workspace folder, or the chosen one. Offers to open a folder where none is. */
async function chooseWorkspaceFolder(): Promise<string | undefined> {
  const folders = (vscode.workspace.workspaceFolders ?? []).filter((folder) => folder.uri.scheme === 'file');
  if (folders.length > 1) {
    const picked = await vscode.window.showWorkspaceFolderPick({ placeHolder: 'Where shall the experiment be kept?' });
    return picked?.uri.fsPath;
  }
  if (folders[0]) return folders[0].uri.fsPath;
  const open = 'Open Folder';
  const choice = await vscode.window.showErrorMessage(
    'Open a folder first: experiments and runs are kept in it.',
    open,
  );
  if (choice === open) await vscode.commands.executeCommand('vscode.openFolder');
  return undefined;
}

/** A name whose file does not exist yet. */
function freeName(fileOf: (name: string) => string): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? 'experiment' : `experiment-${number}`;
    if (!existsSync(fileOf(name))) return name;
  }
}

/** The chosen folder: relative to `base` where it lies inside, with forward slashes; absolute elsewhere. */
async function chooseImageFolder(base: string): Promise<string | undefined> {
  const [picked] =
    (await vscode.window.showOpenDialog({
      title: 'Folder with train/ and val/ (or test/)',
      openLabel: 'Use These Images',
      canSelectFiles: false,
      canSelectFolders: true,
      defaultUri: vscode.Uri.file(base),
    })) ?? [];
  if (!picked) return undefined;
  const path = relative(base, picked.fsPath);
  const isInside = path !== '' && !path.startsWith('..') && !isAbsolute(path);
  return isInside ? path.split(sep).join('/') : picked.fsPath;
}
