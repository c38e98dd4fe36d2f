import { add, maximum, minimum, mul, type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import type { ChannelNormalization } from '../data/loading/augment';
import { Generator } from '../random/generator';
import type { AuxiliarySource } from './auxiliary-source';
import { crossEntropy } from './cross-entropy';
import { pixelUnits } from './pixel-units';

/**
 * Gaussian noise: x̃ = x + n, clipped to valid pixels, with the loss CE(y). n is normal with standard deviation
 * `noisePixels` (unit: 1/255 of a pixel's range), independent for each value.
 */
export function noise(noisePixels: number, normalization: ChannelNormalization): AuxiliarySource {
  return {
    batch: 'noisy',
    draw: (generator) => ({ noiseSeed: generator.uint32() }),
    tensors: ({ noiseSeed }, { size, imageSize }) => {
      const shape: [number, number, number, number] = [size, imageSize, imageSize, 3];
      const normals = new Generator(noiseSeed!, 'noise').normals(size * imageSize ** 2 * 3);
      return { noise: tensor4d(normals, shape) };
    },
    images: (x, draws) => {
      const { unit, lowest, highest } = pixelUnits(normalization);
      const noisy = add(x, mul(draws.noise, mul(unit, noisePixels)));
      return minimum(maximum(noisy, lowest), highest) as Tensor4D;
    },
    loss: (logits, y) => crossEntropy(logits, y),
    lossFloor: () => 0,
  };
}
