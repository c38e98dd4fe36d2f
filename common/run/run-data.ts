import { existsSync } from 'node:fs';
import * as z from 'zod';
import { UsageError } from '../errors/usage-error';
import { writeAtomically } from '../files/atomic-write';
import { type JsonFileWords, readJsonFile } from '../files/read-json';
import { runPaths } from './run-folder';

const split = z.lazy(() =>
  z.object({
    /** Name of its folder below the data set's; absent where there are no such folders. */
    folder: z.string().optional(),
    images: z.int().min(0),
    /** Number of images of each class, in the order of `classes`. */
    perClass: z.array(z.int().min(0)),
    /** SHA-256 of the sorted pairs of path and class, as `splitIdentity` makes it. */
    digest: z.string(),
  }),
);

const fields = z.lazy(() =>
  z.object({
    format: z.literal(1),
    /** As `dataset.type`. */
    type: z.string(),
    /** As the experiment has it; null where there are no files. */
    path: z.string().nullable(),
    /** Where that led to: absolute. */
    place: z.string().nullable(),
    /** Names in the order of the labels, which is that of the network's outputs. */
    classes: z.array(z.string()),
    training: split,
    validation: split,
  }),
);
const schema = fields.refine(
  ({ classes, training, validation }) =>
    [training, validation].every(({ perClass }) => perClass.length === classes.length),
  { message: 'perClass must have a number for each of the classes' },
);

/** `data.json`: the data set as a run was trained on it. */
export type RunData = z.infer<typeof schema>;
export type RunDataSplit = z.infer<typeof split>;

/** @returns undefined for a run that was made before runs recorded their data @throws UsageError naming a file that is damaged */
export function readRunData(runFolder: string): RunData | undefined {
  const file = runPaths(runFolder).data;
  return existsSync(file) ? readJsonFile(file, schema, words) : undefined;
}

const words: JsonFileWords = {
  damaged: 'is damaged',
  remedy: 'restore it from a copy, or delete it: then nothing says which images the run was trained on',
  fail: (message) => new UsageError(message),
};

/** @throws RunWriteError */
export function writeRunData(runFolder: string, data: RunData): void {
  writeAtomically(runPaths(runFolder).data, `${JSON.stringify(data, null, 1)}\n`);
}
