import { join } from 'node:path';
import { compareCodeUnits, folderNames } from '../../../common/dataset/dataset-folder';
import { findSplits, hasImages, isSplitName, validationFolder } from '../../../common/dataset/split-folders';
import { DatasetError } from '../../../common/errors/dataset-error';
import { corruptionNames } from '../../../common/experiment/corruption-names';

/** Where the images of a corruption lie. */
export interface CorruptionFolder {
  /** Relative to the set's folder, with slashes: gaussian_noise, or noise/gaussian_noise. */
  folder: string;
  /** The severities that there are, ascending. */
  severities: number[];
}

/**
 * The folder with the class folders of a corruption at a severity, relative to the set's: where a whole data set was corrupted, they
 * lie in its validation split.
 *
 * @throws DatasetError if the folder cannot be read, or has more than one such split
 */
export function severityPlace(root: string, { folder }: CorruptionFolder, severity: number): string {
  const place = `${folder}/${severity}`;
  const splits = findSplits(join(root, place));
  const problems: string[] = [];
  const split = splits.others.length > 0 ? undefined : validationFolder(splits, problems);
  if (problems.length > 0) throw new DatasetError(problems[0]);
  return split === undefined ? place : `${place}/${split}`;
}

const severityName = /^[1-5]$/;

/**
 * Lists the corruptions of ImageNet-C: folders `<corruption>/<severity>/`, also one folder deeper, as the official archives (blur,
 * digital, extra, noise, weather) unpack. A severity has class folders in it; of a corruption that is not one of the benchmark's at
 * least two, with images, for `val/1/` and `cat/1/` are none.
 *
 * @param root absolute path of an existing folder
 * @returns by name, in the order of the names; empty if it is no such set
 */
export function imageNetCorruptions(root: string): Map<string, CorruptionFolder> {
  const found = new Map<string, CorruptionFolder>();
  const look = (folder: string, name: string): boolean => {
    if (isSplitName(name)) return false;
    const isKnown = (corruptionNames as readonly string[]).includes(name);
    const severities = folderNames(join(root, folder)).filter((child) => {
      if (!severityName.test(child)) return false;
      const place = join(root, folder, child);
      const classes = folderNames(place);
      return isKnown
        ? classes.length > 0
        : classes.length > 1 && classes.some((inner) => hasImages(join(place, inner)));
    });
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
