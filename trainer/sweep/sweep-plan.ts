import { totalCost } from '../../common/experiment/budget';
import type { SweepPoint } from '../../common/experiment/expand-sweep';
import { experimentDigest } from '../../common/experiment/experiment-digest';
import type { RunState } from '../../common/run/events';
import { pointLockFile, sweepRuns } from '../../common/run/sweep-runs';
import { lockPresence, type TrainerPresence, trainerPresence } from '../../common/run/trainer-presence';
import type { RunRow } from '../../common/study/run-row';
import type { RunRows } from '../../common/study/run-rows';

/** One of the runs that a sweep is to come to. */
export interface PlannedRun {
  /** From 1. */
  number: number;
  /** What the sweep gives its fields, by their path. */
  settings: Record<string, unknown>;
  /** Of all its epochs in N, as the paper counts it. */
  cost: number;
  digest: string;
}

/** How far a planned run is. */
export interface Standing {
  state: RunState | 'missing';
  /** Whether somebody trains it; of a run without a folder, whether somebody is about to make it. */
  presence: TrainerPresence;
  row?: RunRow;
}

export const planSweep = (points: readonly SweepPoint[]): PlannedRun[] =>
  points.map(({ settings, experiment }, index) => ({
    number: index + 1,
    settings,
    cost: totalCost(experiment),
    digest: experimentDigest(experiment),
  }));

/** How far each of the planned runs is, in their order. @param rows keeps what was read */
export async function standingsOf(plan: readonly PlannedRun[], runsFolder: string, rows: RunRows): Promise<Standing[]> {
  const runs = sweepRuns(runsFolder);
  const folders = plan.flatMap(({ digest }) => runs.get(digest) ?? []);
  // Looked up before the records are read: what a trainer wrote that is gone by now has been read.
  const presences = new Map(folders.map((folder) => [folder, trainerPresence(folder)]));
  const read = new Map((await rows.read(folders)).map((row) => [row.folder, row]));
  return plan.map(({ digest }) => {
    const own = (runs.get(digest) ?? []).map((folder): Standing => {
      const row = read.get(folder)!;
      return { state: row.state, presence: presences.get(folder)!, row };
    });
    return (
      own.find(({ state }) => state === 'finished') ??
      own.find(({ presence }) => presence !== 'gone') ??
      own.toSorted((a, b) => a.row!.step - b.row!.step).at(-1) ?? {
        state: 'missing',
        presence: lockPresence(pointLockFile(runsFolder, digest)),
      }
    );
  });
}

/** How much of a run's cost has been spent, in [0, 1]. */
export function shareDone({ state, row }: Standing): number {
  if (state === 'finished') return 1;
  return row === undefined || row.totalSteps === 0 ? 0 : row.step / row.totalSteps;
}
