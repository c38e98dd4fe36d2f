import { resolve } from 'node:path';
import { DatasetError } from '../../common/errors/dataset-error';
import { plainMessage } from '../../common/errors/system-error';
import { UsageError } from '../../common/errors/usage-error';
import { type CorruptionName, type Severity, strengthForSize } from '../../common/experiment/corruption-names';
import type { Experiment } from '../../common/experiment/schema';
import type { ReadableNames } from '../../common/run/readable-names';
import { recordedChoice } from '../../common/run/recorded-choice';
import { datasetAt } from '../../common/run/recorded-run';
import type { Branch } from '../../common/weights/branch';
import { branchOf } from '../../common/weights/branch-names';
import { readSafetensorsHeader } from '../../common/weights/safetensors';
import { precisionObstacle } from '../backends/bfloat16-support';
import type { StartedBackend } from '../backends/select';
import { corruptImage } from '../data/corruptions/corrupt-image';
import { imageSeed } from '../data/corruptions/image-seed';
import type { OpenOptions } from '../data/dataset';
import { cacheFolder } from '../data/images/cache-folder';
import { openForChoices } from '../data/open/open-for-choices';
import { createExecutor } from '../execution/create-executor';
import { prepareNetwork } from '../execution/prepare-network';
import { type ChosenImage, type ImageProblem, readChosenImages, readValidationImages } from '../explain/chosen-images';
import { type ExplainedBranch, explainBranch, shownGrids } from '../explain/explain-images';
import { classIndexOf } from '../explain/explain-request';
import type { ActivationGrid } from '../explain/localisation';
import { readWeights } from '../models/checkpoint';
import { recordedClasses } from '../recorded/recorded-classes';
import { validationWarnings } from '../recorded/same-images';
import { checkClassCount, checkNetwork } from './checkpoint-fit';
import type { Invocation } from './command';
import { locateCheckpoint, readChosen } from './run-checkpoint';

/** What of a checkpoint is asked for. */
export interface ExplainWishes {
  /** Chosen images; or so many validation images, null: all; or undefined: those of the experiment. */
  images: readonly (string | number)[] | { count: number | null } | undefined;
  /** undefined: every branch that there is. */
  branch: Branch | undefined;
  /** predicted, true or the name of a class. */
  className: string;
  /** Grad-CAM of its output instead of the class activation map. */
  stage: number | undefined;
  /** How images are corrupted before the network sees them; undefined: not at all. */
  corruption: { name: CorruptionName; severity: Severity } | undefined;
}

/** A checkpoint's answer. */
export interface ExplainedTarget {
  /** Name of the run, or of the file, no other's. */
  name: string;
  checkpoint: string;
  images: readonly ChosenImage[];
  imageSize: number;
  readableNames: ReadableNames | undefined;
  branches: { explained: ExplainedBranch; grids: { classIndex: number; grid: ActivationGrid }[] }[];
  /** Wishes that could not be met: of images, or of the whole checkpoint under its name. */
  problems: ImageProblem[];
}

/**
 * Explains images with a checkpoint, which is called by a name.
 * @throws UsageError where there is no checkpoint, no data set or no image named
 */
export async function explainTarget(
  { path: target, name }: { path: string; name: string },
  wishes: ExplainWishes,
  backend: StartedBackend,
  invocation: Invocation,
): Promise<ExplainedTarget> {
  const { baseFolder, file, run, ...located } = locateCheckpoint(target, invocation);
  checkNetwork(file, located.experiment);
  const settings = datasetAt(located.experiment.dataset, invocation.text('data'), run);
  const experiment = { ...located.experiment, dataset: settings };
  const choices = wishes.images ?? recordedChoice(target) ?? experiment.explain.images;
  if (Array.isArray(choices) && choices.length === 0) {
    throw new UsageError(`the experiment of ${target} has no explain.images: choose some with --images PATH...`);
  }
  const progress = invocation.progress();
  const options: OpenOptions = {
    baseFolder,
    cacheFolder: cacheFolder(),
    augmentation: experiment.augmentation,
    loading: experiment.loading,
    networkClasses: readChosen(() => recordedClasses(file, run)),
    onProgress: (phase, done, total) => progress.update(phase, done, total),
    onWarning: (message) => invocation.printError(`warning: ${message}`),
    signal: invocation.signal,
  };
  const places = [process.cwd(), baseFolder];
  const dataset = await openForChoices('count' in choices ? [] : choices, settings, places, options).catch(
    (error: unknown) => {
      throw error instanceof DatasetError ? new UsageError(error.message) : error;
    },
  );
  checkClassCount(file, experiment, dataset.classes);
  for (const warning of run ? validationWarnings(run, dataset) : []) invocation.printError(`warning: ${warning}`);
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
    shown = classIndexOf(wishes.className, dataset);
  } catch (error) {
    return { ...answer, problems: [{ image: name, message: plainMessage(error) }] };
  }
  if (wishes.branch && !method.branches.includes(wishes.branch)) {
    const message = `a network trained with ${experiment.method.type} has one branch: aux needs dual batch normalisation`;
    return { ...answer, problems: [{ image: name, message }] };
  }
  const source = { dataset, settings, baseFolder, otherFolder: process.cwd() };
  const { images: clean, problems } =
    'count' in choices
      ? await readValidationImages(source, choices.count ?? dataset.validation.count)
      : await readChosenImages(choices, source);
  if (clean.length === 0) return { ...answer, problems };
  const images = wishes.corruption === undefined ? clean : await corrupted(clean, imageSize, wishes.corruption);
  const onNote = (note: string) => invocation.printError(`note: ${file}: ${note}`);
  const values = readChosen(() => readWeights(file, network.specs, { onNote }));
  let present = method.branches;
  if (method.branches.includes('aux') && !hasAux(file)) {
    present = ['main'];
    const rest = wishes.branch === 'aux' ? 'there is nothing to show' : 'only main is shown';
    problems.push({ image: name, message: `${file} has no aux branch: ${rest}; choose a checkpoint that has one` });
  }
  const executor = await openExecutor(
    backend,
    prepared,
    experiment,
    { imageSize, images: images.length },
    values,
    invocation,
  );
  const { normalization } = experiment.dataset;
  const gradCam = wishes.stage === undefined ? undefined : { network, values, stage: wishes.stage, normalization };
  try {
    const branches = present
      .filter((branch) => !wishes.branch || branch === wishes.branch)
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

async function openExecutor(
  backend: StartedBackend,
  prepared: ReturnType<typeof prepareNetwork>,
  experiment: Experiment,
  { imageSize, images }: { imageSize: number; images: number },
  values: Map<string, Float32Array>,
  invocation: Invocation,
) {
  const obstacle = await precisionObstacle(backend, experiment.training.precision);
  if (obstacle) invocation.printError(`warning: explaining in float32: ${obstacle}`);
  const training = { ...experiment.training, ...(obstacle && { precision: 'float32' as const }) };
  const batch = Math.min(experiment.evaluation.batchSize, images);
  const shapes = { imageSize, trainingBatches: [], evaluationBatch: batch, explainBatch: batch };
  const { executor, fallback } = await createExecutor(backend, prepared, { ...experiment, training }, shapes, values);
  for (const warning of [backend.warning, fallback]) if (warning) invocation.printError(`warning: ${warning}`);
  return executor;
}
