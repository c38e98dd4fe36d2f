import { basename, resolve } from 'node:path';
import { type Experiment, experimentSchema } from '../experiment/schema';
import { type JsonFileWords, readJsonFile } from '../files/read-json';
import { runPaths } from './run-folder';

/** A run folder: with its experiment, or with what is wrong with it. */
export type RunInfo = { runId: string; folder: string } & (
  | { experiment: Experiment; problem?: undefined }
  | { experiment?: undefined; problem: string }
);

/** Reads a run's `experiment.json`. Never throws: a damaged one is a `problem`, naming file, field and remedy. */
export function readRunInfo(folder: string): RunInfo {
  const run = { runId: basename(resolve(folder)), folder };
  try {
    return { ...run, experiment: readJsonFile(runPaths(folder).experiment, experimentSchema, words) };
  } catch (error) {
    return { ...run, problem: (error as Error).message };
  }
}

const words: JsonFileWords = {
  damaged: 'is damaged or from another version of MixProp Studio',
  fail: (message) => new Error(message),
};
