import { flatSettings } from '../../experiment/flat-settings';
import type { EpochEvent, LocalisationEvent, RunEvent, StatusEvent, StepEvent } from '../../run/events';
import { type Measured, measured } from '../measured';
import type { RunHeader, RunName } from '../protocol';
import type { DescribedExperiment } from '../run-header';
import { RunModel } from '../run-model';
import { branchMeasures, byName, epochColumns, localisationColumns, measureColumn, stepColumns } from './curve-columns';
import type { EpochColumns, LocalisationColumns, RunCurves, RunDelta, StepColumns } from './curves-contract';
import { GrowableColumn } from './growable-column';
import { packColumn, packTotal } from './pack-column';

export type StepValues = Record<keyof StepColumns, Float32Array | Float64Array>;

/** What a model makes of a run's records: another model that is given it goes on as if it had seen them. */
export interface CurvesSnapshot {
  /** What the run said of itself last. */
  status: Pick<StatusEvent, 'state' | 'reason' | 'totalSteps' | 'totalEpochs'>;
  restarts: number[];
  steps: StepValues;
  epochs: EpochColumns;
  localisation: LocalisationColumns;
}

/** More new steps than this are packed. */
const maxPlainSteps = 4096;
/** Of one message, a few megabytes. */
const maxStepsPerMessage = 200_000;

/**
 * The curves of one run, built record by record. It serves one panel: `hydrate` gives everything, `take` what came since
 * the last `hydrate` or `take`. Records must be added in the order of `seq`.
 */
export class CurvesModel extends RunModel {
  private steps = emptySteps();
  private epochs = emptyEpochs();
  private localisation = emptyLocalisation();
  private restarts: number[] = [];
  private readonly settings: RunHeader['settings'];

  private takenSteps = 0;
  private takenEpochs = 0;
  private takenLocalisation = 0;
  private truncateFromStep: number | undefined;

  constructor(runName: Readonly<RunName>, experiment: DescribedExperiment) {
    super(runName, experiment);
    this.settings = flatSettings(experiment);
  }

  override add(event: RunEvent): void {
    super.add(event);
    switch (event.type) {
      case 'status':
        if (event.fromStep !== undefined) this.resumeFrom(event.fromStep);
        break;
      case 'step':
        this.addStep(event);
        break;
      case 'epoch':
        this.addEpoch(event);
        break;
      case 'localisation':
        this.addLocalisation(event);
        break;
      default:
        return;
    }
    this.hasNews = true;
  }

  override get header(): RunHeader {
    const { steps, settings } = this;
    return { ...super.header, epoch: steps.epoch.last ?? 0, step: steps.step.last ?? 0, settings };
  }

  /** Everything so far, as JSON can hold it. */
  hydrate(): RunCurves {
    const curves: RunCurves = {
      header: this.header,
      steps: mapColumns(this.steps, (column) => column.toMeasured()),
      epochs: sliceColumns(this.epochs, 0),
      localisation: sliceColumns(this.localisation, 0),
      restarts: [...this.restarts],
    };
    this.markTaken();
    return curves;
  }

  /** The run without its curves: the next `take` gives all of them. */
  announce(): RunCurves {
    this.takenSteps = 0;
    this.takenEpochs = 0;
    this.takenLocalisation = 0;
    this.truncateFromStep = undefined;
    this.hasNews = true;
    return {
      header: this.header,
      steps: mapColumns(this.steps, () => []),
      epochs: emptyEpochs(),
      localisation: emptyLocalisation(),
      restarts: [...this.restarts],
    };
  }

  snapshot(): CurvesSnapshot {
    return {
      status: { ...this.status },
      restarts: [...this.restarts],
      steps: mapColumns(this.steps, (column) => column.slice()),
      epochs: sliceColumns(this.epochs, 0),
      localisation: sliceColumns(this.localisation, 0),
    };
  }

  /** Goes on from a snapshot, whose arrays it takes over. Only for a model without records. */
  restore({ status, restarts, steps, epochs, localisation }: CurvesSnapshot): void {
    this.status = { ...this.status, ...status };
    this.restarts = restarts;
    this.steps = mapColumns(steps, (values) => GrowableColumn.of(values));
    this.epochs = epochs;
    this.localisation = localisation;
    this.hasNews = true;
  }

  /** What is new since the last `hydrate` or `take`, or undefined if nothing is. Of very much only a part: take again. */
  take(): RunDelta | undefined {
    if (!this.hasNews) return undefined;
    const start = this.takenSteps;
    const { length } = this.steps.step;
    const end = Math.min(length, start + maxStepsPerMessage);
    const delta: RunDelta = {
      header: this.header,
      steps:
        end - start > maxPlainSteps
          ? packSteps(mapColumns(this.steps, (column) => column.slice(start, end)))
          : mapColumns(this.steps, (column) => column.toMeasured(start, end)),
      epochs: sliceColumns(this.epochs, this.takenEpochs),
      localisation: sliceColumns(this.localisation, this.takenLocalisation),
      restarts: [...this.restarts],
      ...(this.truncateFromStep === undefined ? {} : { truncateFromStep: this.truncateFromStep }),
    };
    this.markTaken();
    this.takenSteps = end;
    this.hasNews = end < length;
    return delta;
  }

  /** Whether everything fits into a message with other runs. */
  get isShort(): boolean {
    return this.steps.step.length <= maxPlainSteps;
  }

  private markTaken(): void {
    this.takenSteps = this.steps.step.length;
    this.takenEpochs = this.epochs.epoch.length;
    this.takenLocalisation = this.localisation.epoch.length;
    this.truncateFromStep = undefined;
    this.hasNews = false;
  }

  private resumeFrom(fromStep: number): void {
    const { step } = this.steps;
    let length = step.length;
    while (length > 0 && step.at(length - 1)! >= fromStep) length--;
    for (const column of Object.values(this.steps)) column.truncate(length);
    truncateColumns(this.epochs, fromStep);
    truncateColumns(this.localisation, fromStep);
    this.takenSteps = Math.min(this.takenSteps, this.steps.step.length);
    this.takenEpochs = Math.min(this.takenEpochs, this.epochs.epoch.length);
    this.takenLocalisation = Math.min(this.takenLocalisation, this.localisation.epoch.length);
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
    columns.total.push(event.loss.total);
    columns.main.push(event.loss.main);
    if (dual) columns.aux.push(event.loss.aux ?? Number.NaN);
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

  private addLocalisation({ epoch, step, time, images, withRegion, main, aux, agreement }: LocalisationEvent): void {
    const columns = this.localisation;
    columns.epoch.push(epoch);
    columns.step.push(step);
    columns.time.push(time);
    columns.images.push(images);
    columns.withRegion.push(withRegion);
    for (const measure of branchMeasures) {
      columns[measureColumn('main', measure)].push(measured(main[measure]));
      columns[measureColumn('aux', measure)].push(measured(aux?.[measure]));
    }
    columns.agreement.push(measured(agreement));
  }
}

const emptySteps = () => byName(stepColumns, () => GrowableColumn.empty());
const emptyEpochs = (): EpochColumns => byName(epochColumns, () => []);
const emptyLocalisation = (): LocalisationColumns => byName(localisationColumns, () => []);

function packSteps(values: StepValues): StepColumns {
  return { ...mapColumns(values, packColumn), total: packTotal(values.total, values.main, values.aux) };
}

function mapColumns<Name extends string, From, To>(
  columns: Record<Name, From>,
  map: (column: From) => To,
): Record<Name, To> {
  return Object.fromEntries(Object.entries<From>(columns).map(([name, column]) => [name, map(column)])) as never;
}

function sliceColumns<Columns extends EpochColumns | LocalisationColumns>(columns: Columns, start: number): Columns {
  return mapColumns(columns as unknown as Record<string, Measured[]>, (column) => column.slice(start)) as never;
}

/** Drops the entries of a step and of all later ones. Steps ascend, so they are the tail. */
function truncateColumns(columns: EpochColumns | LocalisationColumns, fromStep: number): void {
  let length = columns.step.length;
  while (length > 0 && columns.step[length - 1]! >= fromStep) length--;
  for (const column of Object.values(columns)) column.length = Math.min(column.length, length);
}
