import * as vscode from 'vscode';
import { epochsOfFiles, readEpochMaps } from '../../trainer/run/cam-files';
import { readPictures, type StoredPictures } from '../../trainer/run/explain-pictures';
import { runPaths } from '../../trainer/run/run-folder';
import type { CamMaps } from '../../webview/protocol';
import { commandIds } from '../command-ids';
import { experimentGlob } from '../experiments/experiment-files';
import type { RunRegistry } from '../runs/run-registry';
import { experimentFileOf } from './choose-images';
import { imageAt } from './image-at';
import { lastPredictions } from './last-predictions';

/** A hover over an image's name shows it so large, in pixels. */
const shownSide = 112;

/** In an experiment file: the image that `explain.images` names, as the newest run of the file saw it, and what it took it for. */
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
      return new vscode.Hover(hoverText(summary.runId, summary.folder, picture), range);
    }
    return undefined;
  }
}

type StoredPicture = StoredPictures['pictures'][number];

function pictureOf(folder: string, choice: string | number): StoredPicture | undefined {
  try {
    const { pictures } = readPictures(runPaths(folder).explain);
    const picture = pictures.find(({ path, index }) => path === choice || index === choice);
    // It becomes part of a text with commands in it.
    return picture !== undefined && /^[A-Za-z0-9+/=]+$/.test(picture.png) ? picture : undefined;
  } catch {
    return undefined;
  }
}

function hoverText(runId: string, folder: string, { path, label, png }: StoredPicture): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  text.isTrusted = { enabledCommands: [commandIds.showCamOverlays] };
  text.appendMarkdown(`![image](data:image/png;base64,${png}|width=${shownSide},height=${shownSide})\n\n`);
  text.appendText(label === undefined ? path : `${path}: ${label}`);
  for (const line of lastPredictions(lastMaps(runId, folder), path)) {
    text.appendMarkdown('\n\n');
    text.appendText(line);
  }
  const show = encodeURIComponent(JSON.stringify([[runId]]));
  text.appendMarkdown(`\n\n[Show CAM overlays](command:${commandIds.showCamOverlays}?${show})`);
  return text;
}

/** Of the last epoch with maps. */
function lastMaps(runId: string, folder: string): CamMaps[] {
  const epoch = epochsOfFiles(runPaths(folder).explain).at(-1);
  try {
    return epoch === undefined ? [] : readEpochMaps({ runId, folder }, epoch, undefined);
  } catch {
    return [];
  }
}
