import type { PredictionColumns } from '../run/evaluation-predictions';

/** Which classes N images of C classes are taken for. */
export interface ClassConfusions {
  /** [C][C], images by their class and by the predicted one. */
  matrix: number[][];
  /** [C], images of each class. More than its row's sum where logits were not finite: such images are wrong, and no class is predicted. */
  images: number[];
  /** [C], fractions in [0, 1]; null for a class without images. */
  accuracies: (number | null)[];
}

/** Images of a class that are taken for another. */
export interface Confusion {
  /** Class numbers. */
  label: number;
  predicted: number;
  /** How many, of how many of the class. */
  count: number;
  of: number;
}

/** The class that is predicted of an image; undefined where logits were not finite. */
export function predictedClass({ predicted, confidence }: PredictionColumns, image: number): number | undefined {
  return confidence[image] > 0 ? predicted[image] : undefined;
}

/**
 * @param labels [N], class numbers below `classes`
 * @param columns [N]
 */
export function classConfusions(
  labels: readonly number[],
  columns: PredictionColumns,
  classes: number,
): ClassConfusions {
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  const images = new Array<number>(classes).fill(0);
  for (const [image, label] of labels.entries()) {
    images[label]++;
    const predicted = predictedClass(columns, image);
    if (predicted !== undefined) matrix[label][predicted]++;
  }
  return { matrix, images, accuracies: images.map((of, label) => (of === 0 ? null : matrix[label][label] / of)) };
}

/** The most frequent confusions, of equally frequent ones those of a higher share of their class first. */
export function topConfusions({ matrix, images }: ClassConfusions, count: number): Confusion[] {
  const all = matrix.flatMap((row, label) =>
    row.map((count, predicted) => ({ label, predicted, count, of: images[label] })),
  );
  return all
    .filter(({ label, predicted, count }) => label !== predicted && count > 0)
    .sort((a, b) => b.count - a.count || a.of - b.of)
    .slice(0, count);
}
