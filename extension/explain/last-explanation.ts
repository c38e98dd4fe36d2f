import type { CamMaps } from '../../common/panels/cam/cam-contract';

/** What a branch takes an image for, and where it looks. */
export interface BranchExplanation {
  branch: 'main' | 'aux';
  /** The class of the largest logit. */
  predicted: string;
  /** Softmax of that class, 0 to 1. */
  confidence: number;
  /** Absent where the image's class is not known. */
  isRight?: boolean;
  /** The predicted class's map, [height, width], rows from the top. */
  map?: { values: Float32Array; height: number; width: number };
}

/** What the branches of a network say of an image; undefined where there are no maps of it. */
export function explanationOf(maps: readonly CamMaps[], path: string): BranchExplanation[] | undefined {
  for (const { images, classes, branches, height, width } of maps) {
    const image = images.findIndex((candidate) => candidate.path === path);
    if (image === -1) continue;
    const label = images[image]?.label;
    return (['main', 'aux'] as const).flatMap((branch) => {
      const stored = branches[branch];
      if (stored === undefined) return [];
      const { logits, kept } = stored;
      const own = classes.map((_, k) => logits[image * classes.length + k] ?? 0);
      const largest = Math.max(...own);
      const predicted = own.indexOf(largest);
      const sum = own.reduce((total, logit) => total + Math.exp(logit - largest), 0);
      const count = kept.length / images.length;
      const of = Array.from({ length: count }, (_, k) => image * count + k).find((row) => kept[row] === predicted);
      const size = height * width;
      return [
        {
          branch,
          predicted: classes[predicted] ?? '',
          confidence: 1 / sum,
          ...(label !== undefined && { isRight: label === predicted }),
          ...(of !== undefined && {
            map: { values: Float32Array.from({ length: size }, (_, i) => stored.maps[of * size + i]), height, width },
          }),
        },
      ];
    });
  }
  return undefined;
}
