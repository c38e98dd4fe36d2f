import * as z from 'zod';

/**
 * The experiment file: one source for its TypeScript types, its validation and the JSON schema that the editor uses.
 * Defaults are the paper's CIFAR-100 settings (section 4.1) where it gives one.
 */

const normalization = z
  .strictObject({
    mean: z
      .tuple([z.number(), z.number(), z.number()])
      .describe('Mean of the red, green and blue channel, pixels in [0, 1].'),
    std: z
      .tuple([z.number().positive(), z.number().positive(), z.number().positive()])
      .describe('Standard deviation of the red, green and blue channel, pixels in [0, 1].'),
  })
  .describe('Each channel becomes (pixel − mean) / std.');

const cifar100Normalization = { mean: [0.5071, 0.4867, 0.4408], std: [0.2675, 0.2565, 0.2761] } as const;
const cifar10Normalization = { mean: [0.4914, 0.4822, 0.4465], std: [0.247, 0.2435, 0.2616] } as const;
const imageNetNormalization = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;
const shapesNormalization = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] } as const;

type Normalization = z.infer<typeof normalization>;
const normalizationDefault = (value: { mean: readonly number[]; std: readonly number[] }) =>
  normalization.default({ mean: [...value.mean], std: [...value.std] } as Normalization);

const imageLimit = (subset: string) =>
  z
    .int()
    .positive()
    .nullable()
    .default(null)
    .describe(`Use only so many ${subset} images, spread evenly over the classes. null: all of them. Unit: images.`);

const shapes = z
  .strictObject({
    type: z
      .literal('shapes')
      .describe('Built in: coloured, textured shapes in clutter, 10 classes, drawn from the seed.'),
    imageSize: z.int().min(16).max(224).default(32).describe('Height and width of an image. Unit: pixels.'),
    trainingImages: z.int().min(10).max(100_000).default(4000).describe('Number of training images. Unit: images.'),
    validationImages: z.int().min(10).max(100_000).default(1000).describe('Number of validation images. Unit: images.'),
    seed: z.int().min(0).default(0).describe('Seed of the generated images; independent of the seed of training.'),
    normalization: normalizationDefault(shapesNormalization),
  })
  .describe('The built-in data set.');

const heldOut = z
  .strictObject({
    fraction: z
      .number()
      .gt(0)
      .lt(1)
      .default(0.1)
      .describe('Of the images of each class, so many are for validation, one at least; the others are trained on.'),
    seed: z
      .int()
      .min(0)
      .max(2 ** 32 - 1)
      .default(0)
      .describe('Seed of the draw; independent of the seed of training.'),
  })
  .nullable()
  .default(null)
  .describe(
    'Holds a part of train/ out for validation, the same part of every class, where there is no val/; a test/ is then left alone. null: the folder val/ (also valid/ or validation/), else test/.',
  );

const imageFolder = z
  .strictObject({
    type: z
      .literal('image-folder')
      .describe('A folder with train/ and val/ (or valid/, validation/, test/), each with one folder a class.'),
    path: z.string().min(1).describe('Folder of the data set, absolute or relative to the experiment file.'),
    classes: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe(
        'A text file with the classes to use, one a line, in the order of the labels; absolute or relative to the experiment file. null: all class folders, in the order of their names.',
      ),
    validation: heldOut,
    imageSize: z.int().min(8).max(512).default(32).describe('Height and width after resizing. Unit: pixels.'),
    trainingImages: imageLimit('training'),
    validationImages: imageLimit('validation'),
    normalization: normalizationDefault(imageNetNormalization),
  })
  .describe('Images in class folders: JPEG, PNG, WebP, TIFF, GIF and BMP.');

/** The data sets whose labels are numbers in their files. */
export const cifarTypes = ['cifar10', 'cifar100'] as const;
export type CifarType = (typeof cifarTypes)[number];

const cifar = (name: CifarType, defaults: typeof cifar10Normalization | typeof cifar100Normalization) =>
  z
    .strictObject({
      type: z
        .literal(name)
        .describe(`${name === 'cifar10' ? 'CIFAR-10' : 'CIFAR-100'} as it is distributed, binary or python.`),
      path: z
        .string()
        .min(1)
        .describe(
          'The official archive (.tar.gz) or the folder with its files, absolute or relative to the experiment file.',
        ),
      trainingImages: imageLimit('training'),
      validationImages: imageLimit('validation'),
      normalization: normalizationDefault(defaults),
    })
    .describe(`The ${name === 'cifar10' ? '10' : '100'}-class CIFAR data set, 32 pixels.`);

const dataset = z
  .discriminatedUnion('type', [
    shapes,
    imageFolder,
    cifar('cifar10', cifar10Normalization),
    cifar('cifar100', cifar100Normalization),
  ])
  .prefault({ type: 'shapes' })
  .describe('Where the images come from.');

/** The networks that there are. */
export const architectures = ['preact-resnet18', 'preact-resnet50', 'resnet18', 'resnet50'] as const;

const model = z
  .strictObject({
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
        'Channels of the first stage; later stages have 2, 4 and 8 times as many, and bottlenecks (resnet50) put out 4 times theirs. Unit: channels.',
      ),
    stem: z
      .enum(['imagenet', 'cifar'])
      .default('imagenet')
      .describe(
        'resnet only. imagenet: 7×7 convolution with stride 2 and max pool; cifar: 3×3 with stride 1, no pool.',
      ),
    preactivation: z
      .enum(['he', 'kuangliu'])
      .default('he')
      .describe('preact only. he: a final BN-ReLU before pooling (He et al. 2016); kuangliu: without it.'),
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
  })
  .prefault({})
  .describe('The network.');

const vanilla = z
  .strictObject({ type: z.literal('vanilla').describe('Cross-entropy on clean images, one BN branch.') })
  .describe('Ordinary training.');

const alpha = z
  .number()
  .positive({ error: 'must be greater than 0: λ ~ Beta(α, α); 1 is uniform, 0.2 mixes little' })
  .default(1)
  .describe('λ ~ Beta(α, α), drawn once a batch. 1: uniform in [0, 1]; smaller: mostly little mixing.');

const mixedFraction = z
  .number()
  .positive({ error: 'must be greater than 0: for no mixing use "method": {"type": "vanilla"}' })
  .max(1)
  .default(0.5)
  .describe('Share of each batch that is mixed; the rest stays clean. The paper mixes half.');

const lossReduction = z
  .enum(['sum', 'mean'])
  .default('sum')
  .describe('sum: main loss + aux loss, as in Eq. 1; mean: half of it, as the public AdvProp code has it.');

const mixup = z
  .strictObject({
    type: z.literal('mixup').describe('Mixup of a part of each batch, one BN branch.'),
    alpha,
    fraction: mixedFraction,
  })
  .describe('Training on mixed images, one BN branch.');

const cutmix = z
  .strictObject({
    type: z.literal('cutmix').describe('CutMix of a part of each batch, one BN branch.'),
    alpha,
    fraction: mixedFraction,
  })
  .describe('Training on images with pasted boxes, one BN branch.');

const epsilonPixels = z
  .number()
  .min(0, { error: 'must be at least 0: it is the radius of the attack, 1 to 3 in the paper' })
  .max(255)
  .default(1)
  .describe('ε: how far an attack may change a pixel (L∞). Unit: 1/255 of a pixel’s range.');

const stepPixels = z
  .number()
  .positive({ error: 'must be greater than 0: it is the step of the attack, 1 in the paper' })
  .max(255)
  .default(1)
  .describe('Step size of an iteration of the attack. Unit: 1/255 of a pixel’s range.');

const randomStart = z
  .number()
  .min(0)
  .max(1)
  .default(1)
  .describe(
    'Probability that the attack on a batch starts at a uniformly random point of the ball, not at the images.',
  );

const attack = z
  .strictObject({
    epsilonPixels,
    stepPixels,
    steps: z
      .int()
      .min(1, {
        error:
          'must be at least 1: PGD-1, PGD-3 and PGD-4 have 1, 3 and 4; for no attack use "method": {"type": "vanilla"}',
      })
      .max(100)
      .default(1)
      .describe(
        'n: iterations of the attack. The paper: 1 for ε = 1, else ε + 1 (PGD-1, PGD-3, PGD-4). Unit: iterations.',
      ),
    targeted: z
      .boolean()
      .default(false)
      .describe('false: away from the true class; true: towards a random other class.'),
    randomStart,
    batchNorm: z
      .enum(['running', 'batch'])
      .default('running')
      .describe('Statistics that normalise during the attack, which never changes them: running ones, or the batch’s.'),
  })
  .prefault({})
  .describe('Projected gradient descent against the aux branch.');

const advprop = z
  .strictObject({
    type: z.literal('advprop').describe('Clean batch through main, adversarial batch through aux (AdvProp).'),
    attack,
    lossReduction,
  })
  .describe('Training with dual batch normalisation on adversarial images.');

const fastAdvprop = z
  .strictObject({
    type: z.literal('fast-advprop').describe('A part of each batch is attacked in one step whose gradient is reused.'),
    fraction: z
      .number()
      .positive({
        error: 'must be greater than 0: it is the share of attacked images, 0.2 for clean : adversarial = 4 : 1',
      })
      .lt(1, { error: 'must be less than 1: some images must stay clean, for main' })
      .default(0.2)
      .describe(
        'Share of each batch that is attacked and goes through aux; the rest is clean. 0.2: clean : adversarial = 4 : 1.',
      ),
    attack: z
      .strictObject({ epsilonPixels, stepPixels, randomStart })
      .prefault({})
      .describe('The attack: one untargeted iteration through aux with batch statistics.'),
  })
  .describe('Fast AdvProp: dual batch normalisation for little more than the cost of ordinary training.');

const mixprop = z
  .strictObject({
    type: z.literal('mixprop').describe('Clean batch through main, auxiliary batch through aux (MixProp, Eq. 1).'),
    auxiliary: z
      .enum(['mixup', 'cutmix', 'noise'])
      .default('mixup')
      .describe('Where the batch of the aux branch comes from: mixup (the paper), CutMix, or Gaussian noise.'),
    alpha: alpha.describe('auxiliary mixup and cutmix only. λ ~ Beta(α, α), drawn once a batch.'),
    noisePixels: z
      .number()
      .positive({ error: 'must be greater than 0: it is the standard deviation of the noise' })
      .max(255)
      .default(10)
      .describe('auxiliary noise only. Standard deviation of the noise. Unit: 1/255 of a pixel’s range.'),
    lossReduction,
  })
  .describe('Training with dual batch normalisation.');

const method = z
  .discriminatedUnion('type', [vanilla, mixup, cutmix, advprop, fastAdvprop, mixprop])
  .prefault({ type: 'mixprop' })
  .describe('The training method.');

const optimizer = z
  .strictObject({
    learningRate: z.number().positive().default(0.1).describe('Learning rate before the schedule.'),
    momentum: z.number().min(0).lt(1).default(0.9).describe('v ← momentum·v + (g + weightDecay·w).'),
    weightDecay: z.number().min(0).default(0.0005).describe('L2 weight decay, added to the gradient as in PyTorch.'),
    weightDecayNormalization: z
      .boolean()
      .default(true)
      .describe('Whether weight decay covers γ and β of batch normalisation too.'),
  })
  .prefault({})
  .describe('Stochastic gradient descent with momentum, in PyTorch’s form.');

const schedule = z
  .strictObject({
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
      .default(0.1)
      .describe('milestones only. The multiplier at each milestone.'),
    warmupEpochs: z.number().min(0).default(0).describe('Linear warm-up from 0 over so many epochs. Unit: epochs.'),
  })
  .prefault({})
  .describe('The learning-rate schedule.');

const training = z
  .strictObject({
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
  })
  .prefault({})
  .describe('Length and batch size of training.');

const augmentation = z
  .strictObject({
    type: z
      .enum(['crop-flip', 'resized-crop-flip', 'none'])
      .default('crop-flip')
      .describe(
        'crop-flip: pad 4 black pixels, crop at random, flip half of the images; resized-crop-flip: resize a box of 8 to 100 % of the area and an aspect ratio of 3/4 to 4/3, as for ImageNet, flip half of the images; none: images as they are.',
      ),
  })
  .prefault({})
  .describe('Random changes to the training images.');

const loading = z
  .strictObject({
    memoryMiB: z
      .int()
      .min(0)
      .nullable()
      .default(null)
      .describe(
        'Decoded images of an image folder are held in memory up to so much; others are read when they are needed. null: half of the memory that there is. Unit: MiB.',
      ),
    cacheGiB: z
      .number()
      .min(0)
      .default(64)
      .describe(
        'Caches of decoded images take up to so much of the disk; the ones not used for longest are removed. Unit: GiB.',
      ),
    workers: z
      .int()
      .min(1)
      .max(64)
      .nullable()
      .default(null)
      .describe(
        'Threads that read and decode images which are not in memory. null: one a core, at most eight. Unit: threads.',
      ),
  })
  .prefault({})
  .describe('How images are read. Nothing of it changes what is computed.');

const evaluation = z
  .strictObject({
    batchSize: z.int().positive().max(65_536).default(128).describe('Images in a validation batch. Unit: images.'),
    every: z
      .int()
      .positive()
      .default(1)
      .describe('Validate after every so many epochs, and after the last. Unit: epochs.'),
  })
  .prefault({})
  .describe('Validation during training, through main and, with dual BN, through aux.');

const explain = z
  .strictObject({
    images: z
      .array(z.union([z.string().min(1), z.int().min(0)]))
      .max(1000, { error: 'must be at most 1000 images: each is computed and stored every time' })
      .default([])
      .describe(
        'The images whose class activation maps are recorded: paths relative to the data set, files elsewhere, or indices of validation images.',
      ),
    every: z
      .int()
      .positive()
      .nullable()
      .default(1)
      .describe('Record after every so many epochs, and after the last. null: never. Unit: epochs.'),
    classes: z
      .enum(['predicted', 'true'])
      .default('predicted')
      .describe('The class whose map each record shows: the predicted one, or the image’s own where it is known.'),
  })
  .prefault({})
  .describe('Class activation maps of chosen images during training, through every branch.');

const checkpoint = z
  .strictObject({
    every: z
      .int()
      .positive()
      .nullable()
      .default(null)
      .describe('Keep a numbered checkpoint every so many epochs. null: only first, last and best. Unit: epochs.'),
  })
  .prefault({})
  .describe('Which checkpoints stay in the run folder.');

const record = z
  .strictObject({
    draws: z
      .boolean()
      .default(false)
      .describe('Write the random draws of every step (λ, permutation, image indices) to events.jsonl, for `replay`.'),
    divergenceEvery: z
      .int()
      .positive()
      .nullable()
      .default(null)
      .describe(
        'With dual BN: record how far the branches are apart after every so many steps, too. null: once an epoch. Unit: steps.',
      ),
    routing: z
      .boolean()
      .default(false)
      .describe(
        'Debugging: record which batch went through which branch of every normalisation layer, and whether statistics moved, in the first step of every epoch.',
      ),
  })
  .prefault({})
  .describe('What is recorded beside the metrics.');

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
    dataset,
    model,
    method,
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

/** A resolved experiment: every field present. */
export type Experiment = z.infer<typeof experimentSchema>;
/** An experiment as a person writes it: fields with defaults may be left out. */
export type ExperimentInput = z.input<typeof experimentSchema>;
export type DatasetSettings = Experiment['dataset'];
export type DatasetType = DatasetSettings['type'];
export type ModelSettings = Experiment['model'];
export type MethodSettings = Experiment['method'];
export type OptimizerSettings = Experiment['optimizer'];
export type ScheduleSettings = Experiment['schedule'];
export type Precision = Experiment['training']['precision'];

/** The JSON schema (draft 7) of the file as a person writes it. */
export function experimentJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(experimentSchema, { target: 'draft-7', io: 'input' });
}
