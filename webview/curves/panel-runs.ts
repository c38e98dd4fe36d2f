import type { EpochColumns, Measured, RunCurves, RunDelta, RunHeader, StepColumns, ToCurves } from '../protocol';

/** A run in the panel. Columns as in the protocol, with NaN for what was not finite. */
export interface PanelRun {
  header: RunHeader;
  steps: Record<keyof StepColumns, number[]>;
  epochs: Record<keyof EpochColumns, number[]>;
  restarts: number[];
  /** Changes with every message about the run. */
  revision: number;
}

/** What runs are called in the panel, by run id: the experiment's name, or the run id where several share the name. */
export function runLabels(runs: readonly PanelRun[]): Map<string, string> {
  const names = runs.map(({ header }) => header.name);
  const isShared = (name: string) => names.indexOf(name) !== names.lastIndexOf(name);
  return new Map(runs.map(({ header }) => [header.runId, isShared(header.name) ? header.runId : header.name]));
}

/** What the panel knows, kept up to date from the messages of the host. */
export class PanelRuns {
  /** False until the first complete contents arrived. */
  hydrated = false;
  private readonly byId = new Map<string, PanelRun>();
  private readonly unreadableById = new Map<string, string>();

  get runs(): PanelRun[] {
    return [...this.byId.values()];
  }

  /** Runs that could not be read, with the reason. */
  get unreadable(): [runId: string, message: string][] {
    return [...this.unreadableById];
  }

  /** @throws Error for more of a run that was never hydrated */
  apply(message: ToCurves): void {
    switch (message.type) {
      case 'hydrate':
        this.byId.clear();
        this.unreadableById.clear();
        for (const run of message.runs) this.byId.set(run.header.runId, emptyRun(run.header));
        for (const run of message.runs) this.extend(run);
        this.hydrated = true;
        break;
      case 'append':
        this.extend(message);
        break;
      case 'unreadable':
        this.unreadableById.set(message.runId, message.message);
        break;
    }
  }

  private extend(delta: RunDelta | RunCurves): void {
    const run = this.byId.get(delta.header.runId);
    if (run === undefined) throw new Error(`received more of run ${delta.header.runId}, which the panel does not show`);
    if ('truncateFromStep' in delta && delta.truncateFromStep !== undefined) {
      truncate(run.steps, delta.truncateFromStep);
      truncate(run.epochs, delta.truncateFromStep);
    }
    append(run.steps, delta.steps);
    append(run.epochs, delta.epochs);
    run.header = delta.header;
    run.restarts = [...delta.restarts];
    run.revision++;
  }
}

function emptyRun(header: RunHeader): PanelRun {
  return {
    header,
    steps: { step: [], epoch: [], time: [], learningRate: [], total: [], main: [], aux: [] },
    epochs: { epoch: [], step: [], time: [], mainLoss: [], mainTop1: [], auxLoss: [], auxTop1: [] },
    restarts: [],
    revision: 0,
  };
}

function append<K extends string>(columns: Record<K, number[]>, more: Record<K, Measured[]>): void {
  for (const name of Object.keys(columns) as K[]) {
    for (const value of more[name]) columns[name].push(value ?? Number.NaN);
  }
}

function truncate(columns: PanelRun['steps'] | PanelRun['epochs'], fromStep: number): void {
  let length = columns.step.length;
  while (length > 0 && columns.step[length - 1]! >= fromStep) length--;
  for (const column of Object.values(columns)) column.length = Math.min(column.length, length);
}
