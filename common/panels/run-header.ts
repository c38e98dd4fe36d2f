import { describeExperiment } from '../experiment/describe-experiment';
import type { Experiment } from '../experiment/schema';
import type { RunEvent, RunState } from '../run/events';
import type { RunHeader, RunName } from './protocol';

/** What a header takes from the run's experiment. */
export type DescribedExperiment = Pick<Experiment, 'name' | 'model' | 'method' | 'training'>;

type Progress = Pick<RunHeader, 'state' | 'reason' | 'epoch' | 'totalEpochs' | 'step' | 'totalSteps'>;

/** What panels show of a run beside its contents. */
export function runHeader(
  runName: RunName,
  experiment: DescribedExperiment,
  { state, reason, epoch, totalEpochs, step, totalSteps }: Progress,
): RunHeader {
  return {
    ...runName,
    name: experiment.name,
    description: describeExperiment(experiment),
    state,
    ...(reason === undefined ? {} : { reason }),
    epoch,
    totalEpochs,
    step,
    totalSteps,
  };
}

/** The state of a run and how far it is, record by record in the order of `seq`. */
export class RunProgress {
  private state: RunState = 'queued';
  private reason: string | undefined;
  private epoch = 0;
  private step = 0;
  private totalEpochs: number;
  private totalSteps = 0;

  constructor(
    private readonly runName: Readonly<RunName>,
    private readonly experiment: DescribedExperiment,
  ) {
    this.totalEpochs = experiment.training.epochs;
  }

  add(event: RunEvent): void {
    if (event.type === 'step') {
      this.step = event.step;
      this.epoch = event.epoch;
    }
    if (event.type !== 'status') return;
    this.setState(event.state, event.reason);
    this.totalSteps = event.totalSteps ?? this.totalSteps;
    this.totalEpochs = event.totalEpochs ?? this.totalEpochs;
    if (event.fromStep !== undefined) this.step = Math.min(this.step, event.fromStep - 1);
  }

  /** What is known beyond the records: a trainer that died without a last word has failed. */
  setState(state: RunState, reason?: string): void {
    this.state = state;
    this.reason = reason;
  }

  /** The last finished step, from 1; 0 before the first. */
  get lastStep(): number {
    return this.step;
  }

  get header(): RunHeader {
    const { state, reason, epoch, totalEpochs, step, totalSteps } = this;
    return runHeader(this.runName, this.experiment, { state, reason, epoch, totalEpochs, step, totalSteps });
  }
}
