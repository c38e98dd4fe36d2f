import * as vscode from 'vscode';
import { mapFolders, readEpochMaps } from '../../common/panels/cam/cam-files';
import { readableName } from '../../common/run/readable-names';
import { epochsOfFiles } from '../../common/run/run-folder';
import { experimentFileOf, experimentGlob } from '../experiments/experiment-files';
import type { RunRegistry } from '../runs/run-registry';
import { commandIds } from '../shared/command-ids';
import { hoverTable } from './hover-table';
import { imageAt } from './image-at';
import { type BranchExplanation, explanationOf } from './last-explanation';
import { decodePicture } from './picture-png';
import { type StoredImage, storedImage } from './stored-image';

/**
 * In an experiment file: the image that `explain.images` names, as the newest run of the file saw it, what each branch took it
 * for, and where it looked; or why the run could not read it.
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
    for (const { summary, label } of this.registry.runs) {
      if (experimentFileOf(summary.folder)?.fsPath !== document.uri.fsPath) continue;
      const stored = storedImage(summary.folder, named.choice);
      if (stored === undefined) continue;
      const range = new vscode.Range(
        document.positionAt(named.offset),
        document.positionAt(named.offset + named.length),
      );
      const text =
        'picture' in stored
          ? await hoverText(label, summary.folder, stored.picture)
          : problemText(label, named.choice, stored.problem);
      return new vscode.Hover(text, range);
    }
    return undefined;
  }
}

function problemText(label: string, choice: string | number, problem: string): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  return text.appendText(`${label} has no maps of ${choice}: ${problem}`);
}

async function hoverText(
  runLabel: string,
  folder: string,
  { path, label, png, imageSize, readableNames }: Extract<StoredImage, { picture: object }>['picture'],
): Promise<vscode.MarkdownString> {
  const text = new vscode.MarkdownString();
  text.isTrusted = { enabledCommands: [commandIds.showCamOverlays] };
  const last = lastExplanation(folder, path);
  const pixels = await decodePicture(png, imageSize);
  if (pixels !== undefined) {
    const readable = (name: string) => readableName(readableNames, name);
    const branches = last?.branches.map((branch) => ({ ...branch, predicted: readable(branch.predicted) })) ?? [];
    const table = await hoverTable({ pixels, side: imageSize }, label && readable(label), branches);
    text.appendMarkdown(`${table}\n\n`);
  }
  text.appendText(last === undefined ? path : `${path} · ${runLabel} after epoch ${last.epoch}`);
  const show = encodeURIComponent(JSON.stringify([[folder]]));
  text.appendMarkdown(`\n\n[Show CAM overlays](command:${commandIds.showCamOverlays}?${show})`);
  return text;
}

/** Of the last epoch with maps of the image. */
function lastExplanation(folder: string, path: string): { epoch: number; branches: BranchExplanation[] } | undefined {
  const epochs = new Set(mapFolders(folder, undefined).flatMap(epochsOfFiles));
  for (const epoch of [...epochs].sort((a, b) => b - a)) {
    try {
      const branches = explanationOf(readEpochMaps({ runKey: folder, folder }, epoch, undefined), path);
      if (branches !== undefined) return { epoch, branches };
    } catch {
      // A damaged file: an earlier epoch may do.
    }
  }
  return undefined;
}
