import { type ExperimentFinding, errorAt, noEffect, warningAt } from '../errors/experiment-finding';
import { isImageName } from '../files/image-endings';
import { statsOf } from '../files/stats-of';
import { datasetFacts, imageCount, imageSizeOf } from './datasets/datasets';
import { checkDisk, signatureProblemOf } from './disk-checks';
import { folderNameProblem } from './experiment-name';
import { branchesOf, methodFacts } from './methods/methods';
import { networkDefinition } from './networks/networks';
import { defaultFactor, type Experiment } from './schema';
import { pathProblem, resolvePath } from './written-path';

/**
 * Checks across fields and against the disk.
 * @param baseFolder folder against which relative paths are resolved: the experiment file's; null leaves the disk alone
 * @param written what the file says, without defaults
 */
export function checkExperiment(
  experiment: Experiment,
  baseFolder: string | null,
  written: unknown = {},
): ExperimentFinding[] {
  const { method } = experiment;
  return [
    ...checkName(experiment),
    ...checkSchedule(experiment),
    ...checkOptimizer(experiment),
    ...(methodFacts(method.type).check?.(method, experiment.training.batchSize) ?? []),
    ...checkModel(experiment, written),
    ...checkNormalization(experiment),
    ...checkFeatureMaps(experiment),
    ...checkImageCounts(experiment),
    ...checkBatchSize(experiment),
    ...checkRecords(experiment),
    ...(baseFolder === null ? [] : checkDisk(experiment, baseFolder)),
    ...checkExplain(experiment, baseFolder),
  ];
}

/** Run folders are named after the experiment. */
function checkName({ name }: Experiment): ExperimentFinding[] {
  const message = folderNameProblem(name);
  return message === undefined ? [] : [errorAt(['name'], message)];
}

function checkSchedule({ schedule, training }: Experiment): ExperimentFinding[] {
  const findings: ExperimentFinding[] = [];
  const { milestones, factor, warmupEpochs } = schedule;
  if (schedule.type === 'milestones') {
    const late = milestones.filter((milestone) => milestone >= training.epochs);
    if (late.length > 0) {
      const message = `training ends after ${training.epochs} epochs, so the learning rate never reaches the milestone${late.length > 1 ? 's' : ''} ${late.join(', ')}`;
      findings.push(warningAt(['schedule', 'milestones', milestones.indexOf(late[0])], message));
    }
    const unsorted = milestones.findIndex((milestone, i, all) => i > 0 && milestone <= all[i - 1]);
    if (unsorted !== -1) {
      const message = 'milestones must rise: each is a number of finished epochs, counted from the start';
      findings.push(errorAt(['schedule', 'milestones', unsorted], message));
    }
  } else if (milestones.length > 0) {
    findings.push(noEffect(['schedule', 'milestones'], 'on a cosine schedule', 'set schedule.type to "milestones"'));
  }
  if (factor !== defaultFactor && (schedule.type === 'cosine' || milestones.length === 0)) {
    findings.push(noEffect(['schedule', 'factor'], 'without milestones', 'give schedule.milestones'));
  }
  if (warmupEpochs >= training.epochs) {
    const message = `the warm-up must be shorter than training (${training.epochs} epochs)`;
    findings.push(errorAt(['schedule', 'warmupEpochs'], message));
  }
  return findings;
}

/**
 * Above these nothing that is published trains. 0.1 for a batch of 256, in proportion for larger ones, is usual for ResNets
 * (Goyal et al. 2017), and the highest peak of super-convergence is 3 (Smith and Topin 2018): a learning rate counts as
 * implausible above both ten times the former and the latter.
 */
const maxPublishedPeak = 3;
const usualRatePerImage = 0.1 / 256;
const maxMomentum = 0.99;
/** Usual are 1e-5 to 5e-3. */
const maxWeightDecay = 0.02;

function checkOptimizer({ optimizer, schedule, training }: Experiment): ExperimentFinding[] {
  const findings: ExperimentFinding[] = [];
  const { learningRate, momentum, weightDecay } = optimizer;
  const usual = Number((usualRatePerImage * training.batchSize).toPrecision(2));
  const warn = (field: string, message: string) => findings.push(warningAt(['optimizer', field], message));
  const usualRate = `about ${usual} is usual for a batch of ${training.batchSize} (0.1 for 256)`;
  if (learningRate > Math.max(maxPublishedPeak, 10 * usual)) {
    warn('learningRate', `${learningRate} is implausibly high: training will most likely diverge; ${usualRate}`);
  } else if (learningRate < 1e-6) {
    warn('learningRate', `${learningRate} is implausibly low: the network will hardly change; ${usualRate}`);
  }
  if (momentum > maxMomentum) {
    const sum = Number((1 / (1 - momentum)).toPrecision(2));
    warn('momentum', `${momentum} is implausibly high: a gradient counts ${sum} times; 0.9 is usual`);
  }
  if (weightDecay > maxWeightDecay)
    warn('weightDecay', `${weightDecay} is implausibly high: it pulls all weights to 0; 0.00001 to 0.005 is usual`);
  if (schedule.type === 'milestones' && schedule.milestones.length > 0 && schedule.factor === 1) {
    findings.push(noEffect(['schedule', 'milestones'], 'with a factor of 1', 'set schedule.factor to 0.1'));
  }
  return findings;
}

/** float32 parameters, their gradients and their momentum, all of which a step holds at once. */
const bytesAParameter = 3 * 4;
/** What a WebAssembly memory can address. */
const embeddedBytes = 4 * 2 ** 30;

function checkModel({ model }: Experiment, written: unknown): ExperimentFinding[] {
  const { width } = model;
  const definition = networkDefinition(model.architecture);
  const findings: ExperimentFinding[] = [];
  // By what is written: the default stem is one that preact networks do not have, so its value does not tell.
  const writtenModel = (written as { model?: object }).model ?? {};
  for (const [field, { where, remedy }] of Object.entries(definition.ignores)) {
    if (field in writtenModel) findings.push(noEffect(['model', field], where, remedy));
  }
  if (model.head === 'fresh' && model.initialWeights === null) {
    findings.push(noEffect(['model', 'head'], 'without initial weights', 'give model.initialWeights a file'));
  }
  const bytesAt = (channels: number) => definition.parameters * (channels / 64) ** 2 * bytesAParameter;
  if (bytesAt(width) > embeddedBytes) {
    const maxWidth = Math.floor(width * Math.sqrt(embeddedBytes / bytesAt(width)));
    const message = `parameters, gradients and momentum alone take ${(bytesAt(width) / 2 ** 30).toFixed(1)} GiB, and the embedded backend has 4: lower it to ${maxWidth}, or train on the native TensorFlow runtime`;
    findings.push(warningAt(['model', 'width'], message));
  }
  return findings;
}

/** Elsewhere, mean and standard deviation are often given for pixels from 0 to 255. */
function checkNormalization({ dataset }: Experiment): ExperimentFinding[] {
  return (['mean', 'std'] as const).flatMap((part): ExperimentFinding[] => {
    const values = dataset.normalization[part];
    const outside = values.findIndex((value) => value < 0 || value > 1);
    if (outside === -1) return [];
    const instead = values.map((value) => Number((value / 255).toPrecision(4))).join(', ');
    const remedy = Math.max(...values) > 2 ? `: for pixels in [0, 255], divide by 255, [${instead}]` : '';
    const message = `${values[outside]} cannot be of pixels in [0, 1]${remedy}`;
    return [warningAt(['dataset', 'normalization', part, outside], message)];
  });
}

/** Height and width of the feature maps of the network's four stages. */
function stageSizes({ model, dataset }: Experiment): number[] {
  const reduction = networkDefinition(model.architecture).reduction(model);
  return [8, 4, 2, 1].map((larger) => Math.ceil((imageSizeOf(dataset) * larger) / reduction));
}

function checkFeatureMaps(experiment: Experiment): ExperimentFinding[] {
  const { model, dataset } = experiment;
  const stage = stageSizes(experiment).indexOf(1) + 1;
  if (stage === 0) return [];
  const { reduction } = networkDefinition(model.architecture);
  const canReduceLess = reduction({ ...model, stem: 'cifar' }) < reduction(model);
  const remedies = [
    ...(canReduceLess ? ['set model.stem to "cifar"'] : []),
    ...('imageSize' in dataset ? [`raise dataset.imageSize above ${reduction(model)}`] : []),
  ];
  const message = `images of ${imageSizeOf(dataset)} pixels leave feature maps of 1×1 from stage ${stage} of 4 on, where 3×3 convolutions see one pixel and CAM shows nothing: ${remedies.join(', or ')}`;
  return [warningAt(canReduceLess ? ['model', 'stem'] : ['dataset', 'imageSize'], message)];
}

/** Limits above the number of images. */
function checkImageCounts({ dataset }: Experiment): ExperimentFinding[] {
  return (['training', 'validation'] as const).flatMap((split): ExperimentFinding[] => {
    const limit = dataset[`${split}Images`];
    const present = datasetFacts(dataset.type).imageCounts?.[split];
    if (limit === null || present === undefined || limit <= present) return [];
    const message = `there are only ${present} ${split} images: lower it, or leave it out for all of them`;
    return [warningAt(['dataset', `${split}Images`], message)];
  });
}

/** Records, checkpoints and an early stop that a run this short, or of this method, never comes to. */
function checkRecords(experiment: Experiment): ExperimentFinding[] {
  const { checkpoint, evaluation, record, training, method } = experiment;
  const findings: ExperimentFinding[] = [];
  if (checkpoint.every !== null && checkpoint.every > training.epochs) {
    const message = `training ends after ${training.epochs} epochs, so no numbered checkpoint is kept: lower it, or leave it out`;
    findings.push(warningAt(['checkpoint', 'every'], message));
  }
  if (evaluation.every > training.epochs) {
    const message = `training ends after ${training.epochs} epochs, so only the last is validated, and is the best: lower it`;
    findings.push(warningAt(['evaluation', 'every'], message));
  }
  const hasAux = branchesOf(method.type).includes('aux');
  const { stopWhen } = training;
  if (stopWhen?.metric.startsWith('aux.') && !hasAux) {
    const message = `${method.type} has one BN branch, main, so there is no ${stopWhen.metric}: set it to "${stopWhen.metric.replace('aux', 'main')}"`;
    findings.push(errorAt(['training', 'stopWhen', 'metric'], message));
  }
  if (stopWhen && stopWhen.patience >= training.epochs) {
    const message = `training ends after ${training.epochs} epochs, before patience runs out: lower it, or leave stopWhen out`;
    findings.push(warningAt(['training', 'stopWhen', 'patience'], message));
  }
  const every = record.divergenceEvery;
  if (every === null) return findings;
  const path = ['record', 'divergenceEvery'];
  if (!hasAux) {
    const dual = 'set method.type to one with dual BN, such as "mixprop"';
    return [...findings, noEffect(path, `on ${method.type}, which has one BN branch`, dual)];
  }
  const images = imageCount(experiment.dataset, 'training');
  const steps = images === null ? Number.POSITIVE_INFINITY : Math.ceil(images / training.batchSize) * training.epochs;
  if (every > steps) {
    const message = `training ends after ${steps} steps, so it is only recorded once an epoch: lower it, or leave it out`;
    findings.push(warningAt(path, message));
  }
  return findings;
}

function checkBatchSize(experiment: Experiment): ExperimentFinding[] {
  const { dataset, training } = experiment;
  const images = imageCount(experiment.dataset, 'training');
  if (images === null) return [];
  const path = ['training', 'batchSize'];
  if (training.batchSize > images) {
    const message = `there are only ${images} training images, so an epoch is one smaller step: lower it, or raise dataset.trainingImages`;
    return [warningAt(path, message)];
  }
  // A data set on the disk may hold fewer.
  const isAlone = !('path' in dataset) && images % training.batchSize === 1;
  if (!isAlone || stageSizes(experiment)[3] > 1) return [];
  const message = `${images} training images in batches of ${training.batchSize} leave a last batch of one image, whose 1×1 feature map batch normalisation cannot normalise: choose another batch size`;
  return [errorAt(path, message)];
}

/** Images to explain that are missing or unreadable. The run goes on without them, so these are warnings. */
function checkExplain(experiment: Experiment, baseFolder: string | null): ExperimentFinding[] {
  const { explain, dataset } = experiment;
  const { images, every } = explain;
  if (images.length > 0 && every === null) {
    return [noEffect(['explain', 'images'], 'while explain.every is null', 'give explain.every a number of epochs')];
  }
  const count = imageCount(dataset, 'validation');
  return images.flatMap((image, i): ExperimentFinding[] => {
    let message = images.indexOf(image) < i ? 'is chosen twice: remove one' : undefined;
    if (typeof image === 'number') {
      if (count !== null && image >= count) {
        message = `there are only ${count} validation images: choose an index from 0 to ${count - 1}`;
      }
    } else if (baseFolder !== null) {
      const { hasImageFiles } = datasetFacts(dataset.type);
      const places =
        hasImageFiles && 'path' in dataset ? [resolvePath(dataset.path, baseFolder), baseFolder] : [baseFolder];
      const file = places.map((folder) => resolvePath(image, folder)).find((place) => statsOf(place)?.isFile());
      // The other data sets name their images without such an ending.
      if (file === undefined && (hasImageFiles || isImageName(image))) {
        const remedy = 'give a path relative to the data set, or to the experiment file';
        message = pathProblem(image, baseFolder) ?? `there is no such file in ${places.join(' or ')}: ${remedy}`;
      }
      const problem = file === undefined ? undefined : signatureProblemOf(file);
      if (problem !== undefined) message = `${file} ${problem}: replace it, or choose another image`;
    }
    return message === undefined ? [] : [warningAt(['explain', 'images', i], message)];
  });
}
