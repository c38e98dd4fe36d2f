/**
 * Messages between the extension host and the webviews. The host holds the truth: it hydrates a panel whenever the panel
 * says `ready`, and sends deltas from then on. Types only: both sides import this file.
 */
export const webviewProtocolVersion = 1;

export type RunStateName = 'queued' | 'running' | 'paused' | 'stopped' | 'failed' | 'finished';

/** What a panel shows of a run beside its curves. */
export interface RunHeader {
  runId: string;
  /** The experiment's name. */
  name: string;
  /** Method and network in a few words: "mixprop · preact-resnet18 ×16". */
  description: string;
  state: RunStateName;
  /** Why it stopped or failed. */
  reason?: string;
  epoch: number;
  totalEpochs: number;
  step: number;
  totalSteps: number;
}

/** A measured value, or null where it was not finite (a run that diverged): JSON knows no NaN. */
export type Measured = number | null;

/** Columns of equal length, one entry a training step, in the order of the steps. Losses in nats; time in ms since 1970. */
export interface StepColumns {
  step: number[];
  epoch: number[];
  time: number[];
  learningRate: number[];
  total: Measured[];
  main: Measured[];
  /** Empty for a method with one branch. */
  aux: Measured[];
}

/** Columns of equal length, one entry an epoch with validation. Fractions in [0, 1]; aux columns are empty with one branch. */
export interface EpochColumns {
  epoch: number[];
  step: number[];
  time: number[];
  mainLoss: Measured[];
  mainTop1: Measured[];
  auxLoss: Measured[];
  auxTop1: Measured[];
}

export interface RunCurves {
  header: RunHeader;
  steps: StepColumns;
  epochs: EpochColumns;
  /** Steps from which the run was resumed, ascending. */
  restarts: number[];
}

/** What is new of a run. First that step and later ones are dropped if `truncateFromStep` is there (the run was resumed). */
export interface RunDelta extends RunCurves {
  truncateFromStep?: number;
}

/** What the curves panel keeps through `setState`. The serializer gets it back and reads `runIds`. */
export interface CurvesState {
  version: typeof webviewProtocolVersion;
  /** The runs in the panel. */
  runIds: string[];
  /** Those of them whose lines are hidden. */
  hidden: string[];
  /** Weight of the debiased exponential smoothing, in [0, 1). */
  smoothing: number;
  /** The training losses apart, or the total that is minimised. */
  loss: 'branches' | 'total';
  /** Which colour and marker a run has, by run id: an index. */
  styles: Record<string, number>;
}

/** Extension host (or report) → curves panel. */
export type ToCurves =
  /** The complete contents; replaces whatever the panel shows. */
  | { type: 'hydrate'; version: typeof webviewProtocolVersion; runs: RunCurves[] }
  /** More of a run that was hydrated. */
  | ({ type: 'append' } & RunDelta)
  /** A run could not be read; the others are shown. */
  | { type: 'unreadable'; runId: string; message: string };

/** Curves panel → extension host. */
export type FromCurves =
  | { type: 'ready'; version: number }
  /** The person wants to choose which runs the panel shows. */
  | { type: 'chooseRuns' }
  /** Something went wrong in the panel; for the log. */
  | { type: 'error'; message: string };
