/** The records of `events.jsonl`. The live connection delivers the same records in the same order. */

/** A normalisation branch: main sees clean images, aux the auxiliary batch. */
export type Branch = 'main' | 'aux';

export type RunState = 'queued' | 'running' | 'paused' | 'stopped' | 'failed' | 'finished';

/** What every record carries. `seq` counts from 1 without gaps; `time` is in ms since 1970. */
export interface EventBase {
  seq: number;
  time: number;
}

export interface StatusEvent extends EventBase {
  type: 'status';
  state: RunState;
  /** Why, where it needs saying: the error of a failed run, "stopped on request". */
  reason?: string;
  /** On resume: the first step that is run again. Earlier records of it and of later steps are superseded. */
  fromStep?: number;
  /** With state running: what progress is measured against. */
  totalSteps?: number;
  totalEpochs?: number;
}

/** Losses in nats, means over the batch. `total` is what was minimised. `aux` only with dual BN. */
export interface LossTerms {
  total: number;
  main: number;
  aux?: number;
}

export interface StepEvent extends EventBase {
  type: 'step';
  step: number;
  epoch: number;
  learningRate: number;
  loss: LossTerms;
  imagesPerSecond: number;
}

export interface DrawsEvent extends EventBase {
  type: 'draws';
  step: number;
  /** Data-set indices of the batch. */
  indices: number[];
  /** MixProp's λ. */
  lambda?: number;
  /** MixProp's π: image i is mixed with image permutation[i] of the batch. */
  permutation?: number[];
}

/** Loss in nats, top-1 and top-5 as fractions in [0, 1]. */
export interface BranchValidation {
  loss: number;
  top1: number;
  top5: number;
}

export interface EpochEvent extends EventBase {
  type: 'epoch';
  epoch: number;
  /** The last step of the epoch. */
  step: number;
  learningRate: number;
  /** Means over the epoch's images. */
  train: { loss: LossTerms };
  /** Absent in epochs without validation. */
  validation?: { main: BranchValidation; aux?: BranchValidation };
  /** Wall time of training and of validation, in seconds. */
  seconds: { training: number; validation: number };
}

export interface SystemEvent extends EventBase {
  type: 'system';
  backend: string;
  device: string;
  /** Resident memory of the trainer, in MiB. */
  memoryMiB: number;
}

export interface WarningEvent extends EventBase {
  type: 'warning';
  message: string;
}

export type RunEvent = StatusEvent | StepEvent | DrawsEvent | EpochEvent | SystemEvent | WarningEvent;
/** A record before the log gives it its number and time. */
export type RunEventBody = RunEvent extends infer E ? (E extends RunEvent ? Omit<E, 'seq' | 'time'> : never) : never;

const eventTypes = new Set<string>(['status', 'step', 'draws', 'epoch', 'system', 'warning']);

/**
 * One line of `events.jsonl`, or undefined when it is not a complete record of a known type (a torn last line, or a
 * type of a later version).
 */
export function parseEvent(line: string): RunEvent | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { seq, time, type } = value as Record<string, unknown>;
  if (!Number.isInteger(seq) || typeof time !== 'number' || typeof type !== 'string') return undefined;
  return eventTypes.has(type) ? (value as RunEvent) : undefined;
}

/**
 * Whether a later `status` record with `fromStep` makes this record void: it belongs to that step or a later one.
 */
export function isSuperseded(event: RunEvent, fromStep: number): boolean {
  switch (event.type) {
    case 'step':
    case 'draws':
    case 'epoch':
      return event.step >= fromStep;
    default:
      return false;
  }
}
