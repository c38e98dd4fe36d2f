import { statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { isSplitName } from '../../common/dataset/split-folders';
import { reasonOf } from '../../common/errors/system-error';
import { type DatasetSettings, datasetFacts } from '../../common/experiment/datasets/datasets';
import { pathInside } from '../../common/files/path-inside';
import type { Dataset, ImageSet } from '../data/dataset';
import { readImage } from '../data/images/image-reader';
import { fitImage, type RgbImage } from '../data/images/resize';
import { assembleBatch, type ChannelNormalization } from '../data/loading/augment';
import { BoxFinder } from './object-regions/find-boxes';
import { AnnotationError } from './object-regions/object-box';
import { regionMask } from './object-regions/region-mask';

/** An image whose maps are asked for. */
export interface ChosenImage {
  /** Relative to the data set, or of a file elsewhere as it was named. */
  path: string;
  /** Index within the validation images, if it is one. */
  index?: number;
  /** Class number, if known. */
  label?: number;
  /** [S, S, 3], grey levels, as the network sees it before normalisation. */
  pixels: Uint8Array;
  /** [S, S], 1 on the object; absent where nobody says where it is. */
  region?: Uint8Array;
}

/** An image that cannot be shown. */
export interface ImageProblem {
  image: string;
  message: string;
}

/** Where images are looked up. */
export interface ImageLookup {
  dataset: Dataset;
  settings: DatasetSettings;
  /** Folder against which relative paths of the experiment are resolved. */
  baseFolder: string;
  /** Another folder in which files are looked up: a command's working folder. */
  otherFolder?: string;
}

/**
 * Reads chosen images: validation images by index or path, training images by path, and files anywhere, by a path that is
 * absolute or relative to the data set or to the experiment. A problem with one leaves the others.
 */
export async function readChosenImages(
  references: readonly (string | number)[],
  source: ImageLookup,
): Promise<{ images: ChosenImage[]; problems: ImageProblem[] }> {
  const reader = new ChosenImageReader(source);
  const images: ChosenImage[] = [];
  const problems: ImageProblem[] = [];
  for (const reference of references) {
    try {
      images.push(await reader.read(reference));
    } catch (error) {
      problems.push({ image: String(reference), message: reasonOf(error) });
    }
  }
  problems.push(...reader.annotationProblems);
  return { images, problems };
}

/** Validation images, spread evenly over the set, which image folders sort by class. */
export async function readValidationImages(
  source: ImageLookup,
  count: number,
): Promise<{ images: ChosenImage[]; problems: ImageProblem[] }> {
  const all = source.dataset.validation.count;
  const indices = Array.from({ length: Math.min(count, all) }, (_, i) => Math.floor((i * all) / Math.min(count, all)));
  return readChosenImages(indices, source);
}

class ChosenImageReader {
  readonly annotationProblems: ImageProblem[] = [];
  /** Folder of a data set whose images are files. */
  private readonly root: string | undefined;
  private readonly boxes: BoxFinder | undefined;
  private validationIndex: Map<string, number> | undefined;
  private trainingIndex: Map<string, number> | undefined;

  constructor(private readonly source: ImageLookup) {
    const { settings, baseFolder } = source;
    const { hasImageFiles } = datasetFacts(settings.type);
    this.root = hasImageFiles && 'path' in settings ? resolve(baseFolder, settings.path) : undefined;
    this.boxes = this.root === undefined ? undefined : new BoxFinder(this.root);
  }

  /** @throws an Error that says what is wrong with the reference */
  async read(reference: string | number): Promise<ChosenImage> {
    const { validation, training } = this.source.dataset;
    if (typeof reference === 'number') {
      if (reference < validation.count) return this.ofSet(validation, reference, reference);
      throw new Error(
        `there are ${validation.count} validation images: choose an index from 0 to ${validation.count - 1}`,
      );
    }
    this.validationIndex ??= indexOf(validation);
    this.trainingIndex ??= indexOf(training);
    const named = this.inSets(reference);
    if (named) return named;
    const file = this.fileOf(reference);
    // An image of the data set may be named by its absolute path, or from another folder.
    const path = this.root === undefined ? undefined : pathInside(this.root, file);
    return (path === undefined ? undefined : this.inSets(path)) ?? this.ofFile(reference, file, path);
  }

  private inSets(path: string): Promise<ChosenImage> | undefined {
    const { validation, training } = this.source.dataset;
    const index = this.validationIndex?.get(path);
    if (index !== undefined) return this.ofSet(validation, index, index);
    const trainingIndex = this.trainingIndex?.get(path);
    return trainingIndex === undefined ? undefined : this.ofSet(training, trainingIndex);
  }

  private async ofSet(set: ImageSet, at: number, index?: number): Promise<ChosenImage> {
    const path = set.path(at);
    const pixels = await readImage(set, at);
    const region = set.mask ? set.mask(at) : await this.regionOf(path);
    return { path, ...(index !== undefined && { index }), label: set.labels[at], pixels, ...(region && { region }) };
  }

  private fileOf(reference: string): string {
    const { baseFolder, otherFolder } = this.source;
    const places = isAbsolute(reference)
      ? [reference]
      : [this.root, otherFolder, baseFolder].flatMap((folder) => (folder ? [resolve(folder, reference)] : []));
    const file = places.find((place) => statSync(place, { throwIfNoEntry: false })?.isFile());
    if (file === undefined) {
      const tried = [...new Set(places)].join(' or ');
      throw new Error(
        `is no image of the data set, and there is no file ${tried}: put it back, or name a path or index of the data set`,
      );
    }
    return file;
  }

  /** @param path relative to the data set, if it lies there: in a folder that is not read, or beyond a limit */
  private async ofFile(reference: string, file: string, path: string | undefined): Promise<ChosenImage> {
    const { classes, validation } = this.source.dataset;
    const { imageSize } = validation;
    const image = await decode(file);
    const region = path === undefined ? undefined : await this.regionIn(path, async () => image);
    const label = path === undefined ? -1 : classes.indexOf(classFolderOf(path));
    return {
      path: path ?? reference,
      ...(label >= 0 && { label }),
      pixels: fitImage(image, imageSize, 'validation'),
      ...(region && { region }),
    };
  }

  private async regionOf(path: string): Promise<Uint8Array | undefined> {
    const { root } = this;
    if (root === undefined) return undefined;
    return this.regionIn(path, () => decode(join(root, path)));
  }

  private async regionIn(path: string, image: () => Promise<RgbImage>): Promise<Uint8Array | undefined> {
    try {
      const boxes = this.boxes?.find(path);
      return boxes && regionMask(boxes, await image(), this.source.dataset.validation.imageSize);
    } catch (error) {
      if (!(error instanceof AnnotationError)) throw error;
      this.annotationProblems.push({ image: path, message: `its object is not known: ${error.message}` });
      return undefined;
    }
  }
}

/** The folder of an image's class: the first, or the second where the first is a split. */
function classFolderOf(path: string): string {
  const folders = path.split('/').slice(0, -1);
  return folders.length > 1 && isSplitName(folders[0]) ? folders[1] : (folders[0] ?? '');
}

/** Loads sharp only when a file has to be decoded. */
async function decode(file: string): Promise<RgbImage> {
  const { decodeImage } = await import('../data/images/decode');
  try {
    return await decodeImage(file);
  } catch (error) {
    throw new Error(`${file} ${(error as Error).message}; replace it, or choose another image`);
  }
}

function indexOf(set: ImageSet): Map<string, number> {
  const index = new Map<string, number>();
  for (let i = 0; i < set.count; i++) index.set(set.path(i), i);
  return index;
}

/** Images as a network takes them: [N, S, S, 3], normalised. */
export function normalizedPixels(
  images: readonly Pick<ChosenImage, 'pixels'>[],
  normalization: ChannelNormalization,
): Float32Array {
  const length = images[0]?.pixels.length ?? 0;
  const result = new Float32Array(images.length * length);
  for (const [i, { pixels }] of images.entries()) {
    assembleBatch({ pixels, imageSize: Math.sqrt(length / 3) }, [0], null, normalization, result.subarray(i * length));
  }
  return result;
}
