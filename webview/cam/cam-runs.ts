import type { CamRun } from '../../common/panels/cam/cam-contract';

/** All epochs that can be shown or computed, ascending. */
export function offeredEpochs(runs: readonly CamRun[]): number[] {
  const epochs = new Set(runs.flatMap((run) => [...run.epochs, ...run.checkpoints]));
  return [...epochs].sort((a, b) => a - b);
}

/** The epoch that is shown of a run. @param wanted null: the last one with maps, or with a checkpoint where there are none */
export function epochOf(run: CamRun, wanted: number | null): number | undefined {
  return wanted ?? run.epochs.at(-1) ?? run.checkpoints.at(-1);
}
