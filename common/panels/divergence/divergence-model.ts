import { branchesOf } from '../../experiment/branches-of';
import { describeExperiment } from '../../experiment/describe-experiment';
import type { Experiment } from '../../experiment/schema';
import { divergenceMeasures } from '../../run/divergence-measures';
import type { DivergenceEvent, LayerDivergence, RunEvent, RunState, StatusEvent } from '../../run/events';
import type { Measured, RunHeader, RunName } from '../protocol';
import { type EpochDivergence, measureAlarms } from './divergence-alarms';
import type { DivergenceAlarm, DivergenceDelta, DivergenceRecord, DivergenceRun } from './divergence-contract';

type DescribedExperiment = Pick<Experiment, 'name' | 'model' | 'method' | 'training'>;

/** Beyond so many records within epochs, a further one is kept when it is this part of the run so far behind the last. */
const densestRecords = 400;

/**
 * The divergence of one run, built record by record. It serves one panel: `hydrate` gives everything, `take` what came
 * since the last `hydrate` or `take`. Records must be added in the order of `seq`.
 */
export class DivergenceModel {
  private layers: string[] = [];
  private readonly records: DivergenceRecord[] = [];
  /** The same at the ends of epochs, as alarms read them. */
  private epochs: EpochDivergence[] = [];
  private statisticsAlarms: readonly DivergenceAlarm[] = [];
  /** Undefined while they have to be looked for again. */
  private measureAlarms: readonly DivergenceAlarm[] | undefined = [];
  private state: RunState = 'queued';
  private reason: string | undefined;
  private totalSteps = 0;
  private totalEpochs: number;
  private epoch = 0;
  private step = 0;
  /** The last step of the epoch that has ended last. */
  private lastEpochEnd: number | undefined;

  private taken = 0;
  private truncateFromStep: number | undefined;
  private changed = false;

  constructor(
    private readonly runName: Readonly<RunName>,
    private readonly experiment: DescribedExperiment,
  ) {
    this.totalEpochs = experiment.training.epochs;
  }

  /** Adds a record; those that say nothing of the run's divergence or progress are passed over. */
  add(event: RunEvent): void {
    switch (event.type) {
      case 'status':
        this.addStatus(event);
        break;
      case 'step':
        this.step = event.step;
        // Progress alone is no news: it goes along with the next record.
        this.epoch = event.epoch;
        return;
      case 'epoch':
        this.lastEpochEnd = event.step;
        break;
      case 'divergence':
        this.addDivergence(event);
        break;
      default:
        return;
    }
    this.changed = true;
  }

  /** What is known beyond the records: a trainer that died without a last word has failed. */
  setState(state: RunState, reason?: string): void {
    this.state = state;
    this.reason = reason;
    this.changed = true;
  }

  /** What the channels of the `bn/` folder show. */
  setStatisticsAlarms(alarms: readonly DivergenceAlarm[]): void {
    if (JSON.stringify(alarms) === JSON.stringify(this.statisticsAlarms)) return;
    this.statisticsAlarms = alarms;
    this.changed = true;
  }

  /** The last epoch with a record, whose channels are in the run folder; undefined before. */
  get lastEpoch(): number | undefined {
    return this.epochs.at(-1)?.epoch;
  }

  /** Everything so far. */
  hydrate(): DivergenceRun {
    this.markTaken();
    return this.from(0);
  }

  /** What is new since the last `hydrate` or `take`, or undefined if nothing is. */
  take(): DivergenceDelta | undefined {
    if (!this.changed) return undefined;
    const delta: DivergenceDelta = {
      ...this.from(this.taken),
      ...(this.truncateFromStep === undefined ? {} : { truncateFromStep: this.truncateFromStep }),
    };
    this.markTaken();
    return delta;
  }

  private from(start: number): DivergenceRun {
    this.measureAlarms ??= measureAlarms(this.epochs);
    const unfed = this.statisticsAlarms.some(({ kind }) => kind === 'aux-unchanged');
    return {
      header: this.header,
      branches: branchesOf(this.experiment.method.type).includes('aux') ? 'main and aux' : 'main',
      layers: [...this.layers],
      records: this.records.slice(start),
      // Branches that nothing has moved are equal too: the first alarm says it better.
      alarms: [
        ...this.statisticsAlarms,
        ...this.measureAlarms.filter(({ kind }) => !(unfed && kind === 'branches-equal')),
      ],
    };
  }

  private get header(): RunHeader {
    return {
      ...this.runName,
      name: this.experiment.name,
      description: describeExperiment(this.experiment),
      state: this.state,
      ...(this.reason === undefined ? {} : { reason: this.reason }),
      epoch: this.epoch,
      totalEpochs: this.totalEpochs,
      step: this.step,
      totalSteps: this.totalSteps,
    };
  }

  private markTaken(): void {
    this.taken = this.records.length;
    this.truncateFromStep = undefined;
    this.changed = false;
  }

  private addStatus(event: StatusEvent): void {
    this.state = event.state;
    this.reason = event.reason;
    this.totalSteps = event.totalSteps ?? this.totalSteps;
    this.totalEpochs = event.totalEpochs ?? this.totalEpochs;
    if (event.fromStep !== undefined) this.resumeFrom(event.fromStep);
  }

  private resumeFrom(fromStep: number): void {
    while ((this.records.at(-1)?.step ?? 0) >= fromStep) this.records.pop();
    const kept = new Set(this.records.filter(({ endsEpoch }) => endsEpoch).map(({ epoch }) => epoch));
    this.epochs = this.epochs.filter(({ epoch }) => kept.has(epoch));
    this.measureAlarms = undefined;
    this.step = Math.min(this.step, fromStep - 1);
    this.taken = Math.min(this.taken, this.records.length);
    this.truncateFromStep = Math.min(this.truncateFromStep ?? fromStep, fromStep);
  }

  private addDivergence({ epoch, step, layers }: DivergenceEvent): void {
    const endsEpoch = step === this.lastEpochEnd;
    if (!endsEpoch && !this.hasRoomFor(step)) return;
    if (this.layers.length === 0) this.layers = layers.map(({ layer }) => layer);
    this.records.push({ epoch, step, endsEpoch, values: columns(layers) });
    if (!endsEpoch) return;
    this.epochs.push({ epoch, layers });
    this.measureAlarms = undefined;
  }

  /** Records within epochs get rarer as they get many, so that a panel's memory stays bounded. */
  private hasRoomFor(step: number): boolean {
    if (this.records.length - this.epochs.length < densestRecords) return true;
    const last = this.records.findLast(({ endsEpoch }) => !endsEpoch)!.step;
    return step - last >= (last - this.records[0]!.step) / densestRecords;
  }
}

function columns(layers: readonly LayerDivergence[]): DivergenceRecord['values'] {
  return Object.fromEntries(
    divergenceMeasures.map((measure) => [measure, layers.map((layer) => measured(layer[measure]))]),
  ) as DivergenceRecord['values'];
}

const measured = (value: number): Measured => (Number.isFinite(value) ? value : null);
