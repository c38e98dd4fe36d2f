import * as z from 'zod';
import { datasetSchema } from './datasets/datasets';
import { methodSchema } from './methods/methods';
import { variantFields } from './networks/network-definition';
import { architectures } from './networks/networks';
import { sweepSchema } from './sweep/sweep-schema';

/**
 * The experiment file: one source for its TypeScript types, its validation and the JSON schema that the editor uses.
 * Defaults are the paper's CIFAR-100 settings (section 4.1) where it gives one.
 */

/** An object of the file: left out, or without some of its fields, it has their defaults. */
const section = <Shape extends z.core.$ZodLooseShape>(description: string, shape: Shape) =>
  z
    .strictObject(shape)
    .prefault({} as z.input<z.ZodObject<Shape>>)
    .describe(description);

/** Every n epochs or steps. */
const interval = z.int().positive();

const model = section('The network.', {
  architecture: z
    .enum(architectures)
    .default('preact-resnet18')
    .describe('The network: pre-activation ResNet for small images, or torchvision’s ResNet.'),
  width: z
    .int()
    .min(4, { error: 'must be at least 4: narrower networks have too few channels to learn; the paper has 64' })
    .max(512)
    .default(64)
    .describe(
      'Channels of the first stage; later stages have 2, 4 and 8 times as many, and bottlenecks (resnet50) output 4 times theirs. Unit: channels.',
    ),
  ...variantFields,
  initialWeights: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe(
      'A safetensors file to start from, absolute or relative to the experiment file. null: random initialisation.',
    ),
  head: z
    .enum(['from-file', 'fresh'])
    .default('from-file')
    .describe(
      'With initialWeights only. from-file: the last, linear layer starts from the file too, which must tell as many classes apart as the data set has; fresh: it starts at random, the rest from the file (fine-tuning).',
    ),
});

const optimizer = section('Stochastic gradient descent with momentum, in PyTorch’s form.', {
  learningRate: z.number().positive().default(0.1).describe('Learning rate before the schedule.'),
  momentum: z.number().min(0).lt(1).default(0.9).describe('v ← momentum·v + (g + weightDecay·w).'),
  weightDecay: z.number().min(0).default(0.0005).describe('L2 weight decay, added to the gradient as in PyTorch.'),
  weightDecayNormalization: z
    .boolean()
    .default(true)
    .describe('Whether weight decay covers γ and β of batch normalisation too.'),
});

/** What the learning rate is multiplied by at a milestone unless the experiment says otherwise. */
export const defaultFactor = 0.1;

const schedule = section('The learning-rate schedule.', {
  type: z.enum(['milestones', 'cosine']).default('milestones').describe('How the learning rate falls.'),
  milestones: z
    .array(z.int().positive())
    .default([])
    .describe(
      'milestones only. Finished epochs after which the learning rate is multiplied by the factor. Unit: epochs.',
    ),
  factor: z
    .number()
    .positive()
    .max(1, { error: 'must be at most 1: it multiplies the learning rate, 0.1 for a tenth' })
    .default(defaultFactor)
    .describe('milestones only. The multiplier at each milestone.'),
  warmupEpochs: z.number().min(0).default(0).describe('Length of the linear warm-up from 0. Unit: epochs.'),
});

/** What early stopping may look at: a branch and what its validation measures. */
const stopMetrics = ['main.top1', 'main.top5', 'main.loss', 'aux.top1', 'aux.top5', 'aux.loss'] as const;

const stopWhen = z
  .strictObject({
    metric: z
      .enum(stopMetrics)
      .default('main.top1')
      .describe('What has to improve: a branch and its validation top1, top5 (to rise) or loss (to fall).'),
    patience: interval
      .default(10)
      .describe('Training ends when this many epochs have passed since the best one. Unit: epochs.'),
    minimumChange: z
      .number()
      .min(0)
      .default(0)
      .describe(
        'An epoch is better only if it is by more than this. Unit: fraction (0.001 is 0.1 percentage points), nats for loss.',
      ),
  })
  .nullable()
  .default(null)
  .describe('Early stopping. null: training goes through all its epochs.');

const training = section('Length and batch size of training.', {
  epochs: z.int().positive().max(100_000).default(30).describe('Passes over the training images. Unit: epochs.'),
  batchSize: z
    .int()
    .min(2, { error: 'must be at least 2: batch normalisation compares the images of a batch; the paper has 128' })
    .max(65_536)
    .default(128)
    .describe('Images in a step; the last batch of an epoch may be smaller. Unit: images.'),
  precision: z
    .enum(['float32', 'bfloat16'])
    .default('float32')
    .describe(
      'Number format of convolutions and what lies between them; parameters, statistics and loss are always float32. bfloat16: native backend only, on processors and GPUs that compute in it.',
    ),
  stopWhen,
});

const augmentation = section('Random changes to the training images.', {
  type: z
    .enum(['crop-flip', 'resized-crop-flip', 'none'])
    .default('crop-flip')
    .describe(
      'crop-flip: pad 4 black pixels, crop at random, flip half of the images; resized-crop-flip: resize a box of 8 to 100 % of the area and an aspect ratio of 3/4 to 4/3, as for ImageNet, flip half of the images; none: images as they are.',
    ),
});

const loading = section('How images are read. None of it changes what is computed.', {
  memoryMiB: z
    .int()
    .min(0)
    .nullable()
    .default(null)
    .describe(
      'Memory for decoded images of an image folder, at most; images beyond it are read when they are needed. null: half of the machine’s memory. Unit: MiB.',
    ),
  cacheGiB: z
    .number()
    .min(0)
    .default(64)
    .describe('Disk space for caches of decoded images, at most; the least recently used are removed. Unit: GiB.'),
  workers: z
    .int()
    .min(1)
    .max(64)
    .nullable()
    .default(null)
    .describe(
      'Threads that read and decode images which are not in memory. null: one a core, at most eight. Unit: threads.',
    ),
});

const evaluation = section('Validation during training, through main and, with dual BN, through aux.', {
  batchSize: z.int().positive().max(65_536).default(128).describe('Images in a validation batch. Unit: images.'),
  every: interval.default(1).describe('Validate every n epochs, and after the last. Unit: epochs.'),
});

const explain = section('Class activation maps of chosen images during training, through every branch.', {
  images: z
    .array(z.union([z.string().min(1), z.int().min(0)]))
    .max(1000, { error: 'must be at most 1000 images: each is computed and stored every time' })
    .default([])
    .describe(
      'The images whose class activation maps are recorded: paths relative to the data set, files elsewhere, or indices of validation images.',
    ),
  every: interval
    .nullable()
    .default(1)
    .describe('Record every n epochs, and after the last. null: never. Unit: epochs.'),
  classes: z
    .enum(['predicted', 'true'])
    .default('predicted')
    .describe('The class whose map each record shows: the predicted one, or the image’s own where it is known.'),
});

const checkpoint = section('Which checkpoints stay in the run folder.', {
  every: interval
    .nullable()
    .default(null)
    .describe('Keep a numbered checkpoint every n epochs. null: only first, last and best. Unit: epochs.'),
});

const record = section('What is recorded beside the metrics.', {
  draws: z
    .boolean()
    .default(false)
    .describe('Write the random draws of every step (λ, permutation, image indices) to events.jsonl, for `replay`.'),
  divergenceEvery: interval
    .nullable()
    .default(null)
    .describe(
      'With dual BN: also record how far the branches are apart every n steps. null: once an epoch. Unit: steps.',
    ),
  routing: z
    .boolean()
    .default(false)
    .describe(
      'Debugging: record which batch went through which branch of every normalisation layer, and whether statistics moved, in the first step of every epoch.',
    ),
});

export const experimentSchema = z
  .strictObject({
    $schema: z.string().optional().describe('Ignored; lets other editors find a JSON schema.'),
    name: z
      .string()
      .regex(/^[^/\\\p{Cc}]{1,100}$/u)
      .default('experiment')
      .describe('Name of the experiment; runs are called after it.'),
    seed: z
      .int()
      .min(0)
      .max(0xffff_ffff)
      .default(1)
      .describe('Seed of initialisation, order, augmentation and method.'),
    dataset: datasetSchema,
    model,
    method: methodSchema,
    optimizer,
    schedule,
    training,
    augmentation,
    loading,
    evaluation,
    explain,
    checkpoint,
    record,
  })
  .describe('A MixProp Studio experiment.');

/** The whole file: an experiment, and the runs that it stands for. */
export const experimentFileSchema = experimentSchema
  .extend({ sweep: sweepSchema })
  .describe('A MixProp Studio experiment.');

/** A resolved experiment: every field present. */
export type Experiment = z.infer<typeof experimentSchema>;
/** An experiment as a person writes it: fields with defaults may be left out. */
export type ExperimentInput = z.input<typeof experimentSchema>;
/** A resolved file. */
export type ExperimentFile = z.infer<typeof experimentFileSchema>;
export type ModelSettings = Experiment['model'];
export type OptimizerSettings = Experiment['optimizer'];
export type ScheduleSettings = Experiment['schedule'];
export type StopWhenSettings = NonNullable<Experiment['training']['stopWhen']>;
export type Precision = Experiment['training']['precision'];

/** The JSON schema (draft 7) of the file as a person writes it. */
export function experimentJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(experimentFileSchema, { target: 'draft-7', io: 'input' });
}
