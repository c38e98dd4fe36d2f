import type { DecodedFile } from './decode-pool';

/** How many images there are of each size in pixels, the most frequent first. */
export type ImageSizes = { width: number; height: number; images: number }[];

/**
 * Counts the sizes of decoded images.
 *
 * @param files absolute paths, in the order of the results
 * @param problems gets a sentence for each file that could not be decoded
 */
export function countSizes(files: readonly string[], results: readonly DecodedFile[], problems: string[]): ImageSizes {
  const sizes = new Map<string, ImageSizes[number]>();
  results.forEach((result, i) => {
    if ('error' in result) {
      problems.push(`${files[i]} ${result.error}; replace or remove it`);
      return;
    }
    const { width, height } = result;
    const size = sizes.get(`${width}×${height}`);
    if (size) size.images++;
    else sizes.set(`${width}×${height}`, { width, height, images: 1 });
  });
  return mostFrequentFirst([...sizes.values()]);
}

/** Adds up the counts of several parts. */
export function sumSizes(parts: readonly ImageSizes[]): ImageSizes {
  const sum: ImageSizes = [];
  for (const { width, height, images } of parts.flat()) {
    const size = sum.find((candidate) => candidate.width === width && candidate.height === height);
    if (size) size.images += images;
    else sum.push({ width, height, images });
  }
  return mostFrequentFirst(sum);
}

const mostFrequentFirst = (sizes: ImageSizes) => sizes.sort((a, b) => b.images - a.images);
