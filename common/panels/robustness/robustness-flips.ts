import type { EvaluationPredictions } from '../../run/evaluation-predictions';
import { evaluatedBranches } from '../../run/evaluations';
import { readableName } from '../../run/readable-names';
import { measured } from '../measured';
import type { FlippedImage, RobustnessCell, RobustnessFlips } from './robustness-contract';

/** An image that is lost: right when clean, wrong when corrupted. */
export interface LostImage extends FlippedImage {
  /** Path of its corrupted copy within the corrupted images, where these are files. */
  corruptedPath: string;
}

/** What a branch loses and gains by a corruption, with some of the images. */
export interface FoundFlips extends RobustnessFlips {
  shown: LostImage[];
}

/**
 * Compares what a branch says of clean images with what it says of the corrupted ones.
 * @param count the number of lost images that are named at most, the most confident mistakes first
 * @throws Error saying which predictions are missing
 */
export function findFlips(
  { classes, readableNames, conditions }: EvaluationPredictions,
  cell: RobustnessCell,
  count: number,
): FoundFlips {
  const { corruption, severity } = cell;
  const branch = evaluatedBranches.find((name) => name === cell.branch);
  const clean = conditions.find(({ name }) => name === 'clean');
  const corrupted = conditions.find((one) => one.name === corruption && one.severity === severity);
  const before = branch && clean?.branches[branch];
  const after = branch && corrupted?.branches[branch];
  if (clean === undefined || corrupted === undefined || before === undefined || after === undefined) {
    throw new Error(
      `The evaluation ${cell.evaluation} holds no predictions of ${corruption}, severity ${severity}, through ${cell.branch}: ` +
        'evaluate the run again to see which images are lost.',
    );
  }
  const placeOf = new Map(clean.names.map((name, index) => [name, index]));
  const lost: { index: number; place: number }[] = [];
  let images = 0;
  let gained = 0;
  for (const [place, name] of corrupted.names.entries()) {
    const index = placeOf.get(name);
    // Sets of corrupted images may hold other images too.
    if (index === undefined) continue;
    images++;
    const label = clean.labels[index];
    const [wasRight, isRight] = [before.predicted[index] === label, after.predicted[place] === label];
    if (wasRight && !isRight) lost.push({ index, place });
    if (!wasRight && isRight) gained++;
  }
  lost.sort((a, b) => after.confidence[b.place] - after.confidence[a.place]);
  const className = (number: number) => readableName(readableNames, classes[number] ?? `class ${number}`);
  const shown = lost.slice(0, count).map(
    ({ index, place }): LostImage => ({
      path: clean.prefix + clean.names[index],
      corruptedPath: corrupted.prefix + corrupted.names[place],
      label: className(clean.labels[index]),
      predicted: className(after.predicted[place]),
      confidence: measured(after.confidence[place]),
      cleanConfidence: measured(before.confidence[index]),
    }),
  );
  return { ...cell, images, lost: lost.length, gained, shown };
}
