/** For which use an image is brought to size: they differ in how much the centre crop cuts off. */
export type FitFor = 'training' | 'validation';

/** Images of a folder, and where they are found decoded: in shared memory, in a packed cache, or nowhere. Threads can share it. */
export interface ImageSource {
  /** Absolute path of the data set's folder. */
  readonly root: string;
  /** Paths of the N files, relative to it. */
  readonly files: readonly string[];
  /** What a decoded file is brought to before it is stored; null: stored in its own size. */
  readonly fit: { readonly imageSize: number; readonly use: FitFor } | null;
  /** [N, 2], width and height of the stored images. */
  readonly sizes: Uint32Array;
  /** The stored images, one after the other. */
  readonly pixels?: Uint8Array;
  /** A packed cache with the stored images, and their checksums: [N, 8]. */
  readonly cache?: { readonly file: string; readonly checksums: Uint8Array };
}
