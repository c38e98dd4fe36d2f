import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Paths inside a run folder `runs/<id>/`. */
export const runPaths = (folder: string) => ({
  experiment: join(folder, 'experiment.json'),
  environment: join(folder, 'environment.json'),
  data: join(folder, 'data.json'),
  events: join(folder, 'events.jsonl'),
  checkpoints: join(folder, 'checkpoints'),
  batchNorm: join(folder, 'bn'),
  explain: join(folder, 'explain'),
  evaluations: join(folder, 'evaluations'),
  /** What a person says of the run: the only file that is not the trainer's. */
  notes: join(folder, 'notes.json'),
  trainer: join(folder, 'trainer.json'),
  lock: join(folder, 'lock.json'),
  /** What the trainer printed; its tail is the last words of one that died. */
  log: join(folder, 'trainer.log'),
});

/**
 * Whether a run is in its folder, or the folder was deleted, renamed, or is about to hold another run.
 * @param hadRecords whether records of the run have been read
 */
export function isRunThere(folder: string, hadRecords: boolean): boolean {
  return existsSync(hadRecords ? runPaths(folder).events : folder);
}

/** "epoch-0010.safetensors" */
export const epochFile = (epoch: number): string => `epoch-${String(epoch).padStart(4, '0')}.safetensors`;

/** The epochs of the files `epoch-NNNN.safetensors` in a folder, ascending; none where the folder cannot be read. */
export function epochsOfFiles(folder: string): number[] {
  try {
    const epochs = readdirSync(folder).flatMap((name) => /^epoch-(\d+)\.safetensors$/.exec(name)?.slice(1) ?? []);
    return epochs.map(Number).sort((a, b) => a - b);
  } catch {
    return [];
  }
}

/** A run id is a folder name: letters, digits, dot, dash and underscore, not starting with a dot. */
export const runIdPattern = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/;

/** `environment.json`: where and with what a run was made. */
export interface RunEnvironment {
  mixprop: string;
  node: string;
  platform: string;
  backend: string;
  device: string;
  host: string;
  /** Versions of the libraries that compute. */
  libraries: Record<string, string>;
  /** Folder of the experiment file: relative paths of the experiment are resolved against it. */
  baseFolder: string;
  /** The same folder relative to the run's, with slashes; absent where there is no relative path, and in older runs. */
  baseFolderFromRun?: string;
  /** The experiment file that was launched, if there was one. */
  experimentFile?: string;
  /** Of a run that is one of a sweep. */
  sweep?: RunSweep;
}

/** Which of the runs of a sweep a run is. */
export interface RunSweep {
  /** The experiment's. */
  name: string;
  /** What the sweep gave its fields, by their path. */
  settings: Record<string, unknown>;
  /** Of the resolved experiment as it was started (`experimentDigest`), whatever the run became since. */
  digest: string;
}
