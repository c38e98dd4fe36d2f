import { type Tensor1D, tensor1d } from '@tensorflow/tfjs-core';
import type { ChannelNormalization } from '../data/loading/augment';

/** Pixel values of normalised images, by channel: [3] each. */
export interface PixelUnits {
  /** 1/255 of a pixel's range. */
  unit: Tensor1D;
  /** Black and white. */
  lowest: Tensor1D;
  highest: Tensor1D;
}

/**
 * The units of images that are (pixel − mean)/std. Black and white are rounded as `assembleBatch` rounds them: no pixel of an
 * image lies outside.
 */
export function pixelUnits({ mean, std }: ChannelNormalization): PixelUnits {
  const normalised = (pixel: number) =>
    tensor1d(mean.map((channelMean, i) => Math.fround(pixel - Math.fround(channelMean)) / Math.fround(std[i])));
  return {
    unit: tensor1d(std.map((channelStd) => 1 / (255 * channelStd))),
    lowest: normalised(0),
    highest: normalised(1),
  };
}
