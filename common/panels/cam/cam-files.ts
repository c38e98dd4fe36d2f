import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { plainMessage } from '../../errors/system-error';
import { type ExplainFile, nowFilePath, readExplainFile } from '../../run/explain-file';
import { epochFile, epochsOfFiles, runPaths } from '../../run/run-folder';
import type { CamInput, CamMaps } from './cam-contract';

/** Why there are no maps, and what to do. */
export class MapsError extends Error {
  override readonly name = 'MapsError';
}

/** Where maps are kept that were computed after training: a folder for each corruption and severity. */
export function computedFolder(folder: string, input: CamInput | undefined): string {
  const name = input === undefined ? 'clean' : `${input.corruption}-${input.severity}`;
  return join(runPaths(folder).explain, 'computed', name);
}

/** Where a run keeps maps of images changed so: of images as they are those recorded in training, and those computed later. */
export function mapFolders(folder: string, input: CamInput | undefined): string[] {
  return [...(input === undefined ? [runPaths(folder).explain] : []), computedFolder(folder, input)];
}

/** Whether a run recorded maps in training. */
export function hasMaps(folder: string): boolean {
  return epochsOfFiles(runPaths(folder).explain).length > 0;
}

/**
 * The maps of an epoch: those recorded in training and those computed afterwards, where there are.
 * @param input how the images were changed; undefined: not at all
 * @throws MapsError naming the files that cannot be read
 */
export function readEpochMaps(
  run: { runKey: string; folder: string },
  epoch: number,
  input: CamInput | undefined,
): CamMaps[] {
  const folders = mapFolders(run.folder, input).filter((folder) => existsSync(join(folder, epochFile(epoch))));
  const problems: string[] = [];
  const found = folders.flatMap((folder) => {
    try {
      return [camMaps(run.runKey, epoch, input, readExplainFile(join(folder, epochFile(epoch))))];
    } catch (error) {
      problems.push(plainMessage(error));
      return [];
    }
  });
  if (found.length > 0) return found;
  if (problems.length > 0) throw new MapsError(problems.join('; '));
  const images = input === undefined ? '' : ` of images with ${input.corruption} ${input.severity}`;
  throw new MapsError(`${basename(run.folder)} has no maps${images} after epoch ${epoch}.`);
}

/** The maps that the trainer of a run wrote last when it was asked for those of the moment. @throws SafetensorsError */
export function readNowMaps({ runKey, folder }: { runKey: string; folder: string }): CamMaps {
  const contents = readExplainFile(nowFilePath(folder));
  return { ...camMaps(runKey, contents.epoch, undefined, contents), step: contents.step };
}

function camMaps(
  runKey: string,
  epoch: number,
  input: CamInput | undefined,
  { classes, images, height, width, branches }: ExplainFile,
): CamMaps {
  return {
    runKey,
    epoch,
    ...(input && { input }),
    classes: [...classes],
    images: [...images],
    height,
    width,
    branches,
  };
}
