import * as z from 'zod';
import { UsageError } from '../errors/usage-error';
import { readJsonFile } from '../files/read-json';
import { type RunEnvironment, runPaths } from './run-folder';

/** What leads to other files; the rest is information. */
const schema = z.lazy(() =>
  z.looseObject({
    baseFolder: z.string(),
    baseFolderFromRun: z.string().optional(),
    experimentFile: z.string().optional(),
    sweep: z
      .object({ name: z.string(), settings: z.record(z.string(), z.unknown()), digest: z.string() })
      .optional()
      .catch(undefined),
  }),
);

/** `environment.json` of a run. @throws UsageError naming the file */
export function readRunEnvironment(folder: string): RunEnvironment {
  const words = { damaged: 'is damaged', remedy: 'it says what the run was made with: restore it from a copy' };
  const fail = (message: string) => new UsageError(message);
  return readJsonFile(runPaths(folder).environment, schema, { ...words, fail }) as object as RunEnvironment;
}

/** The same for whoever can do without: undefined where it cannot be read, as of a run that ended early. */
export function findRunEnvironment(folder: string): RunEnvironment | undefined {
  try {
    return readRunEnvironment(folder);
  } catch {
    return undefined;
  }
}
