import { statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { isSplitName } from '../../common/dataset/split-folders';
import { reasonOf } from '../../common/errors/system-error';
import { type DatasetSettings, datasetFacts } from '../../common/experiment/datasets/datasets';
import { pathInside } from '../../common/files/path-inside';
import type { Dataset, ImageSet } from '../data/dataset';
import { readImage } from '../data/images/image-reader';
import { fitImage, type RgbImage } from '../data/images/resize';
import type { ChannelNormalization } from '../data/loading/augment';
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

/** An image that there is nothing to show of. */
export interface ImageProblem {
  image: string;
  message: string;
}

/** What images can be chosen from. */
export interface ChoiceSource {
  dataset: Dataset;
  settings: DatasetSettings;
  /** Folder against which relative paths of the experiment are resolved. */
  baseFolder: string;
  /** Where else files are looked for: a command's working folder. */
  otherFolder?: string;
}

/**
 * Reads chosen images: validation images by index or path, training images by path, and files anywhere, by a path that is
 * absolute or relative to the data set or to the experiment. A problem with one leaves the others.
 */
export async function readChosenImages(
  choices: readonly (string | number)[],
  source: ChoiceSource,
): Promise<{ images: ChosenImage[]; problems: ImageProblem[] }> {
  const reader = new ChosenImageReader(source);
  const images: ChosenImage[] = [];
  const problems: ImageProblem[] = [];
  for (const choice of choices) {
    try {
      images.push(await reader.read(choice));
    } catch (error) {
      problems.push({ image: String(choice), message: reasonOf(error) });
    }
  }
  problems.push(...reader.annotationProblems);
  return { images, problems };
}

/** The first validation images, spread as the data set has them; with regions only if asked for. */
export async function readValidationImages(
  source: ChoiceSource,
  count: number,
): Promise<{ images: ChosenImage[]; problems: ImageProblem[] }> {
  const all = source.dataset.validation.count;
  // Evenly over the set, which image folders sort by class.
  const indices = Array.from({ length: Math.min(count, all) }, (_, i) => Math.floor((i * all) / Math.min(count, all)));
  return readChosenImages(indices, source);
}

class ChosenImageReader {
  readonly annotationProblems: ImageProblem[] = [];
  /** The data set's folder, if it has one with images in it. */
  private readonly root: string | undefined;
  private readonly boxes: BoxFinder | undefined;
  private validationIndex: Map<string, number> | undefined;
  private trainingIndex: Map<string, number> | undefined;

  constructor(private readonly source: ChoiceSource) {
    const { settings, baseFolder } = source;
    const { hasImageFiles } = datasetFacts(settings.type);
    this.root = hasImageFiles && 'path' in settings ? resolve(baseFolder, settings.path) : undefined;
    this.boxes = this.root === undefined ? undefined : new BoxFinder(this.root);
  }

  /** @throws an Error that says what is wrong with the choice */
  async read(choice: string | number): Promise<ChosenImage> {
    const { validation, training } = this.source.dataset;
    if (typeof choice === 'number') {
      if (choice < validation.count) return this.ofSet(validation, choice, choice);
      throw new Error(
        `there are ${validation.count} validation images: choose an index from 0 to ${validation.count - 1}`,
      );
    }
    this.validationIndex ??= indexOf(validation);
    this.trainingIndex ??= indexOf(training);
    const named = this.inSets(choice);
    if (named) return named;
    const file = this.fileOf(choice);
    // The same image may be named by its absolute path, or from another folder.
    const path = this.root === undefined ? undefined : pathInside(this.root, file);
    return (path === undefined ? undefined : this.inSets(path)) ?? this.ofFile(choice, file, path);
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

  private fileOf(choice: string): string {
    const { baseFolder, otherFolder } = this.source;
    const places = isAbsolute(choice)
      ? [choice]
      : [this.root, otherFolder, baseFolder].flatMap((folder) => (folder ? [resolve(folder, choice)] : []));
    const file = places.find((place) => statSync(place, { throwIfNoEntry: false })?.isFile());
    if (file === undefined) {
      const tried = [...new Set(places)].join(' or ');
      throw new Error(
        `is no image of the data set, and there is no file ${tried}: put it back, or name a path or index of the data set`,
      );
    }
    return file;
  }

  /** @param path of it relative to the data set, if it lies there: an image of a folder that is not read, or beyond a limit */
  private async ofFile(choice: string, file: string, path: string | undefined): Promise<ChosenImage> {
    const { classes, validation } = this.source.dataset;
    const { imageSize } = validation;
    const image = await decode(file);
    const region = path === undefined ? undefined : await this.regionIn(path, image, imageSize);
    const label = path === undefined ? -1 : classes.indexOf(classFolderOf(path));
    return {
      path: path ?? choice,
      ...(label >= 0 && { label }),
      pixels: fitImage(image, imageSize, 'validation'),
      ...(region && { region }),
    };
  }

  private async regionOf(path: string): Promise<Uint8Array | undefined> {
    const { root } = this;
    if (root === undefined) return undefined;
    return this.regionIn(path, () => decode(join(root, path)), this.source.dataset.validation.imageSize);
  }

  private async regionIn(
    path: string,
    image: RgbImage | (() => Promise<RgbImage>),
    imageSize: number,
  ): Promise<Uint8Array | undefined> {
    try {
      const boxes = this.boxes?.find(path);
      if (!boxes) return undefined;
      return regionMask(boxes, typeof image === 'function' ? await image() : image, imageSize);
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

/** sharp is loaded when a file is decoded, not before. */
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

/** Images as a network takes them: [N, S, S, 3], each channel (x/255 − mean)/std in float32 arithmetic. */
export function normalizedPixels(
  images: readonly Pick<ChosenImage, 'pixels'>[],
  { mean, std }: ChannelNormalization,
): Float32Array {
  const length = images[0]?.pixels.length ?? 0;
  const [means, stds] = [Float32Array.from(mean), Float32Array.from(std)];
  const result = new Float32Array(images.length * length);
  for (const [image, { pixels }] of images.entries()) {
    for (let i = 0; i < length; i++) {
      const channel = i % 3;
      result[image * length + i] = Math.fround(Math.fround(pixels[i] / 255) - means[channel]) / stds[channel];
    }
  }
  return result;
}
