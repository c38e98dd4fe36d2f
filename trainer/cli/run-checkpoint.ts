import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { UsageError } from '../../common/errors/usage-error';
import type { Experiment } from '../../common/experiment/schema';
import { type RecordedRun, readRecordedRun } from '../../common/run/recorded-run';
import { epochFile, epochsOfFiles, runPaths } from '../../common/run/run-folder';
import { OtherFileError, SafetensorsError } from '../../common/weights/safetensors';
import { CheckpointError } from '../models/checkpoint';
import type { Invocation } from './command';
import { requireExperiment } from './experiment-files';

/** A checkpoint file, and the experiment that says what network it belongs to. */
export interface LocatedCheckpoint {
  experiment: Experiment;
  /** Folder against which the experiment's relative paths are resolved. */
  baseFolder: string;
  file: string;
  /** The run that it is a checkpoint of; absent for a bare file. */
  run?: RecordedRun;
}

/**
 * The checkpoint that a command's `RUN|FILE.safetensors`, `--experiment` and `--checkpoint` mean.
 * @throws UsageError
 */
export function locateCheckpoint(target: string, invocation: Invocation): LocatedCheckpoint {
  const experimentFile = invocation.text('experiment');
  const checkpoint = invocation.text('checkpoint');
  if (!existsSync(target)) throw new UsageError(`there is no run folder and no file ${target}`);
  if (statSync(target).isDirectory()) {
    if (experimentFile !== undefined) {
      throw new UsageError(`${target} is a run and has its experiment: --experiment is for a bare .safetensors file`);
    }
    return runCheckpoint(target, checkpoint);
  }
  if (experimentFile === undefined)
    throw new UsageError(`say what network ${target} is with --experiment FILE.mixprop.json`);
  if (checkpoint !== undefined)
    throw new UsageError('--checkpoint chooses among the checkpoints of a run; a file is one already');
  return { ...requireExperiment(experimentFile), file: target };
}

/**
 * A checkpoint of a run.
 * @param checkpoint best, last or an epoch
 * @throws UsageError
 */
export function runCheckpoint(folder: string, checkpoint = 'best'): LocatedCheckpoint {
  const run = readRecordedRun(folder);
  const { experiment, baseFolder } = run;
  const { checkpoints } = runPaths(folder);
  const name = checkpointName(checkpoint);
  const file = join(checkpoints, name);
  if (!existsSync(file)) throw new UsageError(`${basename(folder)} has no checkpoint ${name}: ${remedy(checkpoints)}`);
  return { experiment, baseFolder, file, run };
}

function checkpointName(checkpoint: string): string {
  if (checkpoint === 'best' || checkpoint === 'last') return `${checkpoint}.safetensors`;
  if (/^\d+$/.test(checkpoint)) return epochFile(Number(checkpoint));
  throw new UsageError(`--checkpoint must be best, last or an epoch, not "${checkpoint}"`);
}

function remedy(folder: string): string {
  const files = existsSync(folder) ? readdirSync(folder) : [];
  const named = ['best', 'last'].filter((name) => files.includes(`${name}.safetensors`));
  const available = [...named, ...epochsOfFiles(folder)];
  return available.length === 0
    ? 'it has none yet: train it for an epoch first'
    : `choose from --checkpoint ${available.join(', ')}`;
}

/** What `read` makes of a checkpoint that the user chose. @throws UsageError naming all that is wrong with the file */
export function usableCheckpoint<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof CheckpointError) {
      throw new UsageError(
        `${error.message}\nuse the experiment that the checkpoint was made with, or another checkpoint`,
      );
    }
    if (error instanceof OtherFileError) throw new UsageError(error.message);
    if (error instanceof SafetensorsError) {
      throw new UsageError(`${error.message}\ncopy or download the file again, or use another checkpoint`);
    }
    throw error;
  }
}
