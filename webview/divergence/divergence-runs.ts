import type {
  DivergenceAlarm,
  DivergenceDelta,
  DivergenceMeasureName,
  DivergenceRun,
  RunHeader,
  ToDivergence,
} from '../protocol';

/** A record in the panel: as in the protocol, with NaN for what was not finite. */
export interface PanelRecord {
  epoch: number;
  step: number;
  endsEpoch: boolean;
  values: Record<DivergenceMeasureName, readonly number[]>;
}

/** A run in the panel. */
export interface PanelDivergence {
  header: RunHeader;
  branches: DivergenceRun['branches'];
  layers: readonly string[];
  records: PanelRecord[];
  alarms: readonly DivergenceAlarm[];
  /** Changes with every message about the run. */
  revision: number;
}

/** What the panel knows, kept up to date from the messages of the host. */
export class DivergenceRuns {
  /** False until the first complete contents arrived. */
  hydrated = false;
  private readonly byId = new Map<string, PanelDivergence>();
  private readonly unreadableById = new Map<string, string>();

  get runs(): PanelDivergence[] {
    return [...this.byId.values()];
  }

  /** Runs that could not be read, with the reason. */
  get unreadable(): [runId: string, message: string][] {
    return [...this.unreadableById];
  }

  /** @throws Error for more of a run that was never hydrated, or records that do not fit its layers */
  apply(message: Extract<ToDivergence, { type: 'hydrate' | 'append' | 'unreadable' }>): void {
    switch (message.type) {
      case 'hydrate':
        this.byId.clear();
        this.unreadableById.clear();
        for (const run of message.runs) {
          this.byId.set(run.header.runId, { ...run, records: [], revision: 0 });
          this.extend(run);
        }
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

  private extend(delta: DivergenceDelta): void {
    const { runId } = delta.header;
    const run = this.byId.get(runId);
    if (run === undefined) throw new Error(`received more of run ${runId}, which the panel does not show`);
    const { truncateFromStep } = delta;
    if (truncateFromStep !== undefined) run.records = run.records.filter(({ step }) => step < truncateFromStep);
    for (const record of delta.records) {
      const values = Object.fromEntries(
        Object.entries(record.values).map(([measure, column]) => [measure, column.map((value) => value ?? Number.NaN)]),
      ) as Record<string, number[]> as PanelRecord['values'];
      if (Object.values(values).some(({ length }) => length !== delta.layers.length)) {
        throw new Error(
          `a record of run ${runId}, step ${record.step}, does not fit its ${delta.layers.length} layers`,
        );
      }
      run.records.push({ ...record, values });
    }
    run.header = delta.header;
    run.branches = delta.branches;
    run.layers = delta.layers;
    run.alarms = delta.alarms;
    run.revision++;
  }
}

/** The records that a panel shows a column each: all, or those at the ends of epochs. */
export function shownRecords({ records }: PanelDivergence, columns: 'epochs' | 'steps'): PanelRecord[] {
  return columns === 'steps' ? records : records.filter(({ endsEpoch }) => endsEpoch);
}

/** By what a record is ordered: its epoch or its step. */
export const keyOf = (record: PanelRecord, columns: 'epochs' | 'steps'): number =>
  columns === 'steps' ? record.step : record.epoch;

/** The keys of all runs' columns, ascending: runs that are compared share their columns. */
export function columnKeys(runs: readonly PanelDivergence[], columns: 'epochs' | 'steps'): number[] {
  const keys = new Set(runs.flatMap((run) => shownRecords(run, columns).map((record) => keyOf(record, columns))));
  return [...keys].sort((a, b) => a - b);
}

/** Mean over the layers; NaN where one is not finite, undefined without layers. */
export function meanOverLayers(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}
