import { resolve } from 'node:path';
import { plainMessage } from '../../common/errors/system-error';
import { UsageError } from '../../common/errors/usage-error';
import { type CorruptionName, type Severity, strengthForSize } from '../../common/experiment/corruption-names';
import { imagesChosenInRun } from '../../common/run/chosen-images';
import type { ReadableNames } from '../../common/run/readable-names';
import { datasetAt } from '../../common/run/recorded-run';
import type { Branch } from '../../common/weights/branch';
import { branchOf } from '../../common/weights/branch-names';
import { readSafetensorsHeader } from '../../common/weights/safetensors';
import type { StartedBackend } from '../backends/select';
import { corruptImage } from '../data/corruptions/corrupt-image';
import { imageSeed } from '../data/corruptions/image-seed';
import { openForChoices } from '../data/open/open-for-choices';
import { prepareNetwork } from '../execution/prepare-network';
import { type ChosenImage, type ImageProblem, readChosenImages, readValidationImages } from '../explain/chosen-images';
import { type ExplainedBranch, explainBranch, shownGrids } from '../explain/explain-images';
import { classIndexOf } from '../explain/explain-request';
import type { ActivationGrid } from '../explain/localisation';
import type { Invocation } from './command';
import {
  checkpointValues,
  chosenCheckpoint,
  openCheckpointData,
  openExecutor,
  possibleTraining,
} from './open-checkpoint';

/** What is to be explained of a checkpoint. */
export interface ExplainOptions {
  /** Images by path or index; or a number of validation images, null for all; undefined: the experiment's `explain.images`. */
  images: readonly (string | number)[] | { count: number | null } | undefined;
  /** undefined: every branch of the network. */
  branch: Branch | undefined;
  /** predicted, true or the name of a class. */
  className: string;
  /** Grad-CAM of its output instead of the class activation map. */
  stage: number | undefined;
  /** How images are corrupted before the network sees them; undefined: not at all. */
  corruption: { name: CorruptionName; severity: Severity } | undefined;
}

/** What a checkpoint says of the images. */
export interface ExplainedTarget {
  /** Name of the run or of the file, unique among the targets. */
  name: string;
  checkpoint: string;
  images: readonly ChosenImage[];
  imageSize: number;
  readableNames: ReadableNames | undefined;
  branches: { explained: ExplainedBranch; grids: { classIndex: number; grid: ActivationGrid }[] }[];
  /** What could not be explained, and why: single images, or the whole checkpoint under its name. */
  problems: ImageProblem[];
}

/**
 * Explains images with a checkpoint, which is called by a name.
 * @throws UsageError where there is no checkpoint, no data set or no image named
 */
export async function explainTarget(
  { path: target, name }: { path: string; name: string },
  asked: ExplainOptions,
  backend: StartedBackend,
  invocation: Invocation,
): Promise<ExplainedTarget> {
  const located = chosenCheckpoint(target, invocation);
  const { baseFolder, file, run } = located;
  const settings = datasetAt(located.experiment.dataset, invocation.text('data'), run);
  const experiment = { ...located.experiment, dataset: settings };
  const wanted = asked.images ?? imagesChosenInRun(target) ?? experiment.explain.images;
  if (Array.isArray(wanted) && wanted.length === 0) {
    throw new UsageError(`the experiment of ${target} has no explain.images: choose some with --images PATH...`);
  }
  const places = [process.cwd(), baseFolder];
  const dataset = await openCheckpointData({ ...located, experiment }, invocation, (options) =>
    openForChoices('count' in wanted ? [] : wanted, settings, places, options),
  );
  const { classes, readableNames } = dataset;
  const { imageSize } = dataset.validation;
  const answer: ExplainedTarget = {
    name,
    checkpoint: resolve(file),
    images: [],
    imageSize,
    readableNames,
    branches: [],
    problems: [],
  };
  const prepared = prepareNetwork(experiment, classes.length);
  const { network, method } = prepared;
  let shown: ReturnType<typeof classIndexOf>;
  try {
    shown = classIndexOf(asked.className, dataset);
  } catch (error) {
    return { ...answer, problems: [{ image: name, message: plainMessage(error) }] };
  }
  if (asked.branch && !method.branches.includes(asked.branch)) {
    const message = `a network trained with ${experiment.method.type} has one branch: aux needs dual batch normalisation`;
    return { ...answer, problems: [{ image: name, message }] };
  }
  const source = { dataset, settings, baseFolder, otherFolder: process.cwd() };
  const { images: clean, problems } =
    'count' in wanted
      ? await readValidationImages(source, wanted.count ?? dataset.validation.count)
      : await readChosenImages(wanted, source);
  if (clean.length === 0) return { ...answer, problems };
  const images = asked.corruption === undefined ? clean : await corrupted(clean, imageSize, asked.corruption);
  const values = checkpointValues(file, prepared, invocation);
  let present = method.branches;
  if (method.branches.includes('aux') && !hasAux(file)) {
    present = ['main'];
    const rest = asked.branch === 'aux' ? 'there is nothing to show' : 'only main is shown';
    problems.push({ image: name, message: `${file} has no aux branch: ${rest}; choose a checkpoint that has one` });
  }
  const training = await possibleTraining(backend, experiment, 'explaining', invocation);
  const batch = Math.min(experiment.evaluation.batchSize, images.length);
  const shapes = { imageSize, evaluationBatch: batch, explainBatch: batch };
  const executor = await openExecutor(backend, prepared, { ...experiment, training }, shapes, values, invocation);
  const { normalization } = experiment.dataset;
  const gradCam = asked.stage === undefined ? undefined : { network, values, stage: asked.stage, normalization };
  try {
    const branches = present
      .filter((branch) => !asked.branch || branch === asked.branch)
      .map((branch) => {
        const explained = explainBranch(executor, images, branch, { classes, imageSize, normalization });
        return { explained, grids: shownGrids(explained, shown, gradCam) };
      });
    return { ...answer, images, branches, problems };
  } finally {
    executor.dispose();
  }
}

/** The images as `mixprop corrupt` makes them with seed 0: what is drawn depends on each image's path. */
async function corrupted(
  images: readonly ChosenImage[],
  imageSize: number,
  corruption: { name: CorruptionName; severity: Severity },
): Promise<ChosenImage[]> {
  const strength = strengthForSize(imageSize);
  const result: ChosenImage[] = [];
  for (const image of images) {
    const settings = { ...corruption, strength, seed: imageSeed(0, image.path) };
    result.push({ ...image, pixels: corruptImage(image.pixels, imageSize, imageSize, settings) });
  }
  return result;
}

/** Whether a checkpoint has tensors of a second branch. Reading weights makes up for it with a copy of main. */
function hasAux(file: string): boolean {
  return readSafetensorsHeader(file).entries.some(({ name }) => branchOf(name) === 'aux');
}
