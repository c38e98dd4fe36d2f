import { measured } from '../panels/measured';
import {
  type BranchValidation,
  type EpochEvent,
  isSuperseded,
  type LocalisationEvent,
  type RunEvent,
} from '../run/events';
import type { RunInfo } from '../run/run-info';
import { RunSummaryBuilder } from '../run/run-summary';
import type { RunRecord, ValidatedEpoch } from './run-record';

/** What of a run's record follows from `events.jsonl`. */
export type RecordedMeasures = Omit<
  RunRecord,
  'furtherProblems' | 'settings' | 'variant' | 'cost' | 'evaluation' | 'environment'
>;

/** Sums a run's records up, one by one in the order of `seq`. */
export class RunRecordBuilder {
  private readonly summary: RunSummaryBuilder;
  private epochs: EpochEvent[] = [];
  private localisations: LocalisationEvent[] = [];

  constructor(info: RunInfo) {
    this.summary = new RunSummaryBuilder(info);
  }

  add(event: RunEvent): void {
    this.summary.add(event);
    if (event.type === 'epoch') this.epochs.push(event);
    else if (event.type === 'localisation') this.localisations.push(event);
    else if (event.type === 'status' && event.fromStep !== undefined) {
      const { fromStep } = event;
      this.epochs = this.epochs.filter((epoch) => !isSuperseded(epoch, fromStep));
      this.localisations = this.localisations.filter((localisation) => !isSuperseded(localisation, fromStep));
    }
  }

  get measures(): RecordedMeasures {
    const { summary, epochs } = this;
    const { state, reason, problem, epoch, step, totalEpochs, totalSteps, ...measures } = summary.summary;
    const { lastLoss, imagesPerSecond, secondsLeft, startedAt, updatedAt } = measures;
    const validations = epochs.flatMap(validatedEpoch);
    const auxTop1s = validations.flatMap(({ aux }) => (aux === undefined ? [] : [aux.top1]));
    const bestAux = auxTop1s.reduce<number | null>((best, top1) => (isHigher(top1, best) ? top1 : best), null);
    const lastEpoch = epochs.at(-1);
    return {
      state,
      ...(reason !== undefined && { reason }),
      ...(problem !== undefined && { problem }),
      epoch,
      step,
      totalEpochs,
      totalSteps,
      finishedEpochs: epochs.length,
      ...(validations.length > 0 && {
        best: validations.reduce((best, next) => (isHigher(next.main.top1, best.main.top1) ? next : best)),
        last: validations.at(-1)!,
      }),
      ...(auxTop1s.length > 0 && { bestAuxTop1: bestAux }),
      ...(lastLoss !== undefined && { lastLoss: measured(lastLoss) }),
      ...(imagesPerSecond !== undefined && { imagesPerSecond: measured(imagesPerSecond) }),
      ...(secondsLeft !== undefined && { secondsLeft }),
      ...(startedAt !== undefined && { startedAt }),
      ...(updatedAt !== undefined && { updatedAt }),
      ...(lastEpoch !== undefined && {
        trainLoss: measured(lastEpoch.train.loss.total),
        seconds: { training: sum(epochs, 'training'), validation: sum(epochs, 'validation') },
      }),
      ...this.localisation(),
    };
  }

  private localisation(): Pick<RecordedMeasures, 'localisation'> {
    const last = this.localisations.at(-1);
    if (last === undefined) return {};
    const { epoch, main, aux, agreement } = last;
    const located = ({ pointing, energy }: LocalisationEvent['main']) => ({
      ...(pointing !== undefined && { pointing: measured(pointing) }),
      ...(energy !== undefined && { energy: measured(energy) }),
    });
    return {
      localisation: {
        epoch,
        main: located(main),
        ...(aux && { aux: located(aux) }),
        ...(agreement !== undefined && { agreement: measured(agreement) }),
      },
    };
  }
}

function validatedEpoch({ epoch, validation }: EpochEvent): ValidatedEpoch[] {
  if (validation === undefined) return [];
  const { main, aux } = validation;
  return [{ epoch, main: validationOf(main), ...(aux && { aux: validationOf(aux) }) }];
}

const validationOf = ({ top1, top5, loss }: BranchValidation): ValidatedEpoch['main'] => ({
  top1: measured(top1),
  top5: measured(top5),
  loss: measured(loss),
});

const isHigher = (value: number | null, than: number | null): boolean =>
  value !== null && (than === null || value > than);

/** What was not finite takes no time. */
const sum = (epochs: readonly EpochEvent[], part: 'training' | 'validation'): number =>
  epochs.reduce((total, { seconds }) => total + (measured(seconds[part]) ?? 0), 0);
