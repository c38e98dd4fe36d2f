import type { ConditionPredictions, EvaluationPredictions } from '../run/evaluation-predictions';
import type { EvaluatedBranch } from '../run/evaluations';
import { predictedClass } from './confusion-matrix';
import { mcnemarTest } from './statistics/mcnemar';

/** An image that one of two networks gets right and the other wrong. Classes by name. */
export interface DisputedImage {
  /** Relative to the data set. */
  path: string;
  label: string;
  /** What the wrong one takes it for; null where its logits were not finite. */
  mistakenFor: string | null;
}

/** What two networks say of the same clean images. */
export interface PairedPredictions {
  branch: EvaluatedBranch;
  images: number;
  bothRight: number;
  bothWrong: number;
  /** Images that only the first, and only the second gets right. */
  firstOnly: DisputedImage[];
  secondOnly: DisputedImage[];
  /** Of McNemar's exact test, two-sided. */
  pValue: number;
}

/** Two sets of predictions that are not of the same images with the same labels. The message says what differs. */
export class OtherImagesError extends Error {
  override readonly name = 'OtherImagesError';
}

/**
 * Compares what two networks predict of clean images, through each branch that both were evaluated through.
 *
 * Images are told by their paths and labels by the names of their classes, so neither the order of images nor that of classes matters.
 *
 * @throws OtherImagesError
 */
export function pairPredictions(first: EvaluationPredictions, second: EvaluationPredictions): PairedPredictions[] {
  const [clean, other] = [cleanCondition(first), cleanCondition(second)];
  const places = matchImages(first, clean, second, other);
  return (Object.keys(clean.branches) as EvaluatedBranch[]).flatMap((branch) => {
    const [own, others] = [clean.branches[branch], other.branches[branch]];
    if (own === undefined || others === undefined) return [];
    const firstOnly: DisputedImage[] = [];
    const secondOnly: DisputedImage[] = [];
    let bothRight = 0;
    for (const [image, place] of places.entries()) {
      const [predicted, predictedByOther] = [predictedClass(own, image), predictedClass(others, place)];
      const isRight = predicted === clean.labels[image];
      const isOtherRight = predictedByOther === other.labels[place];
      if (isRight && isOtherRight) bothRight++;
      if (isRight === isOtherRight) continue;
      const disputed = {
        path: clean.prefix + clean.names[image],
        label: first.classes[clean.labels[image]],
        mistakenFor: isRight ? className(second, predictedByOther) : className(first, predicted),
      };
      (isRight ? firstOnly : secondOnly).push(disputed);
    }
    const bothWrong = places.length - bothRight - firstOnly.length - secondOnly.length;
    const pValue = mcnemarTest(firstOnly.length, secondOnly.length);
    return [{ branch, images: places.length, bothRight, bothWrong, firstOnly, secondOnly, pValue }];
  });
}

export function cleanCondition({ conditions }: EvaluationPredictions): ConditionPredictions {
  const clean = conditions.find(({ name }) => name === 'clean');
  if (clean === undefined) throw new OtherImagesError('there are no predictions of clean images');
  return clean;
}

const className = ({ classes }: EvaluationPredictions, predicted: number | undefined): string | null =>
  predicted === undefined ? null : (classes[predicted] ?? `class ${predicted}`);

/** Where each image of the first set is in the second. @throws OtherImagesError */
function matchImages(
  first: EvaluationPredictions,
  clean: ConditionPredictions,
  second: EvaluationPredictions,
  other: ConditionPredictions,
): number[] {
  const otherClasses = new Set(second.classes);
  const missing = first.classes.filter((name) => !otherClasses.has(name));
  if (missing.length > 0 || first.classes.length !== second.classes.length) {
    const named = missing.length > 0 ? `, ${JSON.stringify(missing[0])} only of one` : '';
    throw new OtherImagesError(
      `the classes are others: ${first.classes.length} and ${second.classes.length} of them${named}`,
    );
  }
  if (clean.names.length !== other.names.length)
    throw new OtherImagesError(`the images are others: ${clean.names.length} and ${other.names.length} of them`);
  const placeOf = new Map(other.names.map((name, place) => [other.prefix + name, place]));
  return clean.names.map((name, image) => {
    const path = clean.prefix + name;
    const place = placeOf.get(path);
    if (place === undefined) throw new OtherImagesError(`the images are others: ${path} is only among those of one`);
    const label = first.classes[clean.labels[image]];
    const otherLabel = second.classes[other.labels[place]];
    if (label !== otherLabel)
      throw new OtherImagesError(`the labels are others: ${path} is of class ${label} and of class ${otherLabel}`);
    return place;
  });
}
