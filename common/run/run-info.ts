import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { reasonOf } from '../errors/system-error';
import { type Experiment, experimentSchema } from '../experiment/schema';
import { runPaths } from './run-folder';

/** A run folder: with its experiment, or with what is wrong with it. */
export type RunInfo = { runId: string; folder: string } & (
  | { experiment: Experiment; problem?: undefined }
  | { experiment?: undefined; problem: string }
);

/** Reads a run's `experiment.json`. Never throws: a damaged one is a `problem`, naming file, field and remedy. */
export function readRunInfo(folder: string): RunInfo {
  const run = { runId: basename(resolve(folder)), folder };
  const file = runPaths(folder).experiment;
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    return { ...run, problem: `${file} cannot be read: ${reasonOf(error)}` };
  }
  const { success, data, error } = experimentSchema.safeParse(json);
  if (success) return { ...run, experiment: data };
  const [issue] = error.issues;
  const field = issue?.path.join('.') || 'the file';
  return {
    ...run,
    problem: `${file} is damaged or from another version of MixProp Studio: ${field}: ${issue?.message}`,
  };
}
