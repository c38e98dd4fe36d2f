import { branchesOf } from '../../experiment/methods/methods';
import { divergenceMeasures } from '../../run/divergence-measures';
import type { DivergenceEvent, LayerDivergence, RunEvent } from '../../run/events';
import { measured } from '../measured';
import { RunModel } from '../run-model';
import { type EpochDivergence, measureAlarms } from './divergence-alarms';
import type { DivergenceAlarm, DivergenceDelta, DivergenceRecord, DivergenceRun } from './divergence-contract';

/** Beyond this number of records within epochs, one is kept when its distance to the last is at least the run so far over this number. */
const maxDenseRecords = 400;

/**
 * The divergence of one run, built record by record. It serves one panel: `hydrate` gives everything, `take` what came
 * since the last `hydrate` or `take`. Records must be added in the order of `seq`.
 */
export class DivergenceModel extends RunModel {
  private layers: string[] = [];
  private readonly records: DivergenceRecord[] = [];
  /** The same at the ends of epochs, as alarms read them. */
  private epochs: EpochDivergence[] = [];
  private statisticsAlarms: readonly DivergenceAlarm[] = [];
  /** Undefined while they have to be looked for again. */
  private measureAlarms: readonly DivergenceAlarm[] | undefined = [];
  /** The last step of the epoch that has ended last. */
  private lastEpochEnd: number | undefined;

  private taken = 0;
  private truncateFromStep: number | undefined;

  /** Adds a record; those that say nothing of the run's divergence or progress are passed over. */
  override add(event: RunEvent): void {
    super.add(event);
    switch (event.type) {
      case 'status':
        if (event.fromStep !== undefined) this.resumeFrom(event.fromStep);
        break;
      case 'step':
        // Progress alone is no news: it goes along with the next record.
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
    this.hasNews = true;
  }

  /** What the channels of the `bn/` folder show. */
  setStatisticsAlarms(alarms: readonly DivergenceAlarm[]): void {
    if (JSON.stringify(alarms) === JSON.stringify(this.statisticsAlarms)) return;
    this.statisticsAlarms = alarms;
    this.hasNews = true;
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
    if (!this.hasNews) return undefined;
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

  private markTaken(): void {
    this.taken = this.records.length;
    this.truncateFromStep = undefined;
    this.hasNews = false;
  }

  private resumeFrom(fromStep: number): void {
    while ((this.records.at(-1)?.step ?? 0) >= fromStep) this.records.pop();
    const kept = new Set(this.records.filter(({ endsEpoch }) => endsEpoch).map(({ epoch }) => epoch));
    this.epochs = this.epochs.filter(({ epoch }) => kept.has(epoch));
    this.measureAlarms = undefined;
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
    if (this.records.length - this.epochs.length < maxDenseRecords) return true;
    const last = this.records.findLast(({ endsEpoch }) => !endsEpoch)!.step;
    return step - last >= (last - this.records[0]!.step) / maxDenseRecords;
  }
}

function columns(layers: readonly LayerDivergence[]): DivergenceRecord['values'] {
  return Object.fromEntries(
    divergenceMeasures.map((measure) => [measure, layers.map((layer) => measured(layer[measure]))]),
  ) as DivergenceRecord['values'];
}
