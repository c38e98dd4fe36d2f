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

/** Columns of equal length, one entry a training step, in the order of the steps. Losses in nats; time in ms since 1970. */
export interface StepColumns {
  step: number[];
  epoch: number[];
  time: number[];
  learningRate: number[];
  total: number[];
  main: number[];
  /** Empty for a method with one branch. */
  aux: number[];
}

/** Columns of equal length, one entry an epoch with validation. Fractions in [0, 1]; aux columns are empty with one branch. */
export interface EpochColumns {
  epoch: number[];
  step: number[];
  time: number[];
  mainLoss: number[];
  mainTop1: number[];
  auxLoss: number[];
  auxTop1: number[];
}

export interface RunCurves {
  header: RunHeader;
  steps: StepColumns;
  epochs: EpochColumns;
  /** Steps from which the run was resumed. */
  restarts: number[];
}

/** Extension host (or report) → curves panel. */
export type ToCurves =
  /** The complete contents; replaces whatever the panel shows. */
  | { type: 'hydrate'; version: number; runs: RunCurves[] }
  /** More of one run. `truncateFromStep`: first drop that step and later ones (the run was resumed). */
  | { type: 'append'; header: RunHeader; steps: StepColumns; epochs: EpochColumns; truncateFromStep?: number }
  /** A run could not be read; the others are shown. */
  | { type: 'unreadable'; runId: string; message: string };

/** Curves panel → extension host. */
export type FromCurves =
  | { type: 'ready'; version: number }
  /** Which runs the panel shows; kept so that a restored panel asks for the same. */
  | { type: 'chooseRuns' }
  | { type: 'error'; message: string };
