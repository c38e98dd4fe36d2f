import type { Experiment } from '../../common/experiment/schema';
import type { ReadableNames } from '../../common/run/readable-names';
import type { ImageSource } from './image-source';

/** One part of a data set: what training and validation read. Images are read with `loadBatches` or `readImage`. */
export interface ImageSet {
  /** Number of images N. */
  readonly count: number;
  /** Height and width that an image has in a batch, in pixels. */
  readonly imageSize: number;
  /** [N, imageSize, imageSize, 3], grey levels 0 to 255, row by row, RGB interleaved, where all are held so in memory. */
  readonly pixels?: Uint8Array;
  /** Where to read images otherwise. */
  readonly source?: ImageSource;
  /** [N], class numbers from 0. */
  readonly labels: Int32Array;
  /**
   * Name of the split's folder below the data set's, as it is spelled on the disk (`train`, `valid`, `Test`); absent where there are
   * no such folders.
   */
  readonly folder?: string;
  /** Path of image i relative to the data set's folder, or a stable name where there are no files. */
  path(index: number): string;
  /** Where the object is, if known: [imageSize, imageSize], 1 inside, 0 outside. */
  mask?(index: number): Uint8Array;
}

/** One that is held in memory. */
export type MemoryImageSet = ImageSet & { readonly pixels: Uint8Array };

export interface Dataset<Set extends ImageSet = ImageSet> {
  /** Names of the classes; a label is an index into it. */
  readonly classes: readonly string[];
  /** What they are called where people read, of those whose names are identifiers; absent if none is known. */
  readonly readableNames?: ReadableNames;
  readonly training: Set;
  readonly validation: Set;
}

/** What a finished network needs of a data set. */
export type ValidationData<Set extends ImageSet = ImageSet> = Pick<
  Dataset<Set>,
  'classes' | 'readableNames' | 'validation'
>;

/** Called while a data set is opened. `done` of `total` images; `phase` names the work ("decoding", "reading cache"). */
export type DataProgress = (phase: string, done: number, total: number) => void;

/** What opening a data set needs beside its settings. */
export interface OpenOptions {
  /** Folder against which relative paths are resolved: the experiment file's. */
  baseFolder: string;
  /** Folder for packed caches. */
  cacheFolder: string;
  /** Names in the order of a network's outputs, where something says: labels are positions in it. */
  networkClasses?: readonly string[];
  /** How training images will be changed; default: in no way that needs more than imageSize × imageSize of them. */
  augmentation?: Experiment['augmentation'];
  /** Bounds of memory and disk; the defaults without. */
  loading?: Experiment['loading'];
  onProgress?: DataProgress;
  /** Told what makes the data slower to read, but not wrong; by default it is a warning of the process. */
  onWarning?: (message: string) => void;
  signal?: AbortSignal;
}
