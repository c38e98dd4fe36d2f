/**
 * Names of the common corruptions (Hendrycks and Dietterich 2019), as ImageNet-C names its folders. Light: what only needs
 * names imports this file and nothing that computes.
 */

/** Every corruption, in the groups and order of the benchmark. */
export const corruptionGroups = {
  Noise: ['gaussian_noise', 'shot_noise', 'impulse_noise'],
  Blur: ['defocus_blur', 'glass_blur', 'motion_blur', 'zoom_blur'],
  Weather: ['snow', 'frost', 'fog', 'brightness'],
  Digital: ['contrast', 'elastic_transform', 'pixelate', 'jpeg_compression'],
  'Held out': ['speckle_noise', 'gaussian_blur', 'spatter', 'saturate'],
} as const;

const { 'Held out': heldOut, ...benchmark } = corruptionGroups;

/** For choosing hyperparameters: not part of mCE. */
export const heldOutCorruptions = heldOut;

/** The 15 of the benchmark, over which mCE is the mean. */
export const commonCorruptions = Object.values(benchmark).flat();

export const corruptionNames = [...commonCorruptions, ...heldOutCorruptions];

export type CorruptionName = (typeof corruptionNames)[number];

export const severities = [1, 2, 3, 4, 5] as const;

export type Severity = (typeof severities)[number];

/** For which pictures the parameters were chosen: 224, 64 and 32 px. */
export const strengthNames = ['imagenet', 'tiny', 'cifar'] as const;

export type Strength = (typeof strengthNames)[number];

/** The strength for pictures whose shorter side has `side` pixels, where none is asked for. */
export function strengthForSize(side: number): Strength {
  if (side <= 48) return 'cifar';
  return side <= 100 ? 'tiny' : 'imagenet';
}
