import { closeSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { initialWeightsProblem } from './check-initial-weights';
import { isImageName } from './image-endings';
import { signatureBytes, signatureProblem } from './image-signature';
import { type Experiment, experimentSchema } from './schema';

/** A problem of an experiment that its schema cannot express. */
export interface ExperimentFinding {
  /** Path of the field: ["schedule", "milestones", 1]. */
  path: (string | number)[];
  message: string;
  severity: 'error' | 'warning';
}

/**
 * Checks across fields and against the disk.
 * @param baseFolder folder against which relative paths are resolved: the experiment file's
 */
export function checkExperiment(experiment: Experiment, baseFolder: string): ExperimentFinding[] {
  return [
    ...checkSchedule(experiment),
    ...checkMethod(experiment),
    ...checkModel(experiment),
    ...checkFeatureMaps(experiment),
    ...checkBatchSize(experiment),
    ...checkDisk(experiment, baseFolder),
    ...checkExplain(experiment, baseFolder),
  ];
}

function checkSchedule({ schedule, training }: Experiment): ExperimentFinding[] {
  const findings: ExperimentFinding[] = [];
  const { milestones, factor, warmupEpochs } = schedule;
  if (schedule.type === 'milestones') {
    const late = milestones.filter((milestone) => milestone >= training.epochs);
    if (late.length > 0) {
      findings.push({
        path: ['schedule', 'milestones', milestones.indexOf(late[0])],
        message: `training ends after ${training.epochs} epochs, so the learning rate never reaches the milestone${late.length > 1 ? 's' : ''} ${late.join(', ')}`,
        severity: 'warning',
      });
    }
    const unsorted = milestones.findIndex((milestone, i, all) => i > 0 && milestone <= all[i - 1]);
    if (unsorted !== -1) {
      findings.push({
        path: ['schedule', 'milestones', unsorted],
        message: 'milestones must rise: each is a number of finished epochs, counted from the start',
        severity: 'error',
      });
    }
  } else if (milestones.length > 0) {
    findings.push(noEffect(['schedule', 'milestones'], 'on a cosine schedule', 'set schedule.type to "milestones"'));
  }
  if (
    factor !== experimentSchema.parse({}).schedule.factor &&
    (schedule.type === 'cosine' || milestones.length === 0)
  ) {
    findings.push(noEffect(['schedule', 'factor'], 'without milestones', 'give schedule.milestones'));
  }
  if (warmupEpochs >= training.epochs) {
    findings.push({
      path: ['schedule', 'warmupEpochs'],
      message: `the warm-up must be shorter than training (${training.epochs} epochs)`,
      severity: 'error',
    });
  }
  return findings;
}

function checkMethod({ method, training }: Experiment): ExperimentFinding[] {
  const findings: ExperimentFinding[] = [];
  if ((method.type === 'mixup' || method.type === 'cutmix') && Math.round(training.batchSize * method.fraction) < 2) {
    findings.push({
      path: ['method', 'fraction'],
      message: `leaves fewer than two of ${training.batchSize} images to mix: raise it, or training.batchSize`,
      severity: 'error',
    });
  }
  if (method.type === 'fast-advprop') {
    const attacked = Math.round(training.batchSize * method.fraction);
    if (attacked === 0 || attacked === training.batchSize) {
      findings.push({
        path: ['method', 'fraction'],
        message: `a batch of ${training.batchSize} cannot be split so: ${attacked === 0 ? 'one image is attacked' : 'one image stays clean'} all the same. ${attacked === 0 ? 'Raise' : 'Lower'} it, or raise training.batchSize`,
        severity: 'warning',
      });
    }
  }
  if (method.type === 'mixprop') findings.push(...checkAuxiliary(method));
  if (method.type === 'advprop' || method.type === 'fast-advprop') {
    const { epsilonPixels, stepPixels } = method.attack;
    const steps = method.type === 'advprop' ? method.attack.steps : 1;
    if (epsilonPixels === 0) {
      findings.push({
        path: ['method', 'attack', 'epsilonPixels'],
        message: 'with 0 the attack changes nothing: aux sees clean images too',
        severity: 'warning',
      });
    } else if (epsilonPixels < 0.5) {
      findings.push({
        path: ['method', 'attack', 'epsilonPixels'],
        message: 'is less than half a grey level: its unit is 1/255 of a pixel’s range, so give 1 for 1/255',
        severity: 'warning',
      });
    } else if (steps * stepPixels < epsilonPixels) {
      findings.push({
        path: ['method', 'attack', method.type === 'advprop' ? 'steps' : 'stepPixels'],
        message: `${steps} × ${stepPixels} does not reach from the image to the edge of the ball (epsilonPixels ${epsilonPixels}); the paper takes ε + 1 steps of 1`,
        severity: 'warning',
      });
    }
  }
  return findings;
}

/** Fields of MixProp that its auxiliary source does not look at. */
function checkAuxiliary(method: Extract<Experiment['method'], { type: 'mixprop' }>): ExperimentFinding[] {
  const defaults = experimentSchema.parse({ method: { type: 'mixprop' } }).method as typeof method;
  if (method.auxiliary === 'noise') {
    if (method.alpha === defaults.alpha) return [];
    return [noEffect(['method', 'alpha'], 'on auxiliary noise', 'set method.auxiliary to "mixup" or "cutmix"')];
  }
  if (method.noisePixels === defaults.noisePixels) return [];
  return [noEffect(['method', 'noisePixels'], `on auxiliary ${method.auxiliary}`, 'set method.auxiliary to "noise"')];
}

/** Parameters with one branch at width 64 and 100 classes; nearly all are in convolutions and go with the width squared. */
const parametersAtWidth64: Record<Experiment['model']['architecture'], number> = {
  'preact-resnet18': 11_218_340,
  'preact-resnet50': 23_697_572,
  resnet18: 11_227_812,
  resnet50: 23_712_932,
};
/** float32 parameters, their gradients and their momentum, all of which a step holds at once. */
const bytesAParameter = 3 * 4;
/** What a WebAssembly memory can address. */
const embeddedBytes = 4 * 2 ** 30;

function checkModel({ model }: Experiment): ExperimentFinding[] {
  const { architecture, width } = model;
  const findings: ExperimentFinding[] = [];
  // `stem` needs no such check: preact networks have the stem "cifar", and "imagenet" is the default.
  if (architecture.startsWith('resnet') && model.preactivation === 'kuangliu') {
    findings.push(
      noEffect(['model', 'preactivation'], `on ${architecture}`, `set model.architecture to "preact-${architecture}"`),
    );
  }
  if (model.head === 'fresh' && model.initialWeights === null) {
    findings.push(noEffect(['model', 'head'], 'without initial weights', 'give model.initialWeights a file'));
  }
  const bytesAt = (channels: number) => parametersAtWidth64[architecture] * (channels / 64) ** 2 * bytesAParameter;
  if (bytesAt(width) > embeddedBytes) {
    const widest = Math.floor(width * Math.sqrt(embeddedBytes / bytesAt(width)));
    findings.push({
      path: ['model', 'width'],
      message: `parameters, gradients and momentum alone take ${(bytesAt(width) / 2 ** 30).toFixed(1)} GiB, and the embedded backend has 4: lower it to ${widest}, or train on the native TensorFlow runtime`,
      severity: 'warning',
    });
  }
  return findings;
}

/** Height and width of the images, where the data set has a field for them or only one size. */
function imageSizeOf(dataset: Experiment['dataset']): number {
  return 'imageSize' in dataset ? dataset.imageSize : 32;
}

/** Height and width of the feature maps of the network's four stages. */
function stageSizes({ model, dataset }: Experiment): number[] {
  const half = (size: number) => Math.ceil(size / 2);
  const hasLargeStem = hasImagenetStem(model);
  const size = hasLargeStem ? half(half(imageSizeOf(dataset))) : imageSizeOf(dataset);
  return [size, half(size), half(half(size)), half(half(half(size)))];
}

function hasImagenetStem({ architecture, stem }: Experiment['model']): boolean {
  return architecture.startsWith('resnet') && stem === 'imagenet';
}

function checkFeatureMaps(experiment: Experiment): ExperimentFinding[] {
  const { model, dataset } = experiment;
  const stage = stageSizes(experiment).indexOf(1) + 1;
  if (stage === 0) return [];
  const canBeLarger = 'imageSize' in dataset;
  const remedies = [
    ...(hasImagenetStem(model) ? ['set model.stem to "cifar"'] : []),
    ...(canBeLarger ? [`raise dataset.imageSize above ${hasImagenetStem(model) ? 32 : 8}`] : []),
  ];
  return [
    {
      path: hasImagenetStem(model) ? ['model', 'stem'] : ['dataset', 'imageSize'],
      message: `images of ${imageSizeOf(dataset)} pixels leave feature maps of 1×1 from stage ${stage} of 4 on, where 3×3 convolutions see one pixel and CAM shows nothing: ${remedies.join(', or ')}`,
      severity: 'warning',
    },
  ];
}

function checkBatchSize(experiment: Experiment): ExperimentFinding[] {
  const { dataset, training } = experiment;
  // Known for the built-in data set; elsewhere a limit, if there is one.
  const images = dataset.trainingImages;
  if (images === null) return [];
  if (training.batchSize > images) {
    return [
      {
        path: ['training', 'batchSize'],
        message: `there are only ${images} training images, so an epoch is one smaller step: lower it, or raise dataset.trainingImages`,
        severity: 'warning',
      },
    ];
  }
  const isAlone = dataset.type === 'shapes' && images % training.batchSize === 1;
  if (!isAlone || stageSizes(experiment)[3] > 1) return [];
  return [
    {
      path: ['training', 'batchSize'],
      message: `${images} training images in batches of ${training.batchSize} leave a last batch of one image, whose 1×1 feature map batch normalisation cannot normalise: choose another batch size`,
      severity: 'error',
    },
  ];
}

function checkDisk(experiment: Experiment, baseFolder: string): ExperimentFinding[] {
  const { dataset, model } = experiment;
  const findings: ExperimentFinding[] = [];
  if ('path' in dataset) {
    const folder = resolvePath(dataset.path, baseFolder);
    const stats = statsOf(folder);
    // CIFAR is read from its archive too.
    const isFileAllowed = dataset.type !== 'image-folder';
    if (!stats || !(stats.isDirectory() || isFileAllowed)) {
      findings.push({
        path: ['dataset', 'path'],
        message: `${stats ? `${folder} is a file` : `there is no folder ${folder}`}; give the data set's folder, absolute or relative to the experiment file`,
        severity: 'error',
      });
    }
  }
  if (dataset.type === 'image-folder' && dataset.classes !== null) {
    const file = resolvePath(dataset.classes, baseFolder);
    const stats = statsOf(file);
    if (!stats?.isFile()) {
      findings.push({
        path: ['dataset', 'classes'],
        message: `${stats ? `${file} is a folder` : `there is no file ${file}`}; give a text file with one class a line, absolute or relative to the experiment file, or null`,
        severity: 'error',
      });
    }
  }
  if (model.initialWeights !== null) {
    const file = resolvePath(model.initialWeights, baseFolder);
    const stats = statsOf(file);
    if (!stats?.isFile()) {
      findings.push({
        path: ['model', 'initialWeights'],
        message: `${stats ? `${file} is a folder` : `there is no file ${file}`}; give a .safetensors file, absolute or relative to the experiment file, or null`,
        severity: 'error',
      });
    } else {
      const message = initialWeightsProblem(file, experiment);
      if (message !== undefined) findings.push({ path: ['model', 'initialWeights'], message, severity: 'error' });
    }
  }
  return findings;
}

/** Chosen images that are not there, or are none. The run goes on without them, so these are warnings. */
function checkExplain({ explain, dataset }: Experiment, baseFolder: string): ExperimentFinding[] {
  const { images, every } = explain;
  if (images.length > 0 && every === null) {
    return [noEffect(['explain', 'images'], 'while explain.every is null', 'give explain.every a number of epochs')];
  }
  const isFolder = dataset.type === 'image-folder';
  const places = isFolder ? [resolvePath(dataset.path, baseFolder), baseFolder] : [baseFolder];
  const count = dataset.validationImages;
  return images.flatMap((image, i): ExperimentFinding[] => {
    let message: string | undefined;
    if (typeof image === 'number') {
      if (count !== null && image >= count) {
        message = `there are only ${count} validation images: choose an index from 0 to ${count - 1}`;
      }
    } else {
      const file = places.map((folder) => resolvePath(image, folder)).find((place) => statsOf(place)?.isFile());
      // The other data sets name their images without such an ending.
      if (file === undefined && (isFolder || isImageName(image))) {
        message = `there is no such file in ${places.join(' or ')}: give a path relative to the data set, or to the experiment file`;
      }
      const problem = file === undefined ? undefined : signatureProblemOf(file);
      if (problem !== undefined) message = `${file} ${problem}: replace it, or choose another image`;
    }
    return message === undefined ? [] : [{ path: ['explain', 'images', i], message, severity: 'warning' }];
  });
}

/** Undefined too where the file may not be read. */
function signatureProblemOf(file: string): string | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return undefined;
  }
  try {
    const start = Buffer.alloc(signatureBytes);
    return signatureProblem(start.subarray(0, readSync(descriptor, start)));
  } catch {
    return undefined;
  } finally {
    closeSync(descriptor);
  }
}

/** Undefined too where the path cannot be one, or what it names may not be looked at. */
function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function noEffect(path: string[], where: string, remedy: string): ExperimentFinding {
  return { path, message: `has no effect ${where}: remove it, or ${remedy}`, severity: 'warning' };
}

/** A path of an experiment, absolute. */
export function resolvePath(path: string, baseFolder: string): string {
  return isAbsolute(path) ? path : resolve(baseFolder, path);
}

/** An absolute path as an experiment in a folder names it: relative, with forward slashes, where it lies inside. */
export function pathInExperiment(path: string, baseFolder: string): string {
  const way = relative(baseFolder, path);
  if (way === '') return '.';
  const isInside = way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
  return isInside ? way.split(sep).join('/') : path;
}
