import type {
  DivergenceAlarm,
  DivergenceDelta,
  DivergenceRun,
} from '../../common/panels/divergence/divergence-contract';
import type { RunHeader } from '../../common/panels/protocol';
import type { DivergenceMeasure } from '../../common/run/divergence-measures';
import { KnownRuns } from '../shared/known-runs';

/** A record in the panel: as in the protocol, with NaN for what was not finite. */
export interface PanelRecord {
  epoch: number;
  step: number;
  endsEpoch: boolean;
  values: Record<DivergenceMeasure, readonly number[]>;
}

/** A run in the panel. */
export interface PanelDivergence {
  header: RunHeader;
  branches: DivergenceRun['branches'];
  layers: readonly string[];
  records: PanelRecord[];
  alarms: readonly DivergenceAlarm[];
}

/** What the panel knows, kept up to date from the messages of the host. */
export class DivergenceRuns extends KnownRuns<PanelDivergence> {
  /** The complete contents. @throws Error for records that do not fit their run's layers */
  begin(runs: readonly DivergenceRun[]): void {
    this.hydrate(runs.map((run) => ({ ...run, records: [] })));
    for (const run of runs) this.extend(run);
  }

  /** @throws Error for more of a run that was never hydrated, or records that do not fit its layers */
  extend(delta: DivergenceDelta): void {
    const run = this.get(delta.header);
    const { truncateFromStep } = delta;
    if (truncateFromStep !== undefined) run.records = run.records.filter(({ step }) => step < truncateFromStep);
    for (const record of delta.records) {
      const values = Object.fromEntries(
        Object.entries(record.values).map(([measure, column]) => [measure, column.map((value) => value ?? Number.NaN)]),
      ) as Record<string, number[]> as PanelRecord['values'];
      if (Object.values(values).some(({ length }) => length !== delta.layers.length)) {
        throw new Error(
          `a record of run ${delta.header.label}, step ${record.step}, does not fit its ${delta.layers.length} layers`,
        );
      }
      run.records.push({ ...record, values });
    }
    run.header = delta.header;
    run.branches = delta.branches;
    run.layers = delta.layers;
    run.alarms = delta.alarms;
    this.set(run);
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
