import type { CamRun, ToCam } from '../../common/panels/cam/cam-contract';
import { KnownRuns } from '../shared/known-runs';

/** What the panel knows of its runs, kept up to date from the messages of the host. */
export class CamRuns extends KnownRuns<CamRun> {
  /** Corruptions that maps can be computed for. */
  corruptions: readonly string[] = [];

  /** @throws Error for more of a run that was never hydrated */
  apply(message: Extract<ToCam, { type: 'hydrate' | 'append' | 'unreadable' | 'names' }>): void {
    switch (message.type) {
      case 'hydrate':
        this.hydrate(message.runs);
        this.corruptions = message.corruptions;
        break;
      case 'append':
        // Throws for one that the panel does not show.
        this.get(message.run.header);
        this.set(message.run);
        break;
      case 'unreadable':
        this.note(message);
        break;
      case 'names':
        this.rename(message);
        break;
    }
  }
}

/** All epochs that can be shown or computed, ascending. */
export function offeredEpochs(runs: readonly CamRun[]): number[] {
  const epochs = new Set(runs.flatMap((run) => [...run.epochs, ...run.checkpoints]));
  return [...epochs].sort((a, b) => a - b);
}

/** The epoch that is shown of a run. @param wanted null: the last one with maps, or with a checkpoint where there are none */
export function epochOf(run: CamRun, wanted: number | null): number | undefined {
  return wanted ?? run.epochs.at(-1) ?? run.checkpoints.at(-1);
}
