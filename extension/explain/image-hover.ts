import * as vscode from 'vscode';
import { computedFolder, epochsOfFiles, readEpochMaps } from '../../trainer/run/cam-files';
import { readPictures, type StoredPictures } from '../../trainer/run/explain-pictures';
import { readableName } from '../../trainer/run/readable-names';
import { runPaths } from '../../trainer/run/run-folder';
import { commandIds } from '../command-ids';
import { experimentGlob } from '../experiments/experiment-files';
import type { RunRegistry } from '../runs/run-registry';
import { experimentFileOf } from './choose-images';
import { hoverTable } from './hover-table';
import { imageAt } from './image-at';
import { type BranchExplanation, explanationOf } from './last-explanation';
import { decodePicture } from './picture-png';

/**
 * In an experiment file: the image that `explain.images` names, as the newest run of the file saw it, what each branch took it
 * for, and where it looked.
 */
export class ImageHover implements vscode.HoverProvider {
  constructor(private readonly registry: RunRegistry) {}

  static register(registry: RunRegistry): vscode.Disposable {
    return vscode.languages.registerHoverProvider(
      { scheme: 'file', pattern: experimentGlob },
      new ImageHover(registry),
    );
  }

  async provideHover(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Hover | undefined> {
    const named = imageAt(document.getText(), document.offsetAt(position));
    if (named === undefined) return undefined;
    await this.registry.refresh();
    for (const { summary } of this.registry.runs) {
      if (experimentFileOf(summary.folder)?.fsPath !== document.uri.fsPath) continue;
      const picture = pictureOf(summary.folder, named.choice);
      if (picture === undefined) continue;
      const range = new vscode.Range(
        document.positionAt(named.offset),
        document.positionAt(named.offset + named.length),
      );
      return new vscode.Hover(await hoverText(summary, picture), range);
    }
    return undefined;
  }
}

type StoredPicture = StoredPictures['pictures'][number] & Pick<StoredPictures, 'imageSize' | 'readableNames'>;

/** Where a run keeps maps of images as they are: those recorded in training, and those computed afterwards. */
const foldersOf = (folder: string) => [runPaths(folder).explain, computedFolder(folder, undefined)];

function pictureOf(folder: string, choice: string | number): StoredPicture | undefined {
  for (const place of foldersOf(folder)) {
    try {
      const { pictures, imageSize, readableNames } = readPictures(place);
      const picture = pictures.find(({ path, index }) => path === choice || index === choice);
      if (picture !== undefined) return { ...picture, imageSize, readableNames };
    } catch {
      // The other folder may have it, or another run.
    }
  }
  return undefined;
}

async function hoverText(
  { runId, folder }: { runId: string; folder: string },
  { path, label, png, imageSize, readableNames }: StoredPicture,
): Promise<vscode.MarkdownString> {
  const text = new vscode.MarkdownString();
  text.isTrusted = { enabledCommands: [commandIds.showCamOverlays] };
  const last = lastExplanation(runId, folder, path);
  const pixels = await decodePicture(png, imageSize);
  if (pixels !== undefined) {
    const readable = (name: string) => readableName(readableNames, name);
    const branches = last?.branches.map((branch) => ({ ...branch, predicted: readable(branch.predicted) })) ?? [];
    const table = await hoverTable({ pixels, side: imageSize }, label && readable(label), branches);
    text.appendMarkdown(`${table}\n\n`);
  }
  text.appendText(last === undefined ? path : `${path} · ${runId} after epoch ${last.epoch}`);
  const show = encodeURIComponent(JSON.stringify([[runId]]));
  text.appendMarkdown(`\n\n[Show CAM overlays](command:${commandIds.showCamOverlays}?${show})`);
  return text;
}

/** Of the last epoch with maps of the image. */
function lastExplanation(
  runId: string,
  folder: string,
  path: string,
): { epoch: number; branches: BranchExplanation[] } | undefined {
  const epochs = new Set(foldersOf(folder).flatMap(epochsOfFiles));
  for (const epoch of [...epochs].sort((a, b) => b - a)) {
    try {
      const branches = explanationOf(readEpochMaps({ runId, folder }, epoch, undefined), path);
      if (branches !== undefined) return { epoch, branches };
    } catch {
      // A damaged file: an earlier epoch may do.
    }
  }
  return undefined;
}
