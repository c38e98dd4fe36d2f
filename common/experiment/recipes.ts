import { type MethodVariant, methodVariants } from './methods/methods';
import type { ExperimentInput } from './schema';

/** What a recipe's file says; every other field keeps its default. */
export type RecipeSettings = Required<
  Pick<
    ExperimentInput,
    'seed' | 'dataset' | 'model' | 'method' | 'optimizer' | 'schedule' | 'training' | 'augmentation' | 'explain'
  >
>;

/** Recipes on one kind of data. */
export interface RecipeGroup {
  title: string;
  /** What the folder of its data set holds; null where it needs none. */
  dataFolder: string | null;
}

/** Top-1 accuracy in % on the clean validation images, through main, as the paper reports it. */
export interface PublishedResult {
  top1: number;
  source: string;
}

/** A named starting point of an experiment. */
export interface Recipe {
  /** Stable: "cifar100-preact-resnet18-mixprop". */
  name: string;
  title: string;
  /** One line. */
  detail: string;
  group: RecipeGroup;
  /** With a data folder of its own making, where the data set needs one. */
  settings: RecipeSettings;
  published: PublishedResult | null;
}

/** All that a recipe has beside its method. */
interface Setting {
  /** What the names of its recipes begin with. */
  name: string;
  /** What a method trains on: "the built-in shapes". */
  title: string;
  detail: string;
  group: RecipeGroup;
  settings: Omit<RecipeSettings, 'method'>;
  methods: readonly MethodVariant[];
  /** By method; absent for what is not the paper's. */
  published?: { table: string; results: Record<string, PublishedResult> };
}

const optimizer = { learningRate: 0.1, momentum: 0.9, weightDecay: 0.0005 };
const augmentation = { type: 'crop-flip' } as const;
/** Usual for ImageNet; the paper does not say. */
const imagenetAugmentation = { type: 'resized-crop-flip' } as const;
const milestones = (...epochs: number[]) => ({ type: 'milestones' as const, milestones: epochs, factor: 0.1 });

/** Eight validation images by their numbers; in a long training their maps are recorded now and then. */
const explained = (images: readonly number[], every = 1) => ({ images: [...images], ...(every > 1 && { every }) });
const firstEight = [0, 1, 2, 3, 4, 5, 6, 7];
/** Records take a run of the paper no more room than one of its checkpoints. */
const everyTen = 10;

/** Small enough to see a method at work on a laptop; of AdvProp the cheapest. */
const small = {
  settings: {
    seed: 1,
    model: { architecture: 'preact-resnet18', width: 16 },
    optimizer,
    schedule: milestones(6, 8),
    training: { epochs: 10, batchSize: 64 },
    augmentation,
  },
  methods: methodVariants.filter(({ name }) => name !== 'advprop-pgd3' && name !== 'advprop-pgd4'),
} as const;

const shapes: Setting = {
  ...small,
  name: 'shapes',
  title: 'the built-in shapes',
  detail: 'Nothing to download; shows results in minutes.',
  group: { title: 'Built-in shapes', dataFolder: null },
  settings: {
    ...small.settings,
    dataset: { type: 'shapes', imageSize: 32, trainingImages: 4000, validationImages: 1000 },
    // Classes take turns.
    explain: explained(firstEight),
  },
};

const imageFolder: Setting = {
  ...small,
  name: 'image-folder',
  title: 'an image folder',
  detail: 'On your own images, at 32 pixels.',
  group: { title: 'Image folder', dataFolder: 'train/ and val/ (or test/), each with a folder of images a class' },
  settings: {
    ...small.settings,
    dataset: { type: 'image-folder', path: 'data/images', imageSize: 32 },
    // How many there are is not known: the first are there in any case.
    explain: explained(firstEight),
  },
};

/** Section 4.1 of the paper. Table 1 has AdvProp at the strength that suited the network best (section 4.2). */
const cifar100Group: RecipeGroup = {
  title: 'CIFAR-100, as in the paper',
  dataFolder: 'the official archive ("mixprop data download cifar100" gets it), or what it unpacks to',
};
const cifar100 = (
  architecture: 'preact-resnet18' | 'preact-resnet50',
  title: string,
  results: Record<string, number>,
): Setting => ({
  name: `cifar100-${architecture}`,
  title: `CIFAR-100, ${title}`,
  detail: '',
  group: cifar100Group,
  settings: {
    seed: 1,
    dataset: { type: 'cifar100', path: 'data/cifar100' },
    model: { architecture, width: 64 },
    optimizer,
    schedule: milestones(100, 180, 260),
    training: { epochs: 320, batchSize: 128 },
    augmentation,
    // The test images are in no order.
    explain: explained(firstEight, everyTen),
  },
  methods: methodVariants,
  published: { table: 'Table 1', results: fromTable('Table 1', results) },
});

/** Section 4.1 of the paper, which does not say the size of the images: 224 pixels are usual. */
const imagenet100Group: RecipeGroup = {
  title: 'ImageNet-100, as in the paper',
  dataFolder: 'train/ and val/, each with a folder of images a class, 100 classes',
};
const imagenet100 = (
  architecture: 'resnet18' | 'resnet50',
  title: string,
  { advprop: anyAdvprop, ...results }: Record<string, number>,
): Setting => ({
  name: `imagenet100-${architecture}`,
  title: `ImageNet-100, ${title}`,
  detail: '',
  group: imagenet100Group,
  settings: {
    seed: 1,
    dataset: { type: 'image-folder', path: 'data/imagenet100', imageSize: 224 },
    model: { architecture, width: 64 },
    optimizer,
    schedule: milestones(90, 180, 220),
    training: { epochs: 270, batchSize: 128 },
    augmentation: imagenetAugmentation,
    // Classes follow each other, 50 images each.
    explain: explained(
      firstEight.map((index) => index * 625),
      everyTen,
    ),
  },
  methods: methodVariants,
  published: {
    table: 'Table 2',
    results: {
      ...fromTable('Table 2', results),
      ...fromTable('Table 2, which does not say the strength of the attack', {
        'advprop-pgd1': anyAdvprop,
        'advprop-pgd3': anyAdvprop,
        'advprop-pgd4': anyAdvprop,
      }),
    },
  },
});

function fromTable(source: string, results: Record<string, number>): Record<string, PublishedResult> {
  return Object.fromEntries(Object.entries(results).map(([method, top1]) => [method, { top1, source }]));
}

const settings: readonly Setting[] = [
  shapes,
  imageFolder,
  cifar100('preact-resnet18', 'PreAct ResNet-18', {
    vanilla: 75.68,
    mixup: 77.54,
    'advprop-pgd1': 75.06,
    mixprop: 78.05,
  }),
  cifar100('preact-resnet50', 'PreAct ResNet-50', {
    vanilla: 77.08,
    mixup: 78.62,
    'advprop-pgd4': 76.7,
    mixprop: 79.74,
  }),
  imagenet100('resnet18', 'ResNet-18', { vanilla: 83.4, mixup: 84.1, advprop: 83.76, mixprop: 84.58 }),
  imagenet100('resnet50', 'ResNet-50', { vanilla: 84.84, mixup: 84.92, advprop: 86.18, mixprop: 85.64 }),
];

function recipeOf(setting: Setting, method: MethodVariant): Recipe {
  const published = setting.published?.results[method.name] ?? null;
  const paper = published
    ? `The paper: ${published.top1} % top-1 (${published.source}).`
    : setting.published && `Not in ${setting.published.table} of the paper.`;
  return {
    name: `${setting.name}-${method.name}`,
    title: `${method.title} on ${setting.title}`,
    detail: [method.detail, setting.detail, paper].filter(Boolean).join(' '),
    group: setting.group,
    settings: { ...setting.settings, method: method.settings },
    published,
  };
}

/** All recipes: of a group and network together, MixProp first. */
export const recipes: readonly Recipe[] = settings.flatMap((setting) =>
  setting.methods.map((method) => recipeOf(setting, method)),
);

/** The groups in the order of their recipes. */
export const recipeGroups: readonly RecipeGroup[] = [...new Set(recipes.map(({ group }) => group))];

/** The experiment of a recipe. @param dataFolder where its data set is; null leaves the recipe's own */
export function recipeExperiment(recipe: Recipe, name: string, dataFolder: string | null): ExperimentInput {
  const { dataset } = recipe.settings;
  const isElsewhere = dataFolder !== null && 'path' in dataset;
  return { name, ...recipe.settings, dataset: isElsewhere ? { ...dataset, path: dataFolder } : dataset };
}
