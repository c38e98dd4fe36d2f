import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { writeAtomically } from '../files/atomic-write';
import { makeFolders } from '../files/make-folders';
import { readJsonFile } from '../files/read-json';

const image = z.lazy(() =>
  z.object({
    /** Relative to the data set, or of a file elsewhere. */
    path: z.string(),
    /** In base64. */
    png: z.string(),
    /** Index within the validation images, if it is one. */
    index: z.int().min(0).optional(),
    /** Name of its class, if known. */
    label: z.string().optional(),
  }),
);

/** The pictures that stored maps lie on: chosen images as the network sees them. */
const schema = z.lazy(() =>
  z.object({
    /** Height and width of every picture, in pixels. */
    imageSize: z.int().positive(),
    pictures: z.array(image),
    /** Images that there is no picture of, and why. */
    problems: z.array(z.object({ image: z.string(), message: z.string() })),
    readableNames: z.record(z.string(), z.string()).optional(),
  }),
);

export type StoredPictures = z.infer<typeof schema>;

/** Pictures that cannot be read. The message names the file. */
export class PicturesError extends Error {
  override readonly name = 'PicturesError';
}

/** @param folder that the maps are in: a run's `explain/` or a folder like it */
const picturesFile = (folder: string): string => join(folder, 'images.json');

/** @throws RunWriteError */
export function writePictures(folder: string, pictures: StoredPictures): void {
  makeFolders(folder);
  writeAtomically(picturesFile(folder), `${JSON.stringify(pictures)}\n`);
}

/** @throws PicturesError */
export function readPictures(folder: string): StoredPictures {
  const file = picturesFile(folder);
  const fail = (message: string) => new PicturesError(message);
  if (!existsSync(file)) throw fail(`${file} is not there`);
  return readJsonFile(file, schema, { damaged: 'holds no pictures: it is damaged or of another program', fail });
}
