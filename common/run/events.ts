import * as z from 'zod';
import { count, methodDraws, numbers } from '../experiment/methods/method-draws';
import { type DivergenceMeasure, divergenceMeasures } from './divergence-measures';

/**
 * The records of `events.jsonl`: one source for their TypeScript types and the checks of what is read. The live connection
 * delivers the same records in the same order.
 */

/** JSON has no NaN and no infinity: a measurement that was not finite is null in the file, which `toEvent` makes NaN. */
const measurement = z.number().nullable() as unknown as z.ZodNumber;
const branchName = z.enum(['main', 'aux']);

const seq = z.int().min(1);
const numbered = z.object({ seq });

/** Made on first use, as are all schemas of records: making them takes milliseconds, which the editor's start need not wait for. */
const record = <Type extends string, Fields extends z.ZodRawShape>(type: Type, fields: () => Fields) =>
  z.lazy(() =>
    z.object({
      /** From 1 without gaps. */
      seq,
      /** In ms since 1970. */
      time: z.number(),
      type: z.literal(type),
      ...fields(),
    }),
  );

export const runStates = ['queued', 'running', 'paused', 'stopped', 'failed', 'finished'] as const;

const status = record('status', () => ({
  state: z.enum(runStates),
  /** Why, where it needs saying: the error of a failed run, "stopped on request". */
  reason: z.string().optional(),
  /** On resume: the first step that is run again. Earlier records of it and of later steps are superseded. */
  fromStep: count.optional(),
  /** With state running: what progress is measured against. */
  totalSteps: count.optional(),
  totalEpochs: count.optional(),
}));

/** Losses in nats, means over the batch. `total` is what was minimised. `aux` only with dual BN. */
const lossTerms = z.lazy(() => z.object({ total: measurement, main: measurement, aux: measurement.optional() }));

const step = record('step', () => ({
  step: count,
  epoch: count,
  learningRate: measurement,
  loss: lossTerms,
  imagesPerSecond: measurement,
}));

const draws = record('draws', () => ({
  step: count,
  /** Data-set indices of the batch. */
  indices: numbers,
  /**
   * First row and column of each crop, and whether it is mirrored (0 or 1). crop-flip: within the image padded by 4 pixels, 0 to 8.
   * resized-crop-flip: of a box in the image as it is stored, with its height and width in pixels.
   */
  crop: z
    .object({ top: numbers, left: numbers, height: numbers.optional(), width: numbers.optional(), flip: numbers })
    .optional(),
  ...methodDraws,
}));

/** A batch that entered the network in one of a step's passes. */
const routedBatch = z.lazy(() =>
  z.object({
    /** attack: a pass that only asks for the gradient of the images. */
    pass: z.enum(['training', 'attack']),
    /** What the method calls it: "clean", "mixed", "adversarial". */
    name: z.string(),
    branch: branchName,
    images: count,
    /** How many of them equal an image of the step's clean batch, to the bit. */
    clean: count,
  }),
);

/** What went through a normalisation layer in a step, in order. */
const routedLayer = z.lazy(() =>
  z.object({
    layer: z.string(),
    routes: z.array(
      z.object({
        /** Index into `batches`. */
        batch: count,
        branch: branchName,
        /** What it was normalised with. */
        statistics: z.enum(['batch', 'running']),
        /** Whether it moves the running statistics. */
        updates: z.boolean(),
      }),
    ),
    /** Branches whose running statistics the step has changed. */
    moved: z.array(branchName),
    /** Whether the running statistics after the step are what the batches that train make them. */
    asPredicted: z.boolean(),
  }),
);

/** With `record.routing`: which layers and branches every batch of a step went through. */
const routing = record('routing', () => ({
  step: count,
  epoch: count,
  batches: z.array(routedBatch),
  layers: z.array(routedLayer),
}));

/** Loss in nats, top-1 and top-5 as fractions in [0, 1]. */
const branchValidation = z.lazy(() => z.object({ loss: measurement, top1: measurement, top5: measurement }));

const epoch = record('epoch', () => ({
  epoch: count,
  /** The last step of the epoch. */
  step: count,
  learningRate: measurement,
  /** Means over the epoch's images. */
  train: z.object({ loss: lossTerms }),
  /** Absent in epochs without validation. */
  validation: z.object({ main: branchValidation, aux: branchValidation.optional() }).optional(),
  /** Wall time of training and of validation, in seconds; `loading`: how much of training was waiting for images. */
  seconds: z.object({ training: measurement, loading: measurement.optional(), validation: measurement }),
}));

/** The measures of `divergence-measures.ts` for one normalisation layer: means over its channels. */
const layerDivergence = z.lazy(() =>
  z.object({
    layer: z.string(),
    ...(Object.fromEntries(divergenceMeasures.map((measure) => [measure, measurement])) as Record<
      DivergenceMeasure,
      typeof measurement
    >),
  }),
);

/** How far main and aux are apart in every normalisation layer, in the network's order, after a step. */
const divergence = record('divergence', () => ({ epoch: count, step: count, layers: z.array(layerDivergence) }));

/** What a branch says of an image, and where it looks for a class. Classes by name. */
const explanation = () => ({
  /** Path relative to the data set, or of a file elsewhere. */
  image: z.string(),
  /** Index within the validation images, if it is one. */
  index: count.optional(),
  branch: branchName,
  /** The class that the grid is for. */
  class: z.string(),
  /** The image's own class, if known. */
  label: z.string().optional(),
  predicted: z.string(),
  /** Softmax probability of `class`. */
  confidence: measurement,
  /** Class activation map, raw Σ_k w_ck·F_k without bias, rows from the top; of 6 significant digits. */
  grid: z.array(z.array(measurement)),
});

/** With `explain.images`: an explanation of one of them after an epoch. */
const explain = record('explain', () => ({ epoch: count, step: count, ...explanation() }));

/** An image, as an entry of `explain.images` names it: a path or an index. */
const imageReference = z.union([z.string().min(1), count]);

/** Other images were chosen while the run went on: they are recorded from the next recorded epoch on, also after a resume. */
const images = record('images', () => ({
  /** Finished steps and epochs. */
  step: count,
  epoch: count,
  /** They replace the `explain.images` of the experiment. */
  images: z.array(imageReference),
}));

/** How well maps find objects: means over images. What could be measured on no image is absent. */
const branchLocalisation = z.lazy(() =>
  z.object({
    /** Share of images where the map's maximum lies on the object. */
    pointing: measurement.optional(),
    /** Share of the map's sum that lies on the object. */
    energy: measurement.optional(),
    /** Share of the image in focus. */
    area: measurement.optional(),
    /** Pieces of the focus. */
    regions: measurement.optional(),
  }),
);

/** How well the maps of the chosen images, each for its own class, find the objects. See explain/localisation.ts. */
const localisation = record('localisation', () => ({
  epoch: count,
  step: count,
  images: count,
  /** How many of them say where the object is: those that pointing and energy are means over. */
  withRegion: count,
  main: branchLocalisation,
  aux: branchLocalisation.optional(),
  /** Rank correlation of the maps of main and aux, −1 to 1. */
  agreement: measurement.optional(),
}));

const system = record('system', () => ({
  backend: z.string(),
  device: z.string(),
  /** Resident memory of the trainer, in MiB. */
  memoryMiB: measurement,
}));

const warning = record('warning', () => ({ message: z.string() }));

const runEvent = z.lazy(() =>
  z.discriminatedUnion('type', [
    status,
    step,
    draws,
    routing,
    epoch,
    divergence,
    explain,
    images,
    localisation,
    system,
    warning,
  ]),
);

export type RunEvent = z.infer<typeof runEvent>;
export type StatusEvent = z.infer<typeof status>;
export type RunState = StatusEvent['state'];
export type LossTerms = z.infer<typeof lossTerms>;
export type StepEvent = z.infer<typeof step>;
export type DrawsEvent = z.infer<typeof draws>;
export type RoutedLayer = z.infer<typeof routedLayer>;
export type RoutingEvent = z.infer<typeof routing>;
export type BranchValidation = z.infer<typeof branchValidation>;
export type EpochEvent = z.infer<typeof epoch>;
export type LayerDivergence = z.infer<typeof layerDivergence>;
export type DivergenceEvent = z.infer<typeof divergence>;
export type ExplainEvent = z.infer<typeof explain>;
export type Explanation = Pick<ExplainEvent, keyof ReturnType<typeof explanation>>;
export type BranchLocalisation = z.infer<typeof branchLocalisation>;
export type LocalisationEvent = z.infer<typeof localisation>;
/** A record before the log gives it its number and time. */
export type RunEventBody = RunEvent extends infer E ? (E extends RunEvent ? Omit<E, 'seq' | 'time'> : never) : never;

/** Whether a run that is in this state has no trainer any more, if all went in order. */
export const hasEnded = (state: RunState): boolean => ['stopped', 'failed', 'finished'].includes(state);

/** Whether a value can mean an image, as an entry of `explain.images` does. */
export const isImageReference = (value: unknown): value is string | number => imageReference.safeParse(value).success;

/** One line of `events.jsonl`, or undefined when it is not a complete record (see `toEvent`). */
export function parseEvent(line: string): RunEvent | undefined {
  try {
    return toEvent(JSON.parse(line));
  } catch {
    return undefined;
  }
}

/**
 * A value from a file or a connection as a record, without fields that this version does not know. Undefined when it is no
 * record, is of a type of a later version, or lacks its type's fields. Measurements that are null become NaN.
 */
export function toEvent(value: unknown): RunEvent | undefined {
  const { data: event } = runEvent.safeParse(value);
  if (event && event.type !== 'draws') nullsToNaN(event);
  return event;
}

/** Of the fields of an object, or the elements of an array, at any depth. */
function nullsToNaN(values: Record<string | number, unknown>): void {
  const visit = (key: string | number) => {
    const value = values[key];
    if (value === null) values[key] = Number.NaN;
    else if (typeof value === 'object') nullsToNaN(value as Record<string, unknown>);
  };
  if (Array.isArray(values)) for (let i = 0; i < values.length; i++) visit(i);
  else for (const name in values) visit(name);
}

/**
 * `seq` of a line of `events.jsonl`, whatever the record's type, or undefined when the line is no record. Writers number
 * on from it, also in a run that a later version began.
 */
export function recordSeq(line: string): number | undefined {
  try {
    return numbered.safeParse(JSON.parse(line)).data?.seq;
  } catch {
    return undefined;
  }
}

/** Whether a later `status` record with `fromStep` makes this record void: it belongs to that step or a later one. */
export function isSuperseded(event: RunEvent, fromStep: number): boolean {
  return event.type !== 'images' && 'step' in event && event.step >= fromStep;
}
