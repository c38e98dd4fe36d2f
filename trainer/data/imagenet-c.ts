import { join } from 'node:path';
import { compareCodeUnits, folderNames } from './dataset-folder';

/** Where the images of a corruption lie. */
export interface CorruptionFolder {
  /** Relative to the set's folder, with slashes: gaussian_noise, or noise/gaussian_noise. */
  folder: string;
  /** The severities that there are, ascending. */
  severities: number[];
}

const severityName = /^[1-5]$/;

/**
 * Lists what there is of ImageNet-C: folders `<corruption>/<severity>/`, also one folder deeper, as the official archives (blur,
 * digital, extra, noise, weather) unpack. The names of corruptions are taken as they are.
 *
 * @param root absolute path of an existing folder
 * @returns by name, in the order of the names; empty if it is no such set
 */
export function imageNetCorruptions(root: string): Map<string, CorruptionFolder> {
  const found = new Map<string, CorruptionFolder>();
  const look = (folder: string, name: string): boolean => {
    const severities = folderNames(join(root, folder)).filter((child) => severityName.test(child));
    if (severities.length > 0 && !found.has(name)) found.set(name, { folder, severities: severities.map(Number) });
    return severities.length > 0;
  };
  for (const name of folderNames(root)) {
    if (look(name, name)) continue;
    // Class folders have images in them; this looks at no more than their names.
    for (const inner of folderNames(join(root, name))) look(`${name}/${inner}`, inner);
  }
  return new Map([...found].sort(([a], [b]) => compareCodeUnits(a, b)));
}
