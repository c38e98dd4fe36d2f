import type { CamClass, CamMaps } from '../../common/panels/cam/cam-contract';

/** A class's map on one image, [height, width], rows from the top. */
export interface Grid {
  values: ArrayLike<number>;
  height: number;
  width: number;
}

/** What a branch says of an image, and its map for the class that is shown. */
export interface PanelExplanation {
  /** Softmax of the logits, one a class. */
  probabilities: Float64Array;
  predicted: number;
  /** Class number, if known. */
  label?: number;
  /** Whether the prediction is right; absent where that is not known. */
  isRight?: boolean;
  /** The class that the map is for; undefined: the network has no class of that name. */
  shown?: number;
  /** Absent where the map of that class was not kept. */
  grid?: Grid;
}

/** @returns undefined where the maps are not of that branch */
export function explanationIn(
  { branches, classes, images, height, width }: CamMaps,
  branch: 'main' | 'aux',
  image: number,
  shownClass: CamClass,
): PanelExplanation | undefined {
  const stored = branches[branch];
  if (stored === undefined) return undefined;
  const { predicted, probabilities } = softmax(stored.logits, image * classes.length, classes.length);
  const label = images[image]?.label;
  const shown =
    typeof shownClass === 'object'
      ? classes.indexOf(shownClass.name)
      : shownClass === 'true' && label !== undefined
        ? label
        : predicted;
  const explanation: PanelExplanation = {
    probabilities,
    predicted,
    ...(label !== undefined && { label, isRight: label === predicted }),
  };
  if (shown < 0) return explanation;
  const count = stored.kept.length / images.length;
  for (let k = 0; k < count; k++) {
    if (stored.kept[image * count + k] !== shown) continue;
    const start = (image * count + k) * height * width;
    const values = Array.prototype.slice.call(stored.maps, start, start + height * width) as number[];
    return { ...explanation, shown, grid: { values, height, width } };
  }
  return { ...explanation, shown };
}

/** Of the numbers from `start` on; ties go to the lower class. */
function softmax(
  logits: ArrayLike<number>,
  start: number,
  count: number,
): { predicted: number; probabilities: Float64Array } {
  let predicted = 0;
  for (let k = 1; k < count; k++) if (logits[start + k]! > logits[start + predicted]!) predicted = k;
  const largest = logits[start + predicted]!;
  const probabilities = Float64Array.from({ length: count }, (_, k) => Math.exp(logits[start + k]! - largest));
  const sum = probabilities.reduce((total, value) => total + value, 0);
  return { predicted, probabilities: probabilities.map((value) => value / sum) };
}
