import { dirname } from 'node:path';
import type { CamInput } from '../../common/panels/cam/cam-contract';
import { computedFolder } from '../../common/panels/cam/cam-files';
import { failureReason, runMixpropCommand } from '../process/mixprop-command';
import type { TrainerProgram } from '../process/trainer-launch';
import { mixpropLaunch } from '../process/trainer-launch';

/** Maps that are not stored. */
export interface WantedMaps {
  /** Of the run. */
  folder: string;
  /** As `mixprop explain --checkpoint` names it. */
  checkpoint: string;
  images: readonly string[];
  input?: CamInput;
}

/** The arguments of `mixprop` that compute the maps and store them in the run folder. */
export function computeArguments({ folder, checkpoint, images, input }: WantedMaps): string[] {
  return [
    'explain',
    folder,
    ...['--checkpoint', checkpoint],
    // Joined: a path may begin with a dash.
    ...images.map((image) => `--images=${image}`),
    ...(input === undefined ? [] : ['--corruption', input.corruption, '--severity', String(input.severity)]),
    ...['--maps', computedFolder(folder, input)],
  ];
}

/**
 * Computes maps from a checkpoint, in a process of its own, and stores them in the run folder.
 * @param onProgress receives what the process says while it works
 * @returns images that there are no maps of, in the process's words; undefined when it was cancelled
 * @throws an Error with the process's last words
 */
export async function computeMaps(
  program: TrainerProgram,
  wanted: WantedMaps,
  signal: AbortSignal,
  onProgress: (message: string) => void,
): Promise<string[] | undefined> {
  const launch = mixpropLaunch(program, computeArguments(wanted));
  const end = await runMixpropCommand(launch, dirname(wanted.folder), signal, { onMessage: onProgress });
  if (end.isCancelled) return undefined;
  // 1: something could not be explained; the rest was.
  if (end.status === 0) return [];
  if (end.status === 1) return end.lastWords;
  throw new Error(failureReason(end));
}
