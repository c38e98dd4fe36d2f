import { makeFolders } from '../../common/files/make-folders';
import type { RunEventBody } from '../../common/run/events';
import { explainFilePath, keptClasses, selectMaps, writeExplainFile } from '../../common/run/explain-file';
import { runPaths } from '../../common/run/run-folder';
import type { Branch } from '../../common/weights/branch';
import type { ChannelNormalization } from '../data/loading/augment';
import type { Executor } from '../execution/executor';
import type { ChosenImage } from './chosen-images';
import {
  activationGrid,
  type ExplainedBranch,
  explainBranch,
  explanationOf,
  shownClass,
  shownGrids,
} from './explain-images';
import type { ActivationGrid } from './localisation';
import { summariseLocalisation } from './localisation-summary';

/** What is explained after an epoch. */
export interface EpochExplanationOptions {
  /** At least one. */
  images: readonly ChosenImage[];
  classes: readonly string[];
  imageSize: number;
  normalization: ChannelNormalization;
  branches: readonly Branch[];
  shown: 'predicted' | 'true';
}

/** The chosen images after an epoch: records for events.jsonl, and a file with the maps of all classes. */
export interface EpochExplanations {
  records: RunEventBody[];
  /** @throws RunWriteError */
  write(folder: string): void;
}

/** Class activation maps of the chosen images through every branch, as the network is now. */
export function explainEpoch(
  executor: Executor,
  options: EpochExplanationOptions,
  { epoch, step }: { epoch: number; step: number },
): EpochExplanations {
  const { images, branches, shown } = options;
  const explained = branches.map((branch) => explainBranch(executor, images, branch, options));
  const records: RunEventBody[] = explained.flatMap((through) =>
    shownGrids(through, shown).map((grid, image): RunEventBody => {
      return { type: 'explain', epoch, step, ...explanationOf(through, image, grid) };
    }),
  );
  records.push({ type: 'localisation', epoch, step, ...localisationOf(explained, options.imageSize) });
  const write = (folder: string) => {
    makeFolders(runPaths(folder).explain);
    writeExplanations(explainFilePath(folder, epoch), explained, { epoch, step });
  };
  return { records, write };
}

/**
 * Stores logits and maps of images through the branches of a network.
 * @param explained at least one branch
 * @throws RunWriteError
 */
export function writeExplanations(
  file: string,
  explained: readonly ExplainedBranch[],
  { epoch, step }: { epoch: number; step: number },
): void {
  const { images, classes, height, width } = explained[0];
  const kept = keptClasses(images.length, explained.length, height * width, classes.length);
  const stored = images.map(({ path, index, label }) => ({ path, index, label }));
  writeExplainFile(file, {
    epoch,
    step,
    classes,
    images: stored,
    height,
    width,
    branches: Object.fromEntries(explained.map((through) => [through.branch, selectMaps(stored, through, kept)])),
  });
}

/** How well the maps for each image's own class, where unknown the class that main predicts, find its object. */
export function localisationOf(explained: readonly ExplainedBranch[], imageSize: number) {
  const main = explained.find(({ branch }) => branch === 'main') ?? explained[0];
  const localised = main.images.map(({ region }, image) => {
    const classIndex = shownClass(main, image, 'true');
    const grids = explained.map((through) => [through.branch, activationGrid(through, image, classIndex)] as const);
    return { grids: Object.fromEntries(grids) as Partial<Record<Branch, ActivationGrid>>, region };
  });
  return summariseLocalisation(localised, imageSize);
}
