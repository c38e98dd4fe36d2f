import type { RgbImage } from '../images/resize';
import { filterKernels } from './filter-kernels';

/** Levels move towards the mean of their channel: (x − mean)·gain + mean. */
export function contrast({ data }: RgbImage, gain: number): Uint8Array {
  const kernels = filterKernels();
  kernels.reset();
  const pixels = data.length / 3;
  const bytes = kernels.place(data);
  const sums = kernels.area(6);
  kernels.channelSums(bytes, pixels, sums);
  const levels = new Uint8Array(3 * 256);
  kernels.doubles(sums, 3).forEach((sum, channel) => {
    const mean = sum / pixels / 255;
    for (let level = 0; level < 256; level++)
      levels[channel * 256 + level] = Math.min(1, Math.max(0, (level / 255 - mean) * gain + mean)) * 255;
  });
  kernels.mapChannels(bytes, pixels, kernels.place(levels));
  return kernels.bytes(bytes, data.length).slice();
}
