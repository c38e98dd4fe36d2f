import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { experimentNameProblem, experimentSuffix } from '../../common/experiment/experiment-name';
import { recipeText } from '../../common/experiment/recipe-text';
import type { Recipe } from '../../common/experiment/recipes';
import { pathInExperiment } from '../../common/experiment/written-path';
import { offerToOpenFolder } from './experiment-files';
import { type RecipeChoice, recipeChoices } from './recipe-choices';

/** Asks for a name and a recipe, writes the experiment file and opens it. Never overwrites a file. */
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

  const recipe = await chooseRecipe(title);
  if (!recipe) return;
  const { dataFolder } = recipe.group;
  const data = dataFolder === null ? null : await chooseDataFolder(dataFolder, folder);
  if (data === undefined) return;

  await writeFile(fileOf(name), recipeText(recipe, name, data), { flag: 'wx' });
  await vscode.window.showTextDocument(vscode.Uri.file(fileOf(name)), { preview: false });
}

/** The only workspace folder, or the chosen one. Offers to open a folder where none is. */
async function chooseWorkspaceFolder(): Promise<string | undefined> {
  const folders = (vscode.workspace.workspaceFolders ?? []).filter((folder) => folder.uri.scheme === 'file');
  if (folders.length > 1) {
    const picked = await vscode.window.showWorkspaceFolderPick({ placeHolder: 'Where to put the experiment?' });
    return picked?.uri.fsPath;
  }
  if (folders[0]) return folders[0].uri.fsPath;
  await offerToOpenFolder();
  return undefined;
}

/** A name whose file does not exist yet. */
function freeName(fileOf: (name: string) => string): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? 'experiment' : `experiment-${number}`;
    if (!existsSync(fileOf(name))) return name;
  }
}

async function chooseRecipe(title: string): Promise<Recipe | undefined> {
  const items = recipeChoices().flatMap(
    ({ title: label, choices }): (vscode.QuickPickItem & Partial<RecipeChoice>)[] => [
      { label, kind: vscode.QuickPickItemKind.Separator },
      ...choices,
    ],
  );
  const picked = await vscode.window.showQuickPick(items, {
    title,
    placeHolder: 'Start from …',
    matchOnDetail: true,
  });
  return picked?.recipe;
}

/**
 * The chosen folder as an experiment in `base` names it.
 * @param holds what the folder holds
 */
async function chooseDataFolder(holds: string, base: string): Promise<string | undefined> {
  const [picked] =
    (await vscode.window.showOpenDialog({
      title: `Folder with ${holds}`,
      openLabel: 'Use These Images',
      canSelectFiles: false,
      canSelectFolders: true,
      defaultUri: vscode.Uri.file(base),
    })) ?? [];
  return picked && pathInExperiment(picked.fsPath, base);
}
