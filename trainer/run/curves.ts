import type { EpochColumns, Measured, RunCurves, RunDelta, RunHeader, StepColumns } from '../../webview/protocol';
import { methodLabel } from '../experiment/method-label';
import type { Experiment } from '../experiment/schema';
import type { EpochEvent, RunEvent, RunState, StatusEvent, StepEvent } from './events';

/** What the header of a run takes from its experiment. */
type DescribedExperiment = Pick<Experiment, 'name' | 'model' | 'method' | 'training'>;

/**
 * The curves of one run, built record by record. It serves one panel: `hydrate` gives everything, `take` what came since
 * the last `hydrate` or `take`. Records must be added in the order of `seq`.
 */
export class CurvesModel {
  private readonly steps = emptySteps();
  private readonly epochs = emptyEpochs();
  private restarts: number[] = [];
  private state: RunState = 'queued';
  private reason: string | undefined;
  private totalSteps = 0;
  private totalEpochs: number;

  private takenSteps = 0;
  private takenEpochs = 0;
  private truncateFromStep: number | undefined;
  private changed = false;

  constructor(
    private readonly runId: string,
    private readonly experiment: DescribedExperiment,
  ) {
    this.totalEpochs = experiment.training.epochs;
  }

  add(event: RunEvent): void {
    switch (event.type) {
      case 'status':
        this.addStatus(event);
        break;
      case 'step':
        this.addStep(event);
        break;
      case 'epoch':
        this.addEpoch(event);
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

  get header(): RunHeader {
    const { name } = this.experiment;
    return {
      runId: this.runId,
      name,
      description: describeExperiment(this.experiment),
      state: this.state,
      ...(this.reason === undefined ? {} : { reason: this.reason }),
      epoch: this.steps.epoch.at(-1) ?? 0,
      totalEpochs: this.totalEpochs,
      step: this.steps.step.at(-1) ?? 0,
      totalSteps: this.totalSteps,
    };
  }

  /** Everything so far. */
  hydrate(): RunCurves {
    this.markTaken();
    return {
      header: this.header,
      steps: sliceColumns(this.steps, 0),
      epochs: sliceColumns(this.epochs, 0),
      restarts: [...this.restarts],
    };
  }

  /** What is new since the last `hydrate` or `take`, or undefined if nothing is. */
  take(): RunDelta | undefined {
    if (!this.changed) return undefined;
    const delta: RunDelta = {
      header: this.header,
      steps: sliceColumns(this.steps, this.takenSteps),
      epochs: sliceColumns(this.epochs, this.takenEpochs),
      restarts: [...this.restarts],
      ...(this.truncateFromStep === undefined ? {} : { truncateFromStep: this.truncateFromStep }),
    };
    this.markTaken();
    return delta;
  }

  private markTaken(): void {
    this.takenSteps = this.steps.step.length;
    this.takenEpochs = this.epochs.epoch.length;
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
    truncateColumns(this.steps, fromStep);
    truncateColumns(this.epochs, fromStep);
    this.takenSteps = Math.min(this.takenSteps, this.steps.step.length);
    this.takenEpochs = Math.min(this.takenEpochs, this.epochs.epoch.length);
    this.truncateFromStep = Math.min(this.truncateFromStep ?? fromStep, fromStep);
    this.restarts = [...this.restarts.filter((step) => step < fromStep), fromStep];
  }

  private addStep(event: StepEvent): void {
    const columns = this.steps;
    // The first record says whether the method has an aux branch; from then on the columns stay equally long.
    const dual = columns.step.length === 0 ? event.loss.aux !== undefined : columns.aux.length > 0;
    columns.step.push(event.step);
    columns.epoch.push(event.epoch);
    columns.time.push(event.time);
    columns.learningRate.push(event.learningRate);
    columns.total.push(measured(event.loss.total));
    columns.main.push(measured(event.loss.main));
    if (dual) columns.aux.push(measured(event.loss.aux));
  }

  private addEpoch(event: EpochEvent): void {
    if (event.validation === undefined) return;
    const { main, aux } = event.validation;
    const columns = this.epochs;
    const dual = columns.epoch.length === 0 ? aux !== undefined : columns.auxTop1.length > 0;
    columns.epoch.push(event.epoch);
    columns.step.push(event.step);
    columns.time.push(event.time);
    columns.mainLoss.push(measured(main.loss));
    columns.mainTop1.push(measured(main.top1));
    if (!dual) return;
    columns.auxLoss.push(measured(aux?.loss));
    columns.auxTop1.push(measured(aux?.top1));
  }
}

/** Method and network in a few words: "mixprop · preact-resnet18 ×16". */
export function describeExperiment({ method, model }: Pick<Experiment, 'method' | 'model'>): string {
  return `${methodLabel(method)} · ${model.architecture} ×${model.width}`;
}

const emptySteps = (): StepColumns => ({
  step: [],
  epoch: [],
  time: [],
  learningRate: [],
  total: [],
  main: [],
  aux: [],
});

const emptyEpochs = (): EpochColumns => ({
  epoch: [],
  step: [],
  time: [],
  mainLoss: [],
  mainTop1: [],
  auxLoss: [],
  auxTop1: [],
});

/** A loss that was not finite is null in `events.jsonl`, and so it stays. */
function measured(value: number | null | undefined): Measured {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function sliceColumns<T extends StepColumns | EpochColumns>(columns: T, start: number): T {
  return Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, column.slice(start)])) as T;
}

/** Drops the entries of a step and of all later ones. Steps ascend, so they are the tail. */
function truncateColumns(columns: StepColumns | EpochColumns, fromStep: number): void {
  let length = columns.step.length;
  while (length > 0 && columns.step[length - 1]! >= fromStep) length--;
  for (const column of Object.values(columns)) column.length = Math.min(column.length, length);
}
