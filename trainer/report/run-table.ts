import { epochCost, formatCost } from '../../common/experiment/budget';
import { methodLabel } from '../../common/experiment/methods/methods';
import type { Experiment } from '../../common/experiment/schema';
import type { RunName } from '../../common/panels/protocol';
import type { EpochEvent, RunState } from '../../common/run/events';
import type { RunEnvironment } from '../../common/run/run-folder';
import { type Column, numberColumn, type TextTable, tableOf, textColumn } from './text-table';

/** A top-1 through one branch, as fractions in [0, 1]. */
export interface Top1 {
  /** Highest of all validations. */
  best: number;
  /** Of the last validation. */
  last: number;
}

/** What the table of a report says of a run. */
export interface RunRow {
  runId: string;
  /** Its id, with a part of the path to its folder where other runs of the table have the same id. */
  label: string;
  name: string;
  state: RunState;
  /** What is wrong with its records: the rest is then what could be read. */
  problem?: string;
  /** With what distinguishes its variants: "mixprop", "mixprop (noise)", "advprop (PGD-3)". */
  method: string;
  /** Architecture and width. */
  network: string;
  /** Finished epochs and planned ones. */
  epochs: number;
  totalEpochs: number;
  /** Absent before the first validation. */
  main?: Top1;
  /** Absent for a method with one branch too. */
  aux?: Top1;
  /** Mean wall time of an epoch with its validation, in seconds. Absent before the first. */
  secondsPerEpoch?: number;
  /** Cost of an epoch in N, as the paper counts it (Table 4). */
  costN: number;
  /** Training time of an epoch, over that of the vanilla run in the table that differs in the method alone. Absent without. */
  measuredCost?: number;
  /** Absent where the run did not record it. */
  backend?: string;
}

/** What a row is made of. */
export interface RowSource {
  runName: Pick<RunName, 'runId' | 'label'>;
  experiment: Experiment;
  state: RunState;
  problem?: string;
  environment: RunEnvironment | undefined;
  /** Without superseded ones. */
  epochs: readonly EpochEvent[];
}

/** The rows of a table, in order. */
export function runRows(sources: readonly RowSource[]): RunRow[] {
  const rows = sources.map(runRow);
  for (const [i, source] of sources.entries()) {
    const seconds = medianTrainingSeconds(source);
    const vanilla = sources.find((other) => other.experiment.method.type === 'vanilla' && isComparable(other, source));
    const reference = vanilla && medianTrainingSeconds(vanilla);
    if (seconds !== undefined && reference) rows[i].measuredCost = seconds / reference;
  }
  return rows;
}

/** Whether two runs do the same work on the same device, but for the method. */
function isComparable(a: RowSource, b: RowSource): boolean {
  const conditions = ({ experiment, environment }: RowSource) => {
    const { architecture, width, stem } = experiment.model;
    const { batchSize, precision } = experiment.training;
    const { augmentation, dataset } = experiment;
    const device = environment && [environment.backend, environment.device];
    return JSON.stringify([dataset, architecture, width, stem, batchSize, precision, augmentation, device]);
  };
  return a.environment !== undefined && conditions(a) === conditions(b);
}

/** The median leaves out an epoch in which something else kept the machine busy. */
function medianTrainingSeconds({ epochs }: RowSource): number | undefined {
  const seconds = epochs.map((epoch) => epoch.seconds.training).sort((a, b) => a - b);
  return seconds[seconds.length >> 1];
}

function runRow({ runName: { runId, label }, experiment, state, problem, environment, epochs }: RowSource): RunRow {
  const validations = epochs.flatMap(({ validation }) => validation ?? []);
  const main = bestAndLast(validations.map((validation) => validation.main.top1));
  const aux = bestAndLast(validations.flatMap((validation) => validation.aux?.top1 ?? []));
  const seconds = epochs.reduce((sum, epoch) => sum + epoch.seconds.training + epoch.seconds.validation, 0);
  return {
    runId,
    label,
    name: experiment.name,
    state,
    ...(problem !== undefined && { problem }),
    method: methodLabel(experiment.method),
    network: `${experiment.model.architecture} ×${experiment.model.width}`,
    epochs: epochs.length,
    totalEpochs: experiment.training.epochs,
    ...(main && { main }),
    ...(aux && { aux }),
    ...(epochs.length > 0 && { secondsPerEpoch: seconds / epochs.length }),
    costN: epochCost(experiment.method),
    ...(environment && { backend: environment.backend }),
  };
}

function bestAndLast(values: readonly number[]): Top1 | undefined {
  const last = values.at(-1);
  return last === undefined ? undefined : { best: values.reduce((a, b) => Math.max(a, b)), last };
}

const runColumns: readonly Column<RunRow>[] = [
  textColumn('Run', (row) => row.label),
  textColumn('Method', (row) => row.method),
  textColumn('Network', (row) => row.network),
  textColumn('State', ({ state, problem }) => (problem === undefined ? state : `${state} (${problem})`)),
  numberColumn('Epochs', (row) => `${row.epochs} of ${row.totalEpochs}`),
  numberColumn('Main top-1, best', (row) => percent(row.main?.best)),
  numberColumn('Main top-1, last', (row) => percent(row.main?.last)),
  numberColumn('Aux top-1, best', (row) => percent(row.aux?.best)),
  numberColumn('Aux top-1, last', (row) => percent(row.aux?.last)),
  numberColumn('Seconds an epoch', (row) => row.secondsPerEpoch?.toFixed(1)),
  numberColumn('Cost', (row) => formatCost(row.costN)),
  numberColumn('Measured cost', (row) => row.measuredCost?.toFixed(2)),
  textColumn('Backend', (row) => row.backend),
];

const percent = (fraction: number | undefined) =>
  fraction === undefined ? undefined : `${(fraction * 100).toFixed(2)} %`;

/** The rows as a table of text. */
export const runTable = (rows: readonly RunRow[]): TextTable => tableOf(runColumns, rows);
