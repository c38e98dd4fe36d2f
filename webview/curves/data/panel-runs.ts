import type {
  EpochColumns,
  LocalisationColumns,
  RunCurves,
  RunDelta,
  StepColumns,
  ToCurves,
} from '../../../common/panels/curves/curves-contract';
import type { Measured } from '../../../common/panels/measured';
import type { RunHeader, RunNamesMessage, UnreadableRun } from '../../../common/panels/protocol';
import { KnownRuns } from '../../shared/known-runs';
import { emptyColumn, extended, type NumberColumn, shortened, sumOfBranches } from './growing-column';

/**
 * A run in the panel. Columns as in the protocol, with NaN for what was not finite. They are never written to: more entries
 * make a new column.
 */
export interface PanelRun {
  header: RunHeader;
  steps: Record<keyof StepColumns, NumberColumn>;
  epochs: Record<keyof EpochColumns, number[]>;
  localisation: Record<keyof LocalisationColumns, number[]>;
  restarts: number[];
  /** Changes with every message about the run. */
  revision: number;
}

/** What the panel knows, kept up to date from the messages of the host. */
export class PanelRuns extends KnownRuns<PanelRun> {
  /** How many of the runs are complete, while others are still being read. */
  progress: { complete: number; total: number } | undefined;

  /** @throws Error for more of a run that was never hydrated */
  apply(message: Exclude<ToCurves, RunNamesMessage | UnreadableRun>): void {
    switch (message.type) {
      case 'hydrate':
        this.hydrate(message.runs.map(emptyRun));
        for (const run of message.runs) this.extend(run);
        this.progress = undefined;
        break;
      case 'append':
        this.extend(message);
        this.noteReadable(message.header);
        break;
      case 'progress': {
        const { complete, total } = message;
        this.progress = complete < total ? { complete, total } : undefined;
        break;
      }
    }
  }

  override rename(message: RunNamesMessage): PanelRun[] {
    const renamed = super.rename(message);
    for (const run of renamed) run.revision++;
    return renamed;
  }

  private extend(delta: RunDelta | RunCurves): void {
    const run = this.get(delta.header);
    if ('truncateFromStep' in delta && delta.truncateFromStep !== undefined) {
      truncate(run, delta.truncateFromStep);
    }
    const { total, ...others } = delta.steps;
    for (const name of Object.keys(others) as (keyof typeof others)[]) {
      run.steps[name] = extended(run.steps[name], others[name]);
    }
    const { main, aux, total: before } = run.steps;
    run.steps.total = extended(before, 'factor' in total ? sumOfBranches(total, main, aux, before.length) : total);
    appendColumns(run.epochs, delta.epochs);
    appendColumns(run.localisation, delta.localisation);
    run.header = delta.header;
    run.restarts = [...delta.restarts];
    run.revision++;
    this.set(run);
  }
}

/** The columns that a run has, without what is in them. */
function emptyRun({ header, steps, epochs, localisation }: RunCurves): PanelRun {
  return {
    header,
    steps: emptyColumns(steps, emptyColumn),
    epochs: emptyColumns(epochs, () => []),
    localisation: emptyColumns(localisation, () => []),
    restarts: [],
    revision: 0,
  };
}

function emptyColumns<Name extends string, Column>(
  columns: Readonly<Record<Name, unknown>>,
  empty: () => Column,
): Record<Name, Column> {
  return Object.fromEntries(Object.keys(columns).map((name) => [name, empty()])) as Record<Name, Column>;
}

function appendColumns<Name extends string>(
  columns: Record<Name, number[]>,
  more: Readonly<Record<Name, readonly Measured[]>>,
): void {
  for (const name of Object.keys(columns) as Name[]) {
    if (more[name].length > 0) columns[name] = [...columns[name], ...more[name].map((value) => value ?? Number.NaN)];
  }
}

function truncate({ steps, epochs, localisation }: PanelRun, fromStep: number): void {
  const stepCount = countBefore(steps.step, fromStep);
  for (const name of Object.keys(steps) as (keyof StepColumns)[]) steps[name] = shortened(steps[name], stepCount);
  truncateColumns(epochs, fromStep);
  truncateColumns(localisation, fromStep);
}

function truncateColumns<Name extends string>(columns: Record<Name | 'step', number[]>, fromStep: number): void {
  const count = countBefore(columns.step, fromStep);
  for (const name of Object.keys(columns) as Name[]) columns[name] = columns[name].slice(0, count);
}

/** Steps ascend, so what is superseded is the tail. */
function countBefore(steps: ArrayLike<number>, fromStep: number): number {
  let length = steps.length;
  while (length > 0 && steps[length - 1]! >= fromStep) length--;
  return length;
}
