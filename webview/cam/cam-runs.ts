import type { CamRun, ToCam } from '../protocol';

/** What the panel knows of its runs, kept up to date from the messages of the host. */
export class CamRuns {
  /** False until the first complete contents arrived. */
  hydrated = false;
  /** Corruptions that maps can be computed for. */
  corruptions: readonly string[] = [];
  private readonly byId = new Map<string, CamRun>();
  private readonly unreadableById = new Map<string, string>();

  get runs(): CamRun[] {
    return [...this.byId.values()];
  }

  /** Runs that could not be read, with the reason. */
  get unreadable(): [runId: string, message: string][] {
    return [...this.unreadableById];
  }

  /** @throws Error for more of a run that was never hydrated */
  apply(message: Extract<ToCam, { type: 'hydrate' | 'append' | 'unreadable' }>): void {
    switch (message.type) {
      case 'hydrate':
        this.byId.clear();
        this.unreadableById.clear();
        for (const run of message.runs) this.byId.set(run.header.runId, run);
        this.corruptions = message.corruptions;
        this.hydrated = true;
        break;
      case 'append': {
        const { runId } = message.run.header;
        if (!this.byId.has(runId)) throw new Error(`received more of run ${runId}, which the panel does not show`);
        this.byId.set(runId, message.run);
        break;
      }
      case 'unreadable':
        this.unreadableById.set(message.runId, message.message);
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
