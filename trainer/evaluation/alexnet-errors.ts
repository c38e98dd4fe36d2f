import type { commonCorruptions } from '../../common/experiment/corruption-names';
import type { ErrorTable } from './corruption-error';

type CommonCorruption = (typeof commonCorruptions)[number];

/** Mean top-1 errors of AlexNet over the five severities of ImageNet-C, as in google-research/augmix (`ALEXNET_ERR`). */
const means: Record<CommonCorruption, number> = {
  gaussian_noise: 0.886428,
  shot_noise: 0.894468,
  impulse_noise: 0.92264,
  defocus_blur: 0.81988,
  glass_blur: 0.826268,
  motion_blur: 0.785948,
  zoom_blur: 0.79836,
  snow: 0.866816,
  frost: 0.826572,
  fog: 0.819324,
  brightness: 0.564592,
  contrast: 0.853204,
  elastic_transform: 0.646056,
  pixelate: 0.71784,
  jpeg_compression: 0.6065,
};

/**
 * AlexNet on ImageNet-C (1000 classes): what corruption errors are normalised by (Hendrycks and Dietterich 2019). Its clean error is
 * that of torchvision's weights, which they used: top-1 56.522 %. The means stand for each severity, as only their sum is needed.
 */
export const alexNetErrors: ErrorTable = {
  clean: 1 - 0.56522,
  corruptions: new Map(Object.entries(means).map(([name, mean]) => [name, new Array<number>(5).fill(mean)])),
};
