import { type MethodVariant, methodVariants } from './methods/methods';
import type { Architecture } from './networks/networks';
import { type PaperClean, paperClean } from './paper-results';
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

/** Everything of a recipe but its method. */
interface Setting {
  /** What the names of its recipes begin with. */
  name: string;
  /** What a method trains on: "the built-in shapes". */
  title: string;
  detail: string;
  group: RecipeGroup;
  settings: Omit<RecipeSettings, 'method'>;
  methods: readonly MethodVariant[];
  /** Absent for what is not the paper's. */
  paper?: PaperClean;
}

const optimizer = { learningRate: 0.1, momentum: 0.9, weightDecay: 0.0005 };
const milestones = (...epochs: number[]) => ({ type: 'milestones' as const, milestones: epochs, factor: 0.1 });
const firstEight = [0, 1, 2, 3, 4, 5, 6, 7];

/** Small enough to see a method at work on a laptop; of AdvProp the cheapest. */
const small = {
  settings: {
    seed: 1,
    model: { architecture: 'preact-resnet18', width: 16 },
    optimizer,
    schedule: milestones(6, 8),
    training: { epochs: 10, batchSize: 64 },
    augmentation: { type: 'crop-flip' },
    // Of the shapes, classes take turns; how many images a folder holds is not known.
    explain: { images: firstEight },
  },
  methods: methodVariants.filter(({ name }) => name !== 'advprop-pgd3' && name !== 'advprop-pgd4'),
} satisfies { settings: Omit<RecipeSettings, 'method' | 'dataset'>; methods: readonly MethodVariant[] };

const shapes: Setting = {
  ...small,
  name: 'shapes',
  title: 'the built-in shapes',
  detail: 'Nothing to download; shows results in minutes.',
  group: { title: 'Built-in shapes', dataFolder: null },
  settings: {
    ...small.settings,
    dataset: { type: 'shapes', imageSize: 32, trainingImages: 4000, validationImages: 1000 },
  },
};

const imageFolder: Setting = {
  ...small,
  name: 'image-folder',
  title: 'an image folder',
  detail: 'On your own images, at 32 pixels.',
  group: { title: 'Image folder', dataFolder: 'train/ and val/ (or test/), each with a folder of images a class' },
  settings: { ...small.settings, dataset: { type: 'image-folder', path: 'data/images', imageSize: 32 } },
};

/** A data set of the paper, and how networks are trained on it (section 4.1). */
interface PaperData extends Pick<RecipeSettings, 'dataset' | 'augmentation' | 'schedule'> {
  name: string;
  title: string;
  group: RecipeGroup;
  epochs: number;
  /** Eight validation images. */
  images: number[];
}

const cifar100: PaperData = {
  name: 'cifar100',
  title: 'CIFAR-100',
  group: {
    title: 'CIFAR-100, as in the paper',
    dataFolder: 'the official archive ("mixprop data download cifar100" gets it), or what it unpacks to',
  },
  dataset: { type: 'cifar100', path: 'data/cifar100' },
  augmentation: { type: 'crop-flip' },
  schedule: milestones(100, 180, 260),
  epochs: 320,
  // The test images are in no order.
  images: firstEight,
};

/** The paper says neither the size of the images nor the augmentation: these are usual for ImageNet. */
const imagenet100: PaperData = {
  name: 'imagenet100',
  title: 'ImageNet-100',
  group: {
    title: 'ImageNet-100, as in the paper',
    dataFolder: 'train/ and val/, each with a folder of images a class, 100 classes',
  },
  dataset: { type: 'image-folder', path: 'data/imagenet100', imageSize: 224 },
  augmentation: { type: 'resized-crop-flip' },
  schedule: milestones(90, 180, 220),
  epochs: 270,
  // Classes follow each other, 50 images each.
  images: firstEight.map((index) => index * 625),
};

const ofPaper = (data: PaperData, architecture: Architecture, network: string): Setting => ({
  name: `${data.name}-${architecture}`,
  title: `${data.title}, ${network}`,
  detail: '',
  group: data.group,
  settings: {
    seed: 1,
    dataset: data.dataset,
    model: { architecture, width: 64 },
    optimizer,
    schedule: data.schedule,
    training: { epochs: data.epochs, batchSize: 128 },
    augmentation: data.augmentation,
    // Every ten epochs: so a run's maps take no more room than one of its checkpoints.
    explain: { images: data.images, every: 10 },
  },
  methods: methodVariants,
  paper: paperClean[architecture],
});

const settings: readonly Setting[] = [
  shapes,
  imageFolder,
  ofPaper(cifar100, 'preact-resnet18', 'PreAct ResNet-18'),
  ofPaper(cifar100, 'preact-resnet50', 'PreAct ResNet-50'),
  ofPaper(imagenet100, 'resnet18', 'ResNet-18'),
  ofPaper(imagenet100, 'resnet50', 'ResNet-50'),
];

/** What the paper reports of a variant of a method; null where it does not. */
function publishedResult({ table, top1, advprop }: PaperClean, { name, settings }: MethodVariant) {
  const value = top1[settings.type];
  const isAdvprop = settings.type === 'advprop';
  if (value === undefined || (isAdvprop && advprop !== undefined && advprop !== name)) return null;
  const strength = isAdvprop && advprop === undefined ? ', which does not say the strength of the attack' : '';
  return { top1: value, source: `Table ${table}${strength}` };
}

function recipeOf(setting: Setting, method: MethodVariant): Recipe {
  const { paper } = setting;
  const published = paper ? publishedResult(paper, method) : null;
  const comparison = published
    ? `The paper: ${published.top1} % top-1 (${published.source}).`
    : paper && `Not in Table ${paper.table} of the paper.`;
  return {
    name: `${setting.name}-${method.name}`,
    title: `${method.title} on ${setting.title}`,
    detail: [method.detail, setting.detail, comparison].filter(Boolean).join(' '),
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
