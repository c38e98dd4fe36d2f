import type { DecodedFile } from './decode-pool';

/** How many images there are of each size in pixels, the most frequent first. */
export type ImageSizes = { width: number; height: number; images: number }[];

/** An image file, by its absolute path, and what is wrong with it (a predicate). */
export interface BrokenFile {
  file: string;
  error: string;
}

/**
 * Counts the sizes of decoded images.
 *
 * @param files absolute paths, in the order of the results
 * @param broken gets the files that could not be decoded
 */
export function countSizes(
  files: readonly string[],
  results: readonly DecodedFile[],
  broken: BrokenFile[],
): ImageSizes {
  const sizes = new Map<string, ImageSizes[number]>();
  results.forEach((result, i) => {
    if ('error' in result) {
      broken.push({ file: files[i], error: result.error });
      return;
    }
    const { width, height } = result;
    const size = sizes.get(`${width}×${height}`);
    if (size) size.images++;
    else sizes.set(`${width}×${height}`, { width, height, images: 1 });
  });
  return mostFrequentFirst([...sizes.values()]);
}

/** Of so many files with one kind of problem each is a sentence of its own. */
const filesNamed = 10;

/** Sentences about broken files: where many have one kind of problem, one about all of them that names the first. */
export function sumUpBroken(broken: readonly BrokenFile[]): string[] {
  const kinds = new Map<string, BrokenFile[]>();
  for (const each of broken) {
    // Without what differs from file to file: sizes, first bytes.
    const kind = each.error.replace(/\(.*\)|\d+/g, '');
    const alike = kinds.get(kind);
    if (alike) alike.push(each);
    else kinds.set(kind, [each]);
  }
  return Array.from(kinds.values()).flatMap((alike) => {
    if (alike.length <= filesNamed) return alike.map(({ file, error }) => `${file} ${error}; replace or remove it`);
    const others = alike.slice(1, filesNamed).map(({ file }) => file);
    return `${alike.length} files have one kind of problem: ${alike[0].file} ${alike[0].error}; replace or remove them, likewise ${others.join(', ')} and ${alike.length - filesNamed} more (--json names all)`;
  });
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
