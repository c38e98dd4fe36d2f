import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reasonOf } from '../errors/system-error';
import { writeAtomically } from '../files/atomic-write';
import { makeFolders } from '../files/make-folders';
import type { ReadableNames } from './readable-names';

/** The pictures that stored maps lie on: chosen images as the network sees them. */
export interface StoredPictures {
  /** Height and width of every picture, in pixels. */
  imageSize: number;
  /** PNG in base64; `index` within the validation images, if it is one; name of the class, if known. */
  pictures: { path: string; png: string; index?: number; label?: string }[];
  /** Images that there is no picture of, and why. */
  problems: { image: string; message: string }[];
  readableNames?: ReadableNames;
}

/** Pictures that cannot be read. The message names the file. */
export class PicturesError extends Error {
  override readonly name = 'PicturesError';
}

/** @param folder that the maps are in: a run's `explain/` or a folder like it */
export const picturesFile = (folder: string): string => join(folder, 'images.json');

/** @throws RunWriteError */
export function writePictures(folder: string, pictures: StoredPictures): void {
  makeFolders(folder);
  writeAtomically(picturesFile(folder), (descriptor) => {
    writeFileSync(descriptor, `${JSON.stringify(pictures)}\n`);
  });
}

/** @throws PicturesError */
export function readPictures(folder: string): StoredPictures {
  const file = picturesFile(folder);
  let contents: unknown;
  try {
    contents = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new PicturesError(`${file} ${isMissing ? 'is not there' : `cannot be read: ${reasonOf(error)}`}`);
  }
  if (isPictures(contents)) return contents;
  throw new PicturesError(`${file} holds no pictures: it is damaged or of another program`);
}

function isPictures(value: unknown): value is StoredPictures {
  const { imageSize, pictures, problems, readableNames = {} } = (value ?? {}) as Record<string, unknown>;
  return (
    Number.isInteger(imageSize) &&
    (imageSize as number) > 0 &&
    areTexts(pictures, ['path', 'png']) &&
    areTexts(problems, ['image', 'message']) &&
    typeof readableNames === 'object' &&
    Object.values(readableNames ?? {}).every((name) => typeof name === 'string')
  );
}

function areTexts(list: unknown, fields: readonly string[]): boolean {
  return (
    Array.isArray(list) &&
    list.every((item: unknown) =>
      fields.every((field) => typeof (item as Record<string, unknown> | null)?.[field] === 'string'),
    )
  );
}
