import { methodLabel } from '../experiment/methods/methods';
import {
  type EpochEvent,
  isSuperseded,
  type RunEvent,
  type RunState,
  type StatusEvent,
  type StepEvent,
} from './events';
import type { RunInfo } from './run-info';

/** A run in a few words. Times in ms since 1970, top-1 as fractions in [0, 1] through the main branch. */
export interface RunSummary {
  runId: string;
  folder: string;
  /** The experiment's name; the run's id where the experiment cannot be read. */
  name: string;
  /** Empty where the experiment cannot be read, as is `architecture`. */
  method: string;
  architecture: string;
  state: RunState;
  reason?: string;
  /** What is wrong with the folder. The rest is then what could be read. */
  problem?: string;
  /** The current epoch, from 1; 0 before the first. */
  epoch: number;
  totalEpochs: number;
  /** The last finished step, from 1; 0 before the first. */
  step: number;
  /** 0 while not known. */
  totalSteps: number;
  bestTop1?: number;
  lastTop1?: number;
  /** What the last step minimised, in nats; NaN where it was not finite. */
  lastLoss?: number;
  imagesPerSecond?: number;
  /** Only of a running run, by its pace since it was last started, validation included. */
  secondsLeft?: number;
  startedAt?: number;
  updatedAt?: number;
}

/** Fewer steps are too few to measure the pace. */
const minPaceSteps = 5;

/** Builds a summary record by record. Records must be added in the order of `seq`. */
export class RunSummaryBuilder {
  private readonly static: Pick<RunSummary, 'runId' | 'folder' | 'name' | 'method' | 'architecture' | 'problem'>;
  private status: StatusEvent | undefined;
  private totalEpochs: number;
  private totalSteps = 0;
  private step = 0;
  private epoch = 0;
  private lastStep: StepEvent | undefined;
  private epochs: EpochEvent[] = [];
  private paceStart: StepEvent | undefined;
  private startedAt: number | undefined;
  private updatedAt: number | undefined;

  constructor({ runId, folder, experiment, problem }: RunInfo) {
    this.static = {
      runId,
      folder,
      name: experiment?.name ?? runId,
      method: experiment ? methodLabel(experiment.method) : '',
      architecture: experiment?.model.architecture ?? '',
      ...(problem === undefined ? {} : { problem }),
    };
    this.totalEpochs = experiment?.training.epochs ?? 0;
  }

  add(event: RunEvent): void {
    this.startedAt ??= event.time;
    this.updatedAt = event.time;
    switch (event.type) {
      case 'status':
        this.addStatus(event);
        break;
      case 'step':
        this.lastStep = event;
        this.step = event.step;
        this.epoch = event.epoch;
        this.paceStart ??= event;
        break;
      case 'epoch':
        this.epochs.push(event);
        break;
    }
  }

  get summary(): RunSummary {
    const { state = 'queued', reason } = this.status ?? {};
    const top1s = this.epochs.flatMap(({ validation }) => (validation === undefined ? [] : [validation.main.top1]));
    return {
      ...this.static,
      state,
      epoch: this.epoch,
      totalEpochs: this.totalEpochs,
      step: this.step,
      totalSteps: this.totalSteps,
      ...known({
        reason,
        bestTop1: top1s.length === 0 ? undefined : top1s.reduce((best, top1) => Math.max(best, top1)),
        lastTop1: top1s.at(-1),
        lastLoss: this.lastStep?.loss.total,
        imagesPerSecond: this.lastStep?.imagesPerSecond,
        secondsLeft: state === 'running' ? this.secondsLeft() : undefined,
        startedAt: this.startedAt,
        updatedAt: this.updatedAt,
      }),
    };
  }

  private addStatus(event: StatusEvent): void {
    this.status = event;
    this.totalSteps = event.totalSteps ?? this.totalSteps;
    this.totalEpochs = event.totalEpochs ?? this.totalEpochs;
    if (event.state === 'running') this.paceStart = undefined;
    const { fromStep } = event;
    if (fromStep === undefined) return;
    this.epochs = this.epochs.filter((epoch) => !isSuperseded(epoch, fromStep));
    if (this.lastStep === undefined || !isSuperseded(this.lastStep, fromStep)) return;
    // The records of the step before are no longer kept; the next step fills the gap.
    this.lastStep = undefined;
    this.step = Math.max(0, fromStep - 1);
    this.epoch = this.epochs.at(-1)?.epoch ?? 0;
  }

  private secondsLeft(): number | undefined {
    const { lastStep, paceStart } = this;
    if (lastStep === undefined || paceStart === undefined) return undefined;
    const steps = lastStep.step - paceStart.step;
    if (steps < minPaceSteps || this.totalSteps === 0) return undefined;
    const secondsPerStep = (lastStep.time - paceStart.time) / 1000 / steps;
    return Math.max(0, this.totalSteps - lastStep.step) * secondsPerStep;
  }
}

function known<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
