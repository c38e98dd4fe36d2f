import type { Explanation } from '../../common/run/events';
import type { Branch } from '../../common/weights/branch';
import type { ChannelNormalization } from '../data/loading/augment';
import type { ClassMaps, Executor } from '../execution/executor';
import type { Network } from '../models/network';
import { type ChosenImage, normalizedPixels } from './chosen-images';
import { gradCam } from './grad-cam';
import type { ActivationGrid } from './localisation';

/** The class that a map is for: the predicted one, the image's own (where unknown the predicted one), or a class number. */
export type ShownClass = 'predicted' | 'true' | number;

/** Logits and maps of chosen images through a branch, all from one state of the network. */
export interface ExplainedBranch extends ClassMaps {
  branch: Branch;
  classes: readonly string[];
  images: readonly ChosenImage[];
}

/** Logits and class activation maps of images through a branch. */
export function explainBranch(
  executor: Pick<Executor, 'classMaps'>,
  images: readonly ChosenImage[],
  branch: Branch,
  {
    classes,
    imageSize,
    normalization,
  }: { classes: readonly string[]; imageSize: number; normalization: ChannelNormalization },
): ExplainedBranch {
  const pixels = normalizedPixels(images, normalization);
  return { branch, classes, images, ...executor.classMaps(pixels, images.length, imageSize, branch) };
}

/** Softmax of an image's logits, and the class with the largest; ties go to the lower class. */
export function classProbabilities(
  { logits, classes }: Pick<ExplainedBranch, 'logits' | 'classes'>,
  image: number,
): { predicted: number; probabilities: Float64Array } {
  const row = logits.subarray(image * classes.length, (image + 1) * classes.length);
  let predicted = 0;
  for (let k = 1; k < row.length; k++) if (row[k] > row[predicted]) predicted = k;
  const probabilities = Float64Array.from(row, (logit) => Math.exp(logit - row[predicted]));
  const sum = probabilities.reduce((total, value) => total + value, 0);
  return { predicted, probabilities: probabilities.map((value) => value / sum) };
}

/** The class number that an image's map is shown for. */
export function shownClass(explained: ExplainedBranch, image: number, shown: ShownClass): number {
  if (typeof shown === 'number') return shown;
  const { label } = explained.images[image];
  return shown === 'true' && label !== undefined ? label : classProbabilities(explained, image).predicted;
}

/** The class activation map of an image for a class. */
export function activationGrid(
  { maps, height, width, classes }: ExplainedBranch,
  image: number,
  classIndex: number,
): ActivationGrid {
  const positions = height * width;
  const at = (position: number) => maps[(image * positions + position) * classes.length + classIndex];
  return { values: Float32Array.from({ length: positions }, (_, position) => at(position)), height, width };
}

/** The map shown of each image: the class activation map or, with a stage, Grad-CAM of its output. */
export function shownGrids(
  explained: ExplainedBranch,
  shown: ShownClass,
  stage?: {
    network: Network;
    values: ReadonlyMap<string, Float32Array>;
    stage: number;
    normalization: ChannelNormalization;
  },
): { classIndex: number; grid: ActivationGrid }[] {
  const { images, branch } = explained;
  const classIndices = images.map((_, image) => shownClass(explained, image, shown));
  if (!stage) {
    return classIndices.map((classIndex, image) => {
      return { classIndex, grid: activationGrid(explained, image, classIndex) };
    });
  }
  const grids = gradCam(stage.network, {
    values: stage.values,
    pixels: normalizedPixels(images, stage.normalization),
    imageSize: Math.sqrt(images[0].pixels.length / 3),
    branch,
    stage: stage.stage,
    classes: classIndices,
  });
  return classIndices.map((classIndex, image) => ({ classIndex, grid: grids[image] }));
}

/** An explanation as recorded and sent. */
export function explanationOf(
  explained: ExplainedBranch,
  image: number,
  { classIndex, grid }: { classIndex: number; grid: ActivationGrid },
): Explanation {
  const { branch, classes, images } = explained;
  const { path, index, label } = images[image];
  const { predicted, probabilities } = classProbabilities(explained, image);
  return {
    image: path,
    ...(index !== undefined && { index }),
    branch,
    class: classes[classIndex],
    ...(label !== undefined && { label: classes[label] }),
    predicted: classes[predicted],
    confidence: Number(probabilities[classIndex].toPrecision(6)),
    grid: gridRows(grid),
  };
}

function gridRows({ values, height, width }: ActivationGrid): number[][] {
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => Number(values[y * width + x].toPrecision(6))),
  );
}
