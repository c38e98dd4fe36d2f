/** One part of a data set, decoded: what training and validation read. */
export interface ImageSet {
  /** Number of images N. */
  readonly count: number;
  /** Height and width, in pixels. */
  readonly imageSize: number;
  /** [N, imageSize, imageSize, 3], grey levels 0 to 255, row by row, RGB interleaved. */
  readonly pixels: Uint8Array;
  /** [N], class numbers from 0. */
  readonly labels: Int32Array;
  /** Path of image i relative to the data set's folder, or a stable name where there are no files. */
  path(index: number): string;
  /** Where the object is, if known: [imageSize, imageSize], 1 inside, 0 outside. */
  mask?(index: number): Uint8Array;
}

export interface Dataset {
  /** Names of the classes; a label is an index into it. */
  readonly classes: readonly string[];
  readonly training: ImageSet;
  readonly validation: ImageSet;
}

/** Called while a data set is opened. `done` of `total` images; `phase` names the work ("decoding", "reading cache"). */
export type DataProgress = (phase: string, done: number, total: number) => void;

/** What opening a data set needs beside its settings. */
export interface OpenOptions {
  /** Folder against which relative paths are resolved: the experiment file's. */
  baseFolder: string;
  /** Folder for packed caches. */
  cacheFolder: string;
  onProgress?: DataProgress;
  signal?: AbortSignal;
}

/** A data set that cannot be used. The message names the file or folder and says what to do. */
export class DatasetError extends Error {
  override readonly name = 'DatasetError';
  constructor(
    message: string,
    /** Field of the experiment that is to blame, as a path: `dataset.path`. */
    readonly field: string = 'dataset.path',
  ) {
    super(message);
  }
}
