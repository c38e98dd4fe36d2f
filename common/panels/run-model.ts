import type { RunEvent, StatusEvent } from '../run/events';
import type { RunHeader, RunName } from './protocol';
import { type DescribedExperiment, runHeader } from './run-header';

type RunEnd = Pick<StatusEvent, 'state' | 'reason'>;

/** A run as a panel shows it, built record by record in the order of `seq`. Here: its state, and how far it is. */
export abstract class RunModel {
  /** What the records say. */
  protected status: RunEnd & Required<Pick<StatusEvent, 'totalSteps' | 'totalEpochs'>>;
  /** There is something to tell that was not taken yet. */
  protected hasNews = false;
  /** The last finished step, from 1; 0 before the first. */
  protected step = 0;
  private epoch = 0;
  private end: RunEnd | undefined;

  constructor(
    private readonly runName: Readonly<RunName>,
    protected readonly experiment: DescribedExperiment,
  ) {
    this.status = { state: 'queued', totalSteps: 0, totalEpochs: experiment.training.epochs };
  }

  add(event: RunEvent): void {
    if (event.type === 'step') {
      this.step = event.step;
      this.epoch = event.epoch;
    }
    if (event.type !== 'status') return;
    const { state, reason, totalSteps, totalEpochs } = { ...this.status, ...event, reason: event.reason };
    this.status = { state, reason, totalSteps, totalEpochs };
    this.end = undefined;
    if (event.fromStep !== undefined) this.step = Math.min(this.step, event.fromStep - 1);
  }

  /** How the run ended, beyond its records: to those a trainer that died without a last word still runs. */
  conclude(end: RunEnd | undefined): void {
    this.end = end;
    this.hasNews = true;
  }

  get header(): RunHeader {
    const { status, end, epoch, step } = this;
    const { state, reason } = end ?? status;
    return runHeader(this.runName, this.experiment, { ...status, state, reason, epoch, step });
  }
}
