import type { Branch } from '../weights/branch';
import { type DivergenceMeasure, divergenceMeasures } from './divergence-measures';

/** The records of `events.jsonl`. The live connection delivers the same records in the same order. */

/** A normalisation branch: main sees clean images, aux the auxiliary batch. */

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
  /**
   * First row and column of each crop, and whether it is mirrored (0 or 1). crop-flip: within the image padded by 4 pixels, 0 to 8.
   * resized-crop-flip: of a box in the image as it is stored, with its height and width in pixels.
   */
  crop?: { top: number[]; left: number[]; height?: number[]; width?: number[]; flip: number[] };
  /** λ of mixup and CutMix: the weight of the image's own label. CutMix's is corrected to the box's true area. */
  lambda?: number;
  /** π of mixup and CutMix: image i is mixed with image permutation[i] of the batch. */
  permutation?: number[];
  /** Methods mixup and cutmix: so many images, the first of the batch, are mixed, and `permutation` is one of theirs. */
  mixed?: number;
  /** CutMix: rows top to bottom − 1 and columns left to right − 1 are pasted in from image permutation[i]. */
  box?: { top: number; left: number; bottom: number; right: number };
  /** Auxiliary source noise: seed of the stream "noise". */
  noiseSeed?: number;
  /** Attacks: seed of the stream "pgd-start"; absent where the attack starts at the clean images. */
  startSeed?: number;
  /** Targeted attacks: the class aimed at is (label + offset) mod K, for each image. */
  targetOffsets?: number[];
}

/** Loss in nats, top-1 and top-5 as fractions in [0, 1]. */
export interface BranchValidation {
  loss: number;
  top1: number;
  top5: number;
}

/** A batch that entered the network in one of a step's passes. */
export interface RoutedBatch {
  /** attack: a pass that only asks for the gradient of the images. */
  pass: 'training' | 'attack';
  /** What the method calls it: "clean", "mixed", "adversarial". */
  name: string;
  branch: Branch;
  images: number;
  /** How many of them equal an image of the step's clean batch, to the bit. */
  clean: number;
}

/** What went through a normalisation layer in a step, in order. */
export interface RoutedLayer {
  layer: string;
  routes: {
    /** Index into `batches`. */
    batch: number;
    branch: Branch;
    /** What it was normalised with. */
    statistics: 'batch' | 'running';
    /** Whether it moves the running statistics. */
    updates: boolean;
  }[];
  /** Branches whose running statistics the step has changed. */
  moved: Branch[];
  /** Whether the running statistics after the step are what the batches that train make them. */
  asPredicted: boolean;
}

/** With `record.routing`: the way of every batch of a step. */
export interface RoutingEvent extends EventBase {
  type: 'routing';
  step: number;
  epoch: number;
  batches: RoutedBatch[];
  layers: RoutedLayer[];
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
  /** Wall time of training and of validation, in seconds; `loading`: how much of training was waiting for images. */
  seconds: { training: number; loading?: number; validation: number };
}

/** The measures of `divergence.ts` for one normalisation layer: means over its channels. */
export type LayerDivergence = { layer: string } & Record<DivergenceMeasure, number>;

/** How far main and aux are apart in every normalisation layer, in the network's order, after a step. */
export interface DivergenceEvent extends EventBase {
  type: 'divergence';
  epoch: number;
  step: number;
  layers: LayerDivergence[];
}

/** What a branch says of an image, and where it looks for a class. Classes by name. */
export interface Explanation {
  /** Path relative to the data set, or of a file elsewhere. */
  image: string;
  /** Index within the validation images, if it is one. */
  index?: number;
  branch: Branch;
  /** The class that the grid is for. */
  class: string;
  /** The image's own class, if known. */
  label?: string;
  predicted: string;
  /** Softmax probability of `class`. */
  confidence: number;
  /** Class activation map, raw Σ_k w_ck·F_k without bias, rows from the top; of 6 significant digits. */
  grid: number[][];
}

/** With `explain.images`: an explanation of one of them after an epoch. */
export interface ExplainEvent extends EventBase, Explanation {
  type: 'explain';
  epoch: number;
  step: number;
}

/** Other images were chosen while the run went on: they are recorded from the next recorded epoch on, also after a resume. */
export interface ImagesEvent extends EventBase {
  type: 'images';
  /** Finished steps and epochs. */
  step: number;
  epoch: number;
  /** As in `explain.images`, in place of which it is. */
  images: (string | number)[];
}

/** How well maps find objects: means over images. What could be measured on no image is absent. */
export interface BranchLocalisation {
  /** Share of images where the map's maximum lies on the object. */
  pointing?: number;
  /** Share of the map's sum that lies on the object. */
  energy?: number;
  /** Share of the image in focus. */
  area?: number;
  /** Pieces of the focus. */
  regions?: number;
}

/** How well the maps of the chosen images, each for its own class, find the objects. See explain/localisation.ts. */
export interface LocalisationEvent extends EventBase {
  type: 'localisation';
  epoch: number;
  step: number;
  images: number;
  /** How many of them say where the object is: those that pointing and energy are means over. */
  withRegion: number;
  main: BranchLocalisation;
  aux?: BranchLocalisation;
  /** Rank correlation of the maps of main and aux, −1 to 1. */
  agreement?: number;
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

export type RunEvent =
  | StatusEvent
  | StepEvent
  | DrawsEvent
  | RoutingEvent
  | EpochEvent
  | DivergenceEvent
  | ExplainEvent
  | ImagesEvent
  | LocalisationEvent
  | SystemEvent
  | WarningEvent;
/** A record before the log gives it its number and time. */
export type RunEventBody = RunEvent extends infer E ? (E extends RunEvent ? Omit<E, 'seq' | 'time'> : never) : never;

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
const isOptional = (value: unknown, is: (value: unknown) => boolean) => value === undefined || is(value);
/** JSON has no NaN and no infinity: a measurement that was not finite is null in the file. */
const isMeasurement = (value: unknown) => typeof value === 'number' || value === null;
const isNumbers = (value: unknown) => Array.isArray(value) && value.every((item) => typeof item === 'number');
const isLoss = (value: unknown) =>
  isFields(value) && isMeasurement(value.total) && isMeasurement(value.main) && isOptional(value.aux, isMeasurement);
const isBranchValidation = (value: unknown) =>
  isFields(value) && isMeasurement(value.loss) && isMeasurement(value.top1) && isMeasurement(value.top5);
const isBox = (value: unknown) => isFields(value) && [value.top, value.left, value.bottom, value.right].every(isCount);
const isBranch = (value: unknown) => value === 'main' || value === 'aux';
const isRoutedBatch = (value: unknown) =>
  isFields(value) &&
  (value.pass === 'training' || value.pass === 'attack') &&
  typeof value.name === 'string' &&
  isBranch(value.branch) &&
  isCount(value.images) &&
  isCount(value.clean);
const isRoute = (value: unknown) =>
  isFields(value) &&
  isCount(value.batch) &&
  isBranch(value.branch) &&
  (value.statistics === 'batch' || value.statistics === 'running') &&
  typeof value.updates === 'boolean';
const isRoutedLayer = (value: unknown) =>
  isFields(value) &&
  typeof value.layer === 'string' &&
  Array.isArray(value.routes) &&
  value.routes.every(isRoute) &&
  Array.isArray(value.moved) &&
  value.moved.every(isBranch) &&
  typeof value.asPredicted === 'boolean';
const isLayerDivergence = (value: unknown) =>
  isFields(value) &&
  typeof value.layer === 'string' &&
  divergenceMeasures.every((measure) => isMeasurement(value[measure]));
const isText = (value: unknown) => typeof value === 'string';
/** Whether a value can mean an image, as an entry of `explain.images` does: a path or an index. */
export const isChoice = (value: unknown): value is string | number =>
  (typeof value === 'string' && value !== '') || isCount(value);
const isGrid = (value: unknown) =>
  Array.isArray(value) && value.every((row) => Array.isArray(row) && row.every(isMeasurement));
const isBranchLocalisation = (value: unknown) =>
  isFields(value) &&
  [value.pointing, value.energy, value.area, value.regions].every((mean) => isOptional(mean, isMeasurement));
const isValidation = (value: unknown) =>
  isFields(value) && isBranchValidation(value.main) && isOptional(value.aux, isBranchValidation);
const runStates: Record<RunState, true> = {
  queued: true,
  running: true,
  paused: true,
  stopped: true,
  failed: true,
  finished: true,
};

/** Whether the fields of a record are what its type says. */
const hasFieldsOf: Record<RunEvent['type'], (event: Fields) => boolean> = {
  status: (event) =>
    typeof event.state === 'string' &&
    Object.hasOwn(runStates, event.state) &&
    isOptional(event.reason, (reason) => typeof reason === 'string') &&
    [event.fromStep, event.totalSteps, event.totalEpochs].every((count) => isOptional(count, isCount)),
  step: (event) =>
    isCount(event.step) &&
    isCount(event.epoch) &&
    isMeasurement(event.learningRate) &&
    isLoss(event.loss) &&
    isMeasurement(event.imagesPerSecond),
  draws: (event) =>
    isCount(event.step) &&
    isNumbers(event.indices) &&
    isOptional(
      event.crop,
      (crop) =>
        isFields(crop) &&
        [crop.top, crop.left, crop.flip].every(isNumbers) &&
        [crop.height, crop.width].every((sizes) => isOptional(sizes, isNumbers)),
    ) &&
    isOptional(event.lambda, (lambda) => typeof lambda === 'number') &&
    isOptional(event.permutation, isNumbers) &&
    [event.mixed, event.noiseSeed, event.startSeed].every((count) => isOptional(count, isCount)) &&
    isOptional(event.box, isBox) &&
    isOptional(event.targetOffsets, isNumbers),
  routing: (event) =>
    isCount(event.step) &&
    isCount(event.epoch) &&
    Array.isArray(event.batches) &&
    event.batches.every(isRoutedBatch) &&
    Array.isArray(event.layers) &&
    event.layers.every(isRoutedLayer),
  epoch: (event) =>
    isCount(event.epoch) &&
    isCount(event.step) &&
    isMeasurement(event.learningRate) &&
    isFields(event.train) &&
    isLoss(event.train.loss) &&
    isOptional(event.validation, isValidation) &&
    isFields(event.seconds) &&
    isMeasurement(event.seconds.training) &&
    isOptional(event.seconds.loading, isMeasurement) &&
    isMeasurement(event.seconds.validation),
  divergence: (event) =>
    isCount(event.epoch) && isCount(event.step) && Array.isArray(event.layers) && event.layers.every(isLayerDivergence),
  explain: (event) =>
    isCount(event.epoch) &&
    isCount(event.step) &&
    isText(event.image) &&
    isOptional(event.index, isCount) &&
    isBranch(event.branch) &&
    isText(event.class) &&
    isOptional(event.label, isText) &&
    isText(event.predicted) &&
    isMeasurement(event.confidence) &&
    isGrid(event.grid),
  images: (event) =>
    isCount(event.epoch) && isCount(event.step) && Array.isArray(event.images) && event.images.every(isChoice),
  localisation: (event) =>
    isCount(event.epoch) &&
    isCount(event.step) &&
    isCount(event.images) &&
    isCount(event.withRegion) &&
    isBranchLocalisation(event.main) &&
    isOptional(event.aux, isBranchLocalisation) &&
    isOptional(event.agreement, isMeasurement),
  system: (event) =>
    typeof event.backend === 'string' && typeof event.device === 'string' && isMeasurement(event.memoryMiB),
  warning: (event) => typeof event.message === 'string',
};

/** One line of `events.jsonl`, or undefined when it is not a complete record (see `toEvent`). */
export function parseEvent(line: string): RunEvent | undefined {
  try {
    return toEvent(JSON.parse(line));
  } catch {
    return undefined;
  }
}

/**
 * A value from a file or a connection as a record, or undefined when it is none, of a type of a later version, or
 * without its type's fields. Measurements that are null become NaN.
 */
export function toEvent(value: unknown): RunEvent | undefined {
  if (!isFields(value)) return undefined;
  const { seq, time, type } = value;
  if (!isSeq(seq) || typeof time !== 'number' || typeof type !== 'string' || !Object.hasOwn(hasFieldsOf, type)) {
    return undefined;
  }
  const event = value as Fields & RunEvent;
  if (!hasFieldsOf[event.type](event)) return undefined;
  if (event.type === 'step') nullsToNaN(event, event.loss);
  if (event.type === 'epoch') {
    const { train, validation, seconds } = event;
    nullsToNaN(event, train.loss, seconds, validation?.main, validation?.aux);
  }
  if (event.type === 'divergence') nullsToNaN(...event.layers);
  if (event.type === 'explain') nullsToNaN(event, ...event.grid);
  if (event.type === 'localisation') nullsToNaN(event, event.main, event.aux);
  return event;
}

/**
 * `seq` of a line of `events.jsonl`, whatever the record's type, or undefined when the line is no record. Writers number
 * on from it, also in a run that a later version began.
 */
export function recordSeq(line: string): number | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isFields(value) && isSeq(value.seq) ? value.seq : undefined;
  } catch {
    return undefined;
  }
}

function isSeq(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

function nullsToNaN(...groups: (object | undefined)[]): void {
  for (const group of groups as (Fields | undefined)[]) {
    for (const name in group) if (group[name] === null) group[name] = Number.NaN;
  }
}

/**
 * Whether a later `status` record with `fromStep` makes this record void: it belongs to that step or a later one.
 */
export function isSuperseded(event: RunEvent, fromStep: number): boolean {
  switch (event.type) {
    case 'step':
    case 'draws':
    case 'routing':
    case 'epoch':
    case 'divergence':
    case 'explain':
    case 'localisation':
      return event.step >= fromStep;
    default:
      return false;
  }
}
