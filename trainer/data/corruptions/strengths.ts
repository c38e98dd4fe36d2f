import type { CorruptionName, Strength } from '../../../common/experiment/corruption-names';

/** Parameters of one severity. Levels are in [0, 1] where not said otherwise, lengths in pixels. */
export interface CorruptionParameters {
  /** Standard deviation. */
  gaussian_noise: number;
  /** Photons at full brightness. */
  shot_noise: number;
  /** Share of values that become 0 or 255. */
  impulse_noise: number;
  defocus_blur: readonly [radius: number, aliasBlur: number];
  glass_blur: readonly [sigma: number, maxDelta: number, iterations: number];
  motion_blur: readonly [radius: number, sigma: number];
  /** Zooms by 1, 1 + step, … up to `end`. */
  zoom_blur: readonly [end: number, step: number];
  snow: readonly [
    mean: number,
    deviation: number,
    zoom: number,
    threshold: number,
    blurRadius: number,
    blurSigma: number,
    imageWeight: number,
  ];
  frost: readonly [imageWeight: number, frostWeight: number];
  fog: readonly [amplitude: number, wibbleDecay: number];
  /** Added to V. */
  brightness: number;
  /** Gain around the mean of each channel. */
  contrast: number;
  /** Factor of the displacement, its smoothing, largest shift of the affine map's points. */
  elastic_transform: readonly [alpha: number, sigma: number, affine: number];
  /** Size of the small picture, relative. */
  pixelate: number;
  /** Quality. */
  jpeg_compression: number;
  /** Standard deviation, relative to the value. */
  speckle_noise: number;
  gaussian_blur: number;
  spatter: readonly [
    mean: number,
    deviation: number,
    sigma: number,
    threshold: number,
    intensity: number,
    kind: 'water' | 'mud',
  ];
  /** Gain and offset of S. */
  saturate: readonly [gain: number, offset: number];
}

/** Parameters of severities 1 to 5. */
type BySeverity<T> = readonly [T, T, T, T, T];
type Strengths = { readonly [Name in CorruptionName]: BySeverity<CorruptionParameters[Name]> };

/** `make_imagenet_c.py`. The 244 is the original's: a typo for 224 that the published data set has. */
// biome-ignore format: one severity after the other, as in the original
const imagenet: Strengths = {
  gaussian_noise: [0.08, 0.12, 0.18, 0.26, 0.38],
  shot_noise: [60, 25, 12, 5, 3],
  impulse_noise: [0.03, 0.06, 0.09, 0.17, 0.27],
  defocus_blur: [[3, 0.1], [4, 0.5], [6, 0.5], [8, 0.5], [10, 0.5]],
  glass_blur: [[0.7, 1, 2], [0.9, 2, 1], [1, 2, 3], [1.1, 3, 2], [1.5, 4, 2]],
  motion_blur: [[10, 3], [15, 5], [15, 8], [15, 12], [20, 15]],
  zoom_blur: [[1.11, 0.01], [1.16, 0.01], [1.21, 0.02], [1.26, 0.02], [1.31, 0.03]],
  snow: [
    [0.1, 0.3, 3, 0.5, 10, 4, 0.8], [0.2, 0.3, 2, 0.5, 12, 4, 0.7], [0.55, 0.3, 4, 0.9, 12, 8, 0.7],
    [0.55, 0.3, 4.5, 0.85, 12, 8, 0.65], [0.55, 0.3, 2.5, 0.85, 12, 12, 0.55],
  ],
  frost: [[1, 0.4], [0.8, 0.6], [0.7, 0.7], [0.65, 0.7], [0.6, 0.75]],
  fog: [[1.5, 2], [2, 2], [2.5, 1.7], [2.5, 1.5], [3, 1.4]],
  brightness: [0.1, 0.2, 0.3, 0.4, 0.5],
  contrast: [0.4, 0.3, 0.2, 0.1, 0.05],
  elastic_transform: [
    [244 * 2, 244 * 0.7, 244 * 0.1], [244 * 2, 244 * 0.08, 244 * 0.2], [244 * 0.05, 244 * 0.01, 244 * 0.02],
    [244 * 0.07, 244 * 0.01, 244 * 0.02], [244 * 0.12, 244 * 0.01, 244 * 0.02],
  ],
  pixelate: [0.6, 0.5, 0.4, 0.3, 0.25],
  jpeg_compression: [25, 18, 15, 10, 7],
  speckle_noise: [0.15, 0.2, 0.35, 0.45, 0.6],
  gaussian_blur: [1, 2, 3, 4, 6],
  spatter: [
    [0.65, 0.3, 4, 0.69, 0.6, 'water'], [0.65, 0.3, 3, 0.68, 0.6, 'water'], [0.65, 0.3, 2, 0.68, 0.5, 'water'],
    [0.65, 0.3, 1, 0.65, 1.5, 'mud'], [0.67, 0.4, 1, 0.65, 1.5, 'mud'],
  ],
  saturate: [[0.3, 0], [0.1, 0], [2, 0], [5, 0.1], [20, 0.2]],
};

/** `make_tinyimagenet_c.py`. */
// biome-ignore format: one severity after the other, as in the original
const tiny: Strengths = {
  gaussian_noise: [0.04, 0.08, 0.12, 0.15, 0.18],
  shot_noise: [250, 100, 50, 30, 15],
  impulse_noise: [0.01, 0.02, 0.05, 0.08, 0.14],
  defocus_blur: [[0.5, 0.6], [1, 0.1], [1.5, 0.1], [2.5, 0.01], [3, 0.1]],
  glass_blur: [[0.1, 1, 1], [0.5, 1, 1], [0.6, 1, 2], [0.7, 2, 1], [0.9, 2, 2]],
  motion_blur: [[10, 1], [10, 1.5], [10, 2], [10, 2.5], [12, 3]],
  zoom_blur: [[1.06, 0.01], [1.11, 0.01], [1.16, 0.01], [1.21, 0.01], [1.26, 0.01]],
  snow: [
    [0.1, 0.2, 1, 0.6, 8, 3, 0.8], [0.1, 0.2, 1, 0.5, 10, 4, 0.8], [0.15, 0.3, 1.75, 0.55, 10, 4, 0.7],
    [0.25, 0.3, 2.25, 0.6, 12, 6, 0.65], [0.3, 0.3, 1.25, 0.65, 14, 12, 0.6],
  ],
  frost: [[1, 0.3], [0.9, 0.4], [0.8, 0.45], [0.75, 0.5], [0.7, 0.55]],
  fog: [[0.4, 3], [0.7, 3], [1, 2.5], [1.5, 2], [2, 1.75]],
  brightness: [0.1, 0.2, 0.3, 0.4, 0.5],
  contrast: [0.4, 0.3, 0.2, 0.1, 0.05],
  elastic_transform: [
    [0, 0, 64 * 0.08], [64 * 0.05, 64 * 0.3, 64 * 0.06], [64 * 0.1, 64 * 0.08, 64 * 0.06],
    [64 * 0.1, 64 * 0.03, 64 * 0.03], [64 * 0.16, 64 * 0.03, 64 * 0.02],
  ],
  pixelate: [0.9, 0.8, 0.7, 0.6, 0.5],
  jpeg_compression: [65, 58, 50, 40, 25],
  speckle_noise: [0.15, 0.2, 0.25, 0.3, 0.35],
  gaussian_blur: [0.5, 0.75, 1, 1.25, 1.5],
  spatter: [
    [0.62, 0.1, 0.7, 0.7, 0.6, 'water'], [0.65, 0.1, 0.8, 0.7, 0.6, 'water'], [0.65, 0.3, 1, 0.69, 0.6, 'water'],
    [0.65, 0.1, 0.7, 0.68, 0.6, 'mud'], [0.65, 0.1, 0.5, 0.67, 0.6, 'mud'],
  ],
  saturate: [[0.3, 0], [0.1, 0], [2, 0], [5, 0.1], [30, 0.2]],
};

/** `make_cifar_c.py`. */
// biome-ignore format: one severity after the other, as in the original
const cifar: Strengths = {
  gaussian_noise: [0.04, 0.06, 0.08, 0.09, 0.1],
  shot_noise: [500, 250, 100, 75, 50],
  impulse_noise: [0.01, 0.02, 0.03, 0.05, 0.07],
  defocus_blur: [[0.3, 0.4], [0.4, 0.5], [0.5, 0.6], [1, 0.2], [1.5, 0.1]],
  glass_blur: [[0.05, 1, 1], [0.25, 1, 1], [0.4, 1, 1], [0.25, 1, 2], [0.4, 1, 2]],
  motion_blur: [[6, 1], [6, 1.5], [6, 2], [8, 2], [9, 2.5]],
  zoom_blur: [[1.06, 0.01], [1.11, 0.01], [1.16, 0.01], [1.21, 0.01], [1.26, 0.01]],
  snow: [
    [0.1, 0.2, 1, 0.6, 8, 3, 0.95], [0.1, 0.2, 1, 0.5, 10, 4, 0.9], [0.15, 0.3, 1.75, 0.55, 10, 4, 0.9],
    [0.25, 0.3, 2.25, 0.6, 12, 6, 0.85], [0.3, 0.3, 1.25, 0.65, 14, 12, 0.8],
  ],
  frost: [[1, 0.2], [1, 0.3], [0.9, 0.4], [0.85, 0.4], [0.75, 0.45]],
  fog: [[0.2, 3], [0.5, 3], [0.75, 2.5], [1, 2], [1.5, 1.75]],
  brightness: [0.05, 0.1, 0.15, 0.2, 0.3],
  contrast: [0.75, 0.5, 0.4, 0.3, 0.15],
  elastic_transform: [
    [0, 0, 32 * 0.08], [32 * 0.05, 32 * 0.2, 32 * 0.07], [32 * 0.08, 32 * 0.06, 32 * 0.06],
    [32 * 0.1, 32 * 0.04, 32 * 0.05], [32 * 0.1, 32 * 0.03, 32 * 0.03],
  ],
  pixelate: [0.95, 0.9, 0.85, 0.75, 0.65],
  jpeg_compression: [80, 65, 58, 50, 40],
  speckle_noise: [0.06, 0.1, 0.12, 0.16, 0.2],
  gaussian_blur: [0.4, 0.6, 0.7, 0.8, 1],
  spatter: [
    [0.62, 0.1, 0.7, 0.7, 0.5, 'water'], [0.65, 0.1, 0.8, 0.7, 0.5, 'water'], [0.65, 0.3, 1, 0.69, 0.5, 'water'],
    [0.65, 0.1, 0.7, 0.69, 0.6, 'mud'], [0.65, 0.1, 0.5, 0.68, 0.6, 'mud'],
  ],
  saturate: [[0.3, 0], [0.1, 0], [1.5, 0], [2, 0.1], [2.5, 0.2]],
};

/** Read from hendrycks/robustness (Apache-2.0, commit 8190fe32). */
export const strengths: Readonly<Record<Strength, Strengths>> = { imagenet, tiny, cifar };

/** Factor by which frost textures are scaled before a piece is cut out. */
export const frostScales: Readonly<Record<Strength, number>> = { imagenet: 1, tiny: 0.3, cifar: 0.2 };
