import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { checkExperiment } from '../../../common/experiment/checks';
import { architectures } from '../../../common/experiment/networks/networks';
import { parseExperiment } from '../../../common/experiment/parse';
import { experimentSchema } from '../../../common/experiment/schema';
import { pathInExperiment, resolvePath } from '../../../common/experiment/written-path';
import { buildNetwork } from '../../../trainer/models/build-network';
import { isTrainable } from '../../../trainer/models/layers';

const folder = mkdtempSync(join(tmpdir(), 'mixprop-bad-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, 'notes.txt'), '');

/** One setting that cannot work or does nothing: where it is marked, and what the message says to do. */
interface Row {
  text: string;
  field: string;
  line: number;
  remedy: string;
}

const row = (text: string, field: string, line: number, remedy: string): Row => ({ text, field, line, remedy });
const shapes = '"dataset": { "type": "shapes" }';
const smallResnet = `{
  "dataset": { "type": "shapes", "imageSize": 32, "trainingImages": 100 },
  "model": { "architecture": "resnet18", "width": 16 },
`;

/** What is a name with a backslash on other systems. */
const windowsPaths =
  sep === '\\'
    ? []
    : [
        row('{ "dataset": { "type": "image-folder",\n"path": "data\\\\x" } }', 'dataset.path', 2, 'write "data/x"'),
        ...['D:\\\\data', 'D:/data', '\\\\\\\\server\\\\data'].map((path) =>
          row(
            `{ "dataset": { "type": "image-folder",\n"path": "${path}" } }`,
            'dataset.path',
            2,
            'is a path of Windows: write where that is on this machine',
          ),
        ),
      ];

describe('an error with its remedy', () => {
  test.each([
    // The attack.
    row(
      `{ ${shapes},\n"method": { "type": "advprop",\n"attack": { "epsilonPixels": -1 } } }`,
      'method.attack.epsilonPixels',
      3,
      'must be at least 0: it is the radius of the attack, 1 to 3 in the paper',
    ),
    row(
      `{ ${shapes},\n"method": { "type": "advprop",\n"attack": { "steps": 0 } } }`,
      'method.attack.steps',
      3,
      'for no attack use "method": {"type": "vanilla"}',
    ),
    row(
      `{ ${shapes},\n"method": { "type": "advprop", "attack": { "steps": 1.5 } } }`,
      'method.attack.steps',
      2,
      'must be a whole number',
    ),
    row(
      `{ ${shapes},\n"method": { "type": "advprop", "attack": { "stepPixels": 0 } } }`,
      'method.attack.stepPixels',
      2,
      'must be greater than 0: it is the step of the attack, 1 in the paper',
    ),
    row(
      `{ ${shapes},\n"method": { "type": "advprop", "attack": { "randomStart": 2 } } }`,
      'method.attack.randomStart',
      2,
      'must be at most 1',
    ),
    row(
      `{ ${shapes},\n"method": { "type": "advprop", "attack": { "batchNorm": "main" } } }`,
      'method.attack.batchNorm',
      2,
      'must be "running" or "batch"',
    ),
    row(
      `{ ${shapes},\n"method": { "type": "advprop", "attack": { "epsilon": 1 } } }`,
      'method.attack.epsilon',
      2,
      'did you mean "epsilonPixels"?',
    ),
    row(
      `{ ${shapes},\n"method": { "type": "fast-advprop", "attack": { "steps": 2 } } }`,
      'method.attack.steps',
      2,
      'unknown field',
    ),
    row(
      `{ ${shapes},\n"method": { "type": "fast-advprop",\n "fraction": 0 } }`,
      'method.fraction',
      3,
      'it is the share of attacked images, 0.2 for clean : adversarial = 4 : 1',
    ),
    row(
      `{ ${shapes},\n"method": { "type": "fast-advprop", "fraction": 1 } }`,
      'method.fraction',
      2,
      'some images must stay clean, for main',
    ),
    // Mixing.
    ...['mixup', 'cutmix', 'mixprop'].flatMap((type) =>
      [0, -0.5].map((alpha) =>
        row(
          `{ ${shapes},\n"method": { "type": "${type}",\n"alpha": ${alpha} } }`,
          'method.alpha',
          3,
          'must be greater than 0: λ ~ Beta(α, α); 1 is uniform',
        ),
      ),
    ),
    row(
      `{ ${shapes},\n"method": { "type": "mixup", "fraction": 0 } }`,
      'method.fraction',
      2,
      'for no mixing use "method": {"type": "vanilla"}',
    ),
    row(
      `{ ${shapes},\n"method": { "type": "mixup", "fraction": 0.01 },\n"training": { "batchSize": 64 } }`,
      'method.fraction',
      2,
      'raise it, or training.batchSize',
    ),
    row(
      `{ ${shapes},\n"method": { "type": "mixprop", "auxiliary": "noise", "noisePixels": 0 } }`,
      'method.noisePixels',
      2,
      'must be greater than 0',
    ),
    // Sizes.
    row(`{ ${shapes},\n"training": { "batchSize": 1 } }`, 'training.batchSize', 2, 'must be at least 2'),
    row(`{ ${shapes},\n"training": { "batchSize": 100000 } }`, 'training.batchSize', 2, 'must be at most 65536'),
    row(`{ ${shapes},\n"model": { "width": 0 } }`, 'model.width', 2, 'must be at least 4'),
    row(`{ ${shapes},\n"model": { "width": 10.5 } }`, 'model.width', 2, 'must be a whole number'),
    row(`{ ${shapes},\n"model": { "width": 5000 } }`, 'model.width', 2, 'must be at most 512'),
    row(
      `${smallResnet}  "training": { "batchSize": 33 }\n}`,
      'training.batchSize',
      4,
      'leave a last batch of one image, whose 1×1 feature map batch normalisation cannot normalise: choose another batch size',
    ),
    row(
      `{ "dataset": { "type": "shapes",\n"trainingImages": 5 } }`,
      'dataset.trainingImages',
      2,
      'must be at least 10',
    ),
    // Schedule and optimizer.
    row(
      `{ ${shapes},\n"schedule": {\n"warmupEpochs": 30 } }`,
      'schedule.warmupEpochs',
      3,
      'must be shorter than training (30 epochs)',
    ),
    row(`{ ${shapes},\n"schedule": { "milestones": [5, 5] } }`, 'schedule.milestones.1', 2, 'milestones must rise'),
    row(`{ ${shapes},\n"optimizer": { "learningRate": 0 } }`, 'optimizer.learningRate', 2, 'must be greater than 0'),
    row(`{ ${shapes},\n"optimizer": { "momentum": 1 } }`, 'optimizer.momentum', 2, 'must be less than 1'),
    row(`{ ${shapes},\n"schedule": { "milestones": [5], "factor": 10 } }`, 'schedule.factor', 2, '0.1 for a tenth'),
    row(`{ ${shapes},\n"optimizer": { "weightDecay": -1 } }`, 'optimizer.weightDecay', 2, 'must be at least 0'),
    // Files.
    row(
      '{ "dataset": { "type": "cifar100",\n"path": "nowhere" } }',
      'dataset.path',
      2,
      "give the data set's folder, absolute or relative to the experiment file",
    ),
    row(
      '{ "dataset": { "type": "image-folder",\n"path": "notes.txt" } }',
      'dataset.path',
      2,
      "is a file; give the data set's folder",
    ),
    row(
      '{ "dataset": { "type": "image-folder",\n"path": "\\u0000" } }',
      'dataset.path',
      2,
      'contains a control character, as "\\u0000" means in JSON: write the path anew',
    ),
    row(
      '{ "dataset": { "type": "image-folder",\n"path": "D:\\train\\new" } }',
      'dataset.path',
      2,
      'contains a tab, as "\\t" means in JSON: write "D:/train/new" or "D:\\\\train\\\\new"',
    ),
    row(
      `{ ${shapes},\n"model": { "initialWeights": "C:\\nets\\best.safetensors" } }`,
      'model.initialWeights',
      2,
      'contains a line break, as "\\n" means in JSON: write "C:/nets/best.safetensors"',
    ),
    row(
      '{ "dataset": { "type": "cifar10",\n"path": "$HOME/data" } }',
      'dataset.path',
      2,
      'begins with the environment variable $HOME, which is not expanded: write the path itself',
    ),
    row(
      '{ "dataset": { "type": "image-folder", "path": ".",\n"classes": "%USERPROFILE%\\\\classes.txt" } }',
      'dataset.classes',
      2,
      'begins with the environment variable %USERPROFILE%, which is not expanded',
    ),
    row(
      '{ "dataset": { "type": "image-folder",\n"path": "~somebody/data" } }',
      'dataset.path',
      2,
      "begins with ~somebody, which is not expanded: write that user's folder in full",
    ),
    row(
      '{ "dataset": { "type": "image-folder",\n"path": "file:///data/images" } }',
      'dataset.path',
      2,
      'is a URL: give a path on this machine, "/data/images"',
    ),
    // Names of what becomes a folder.
    row(`{ ${shapes},\n"name": "nul" }`, 'name', 2, 'on Windows NUL is a device, and no file can be called so'),
    row(`{ ${shapes},\n"name": "x.mixprop.json" }`, 'name', 2, 'leave out .mixprop.json'),
    row(`{ ${shapes},\n"name": "x." }`, 'name', 2, 'a name cannot begin or end with a dot'),
    row(
      `{ ${shapes},\n"model": { "initialWeights": "nowhere.safetensors" } }`,
      'model.initialWeights',
      2,
      'give a .safetensors file, absolute or relative to the experiment file, or null',
    ),
    row(`{ ${shapes},\n"model": { "initialWeights": "." } }`, 'model.initialWeights', 2, 'is a folder; give a'),
    row(`{ ${shapes},\n"name": "-x" }`, 'name', 2, 'a name cannot begin with a dash'),
    ...windowsPaths,
  ])('$field: $remedy', ({ text, field, line, remedy }) => {
    const { experiment, problems } = parseExperiment(text, folder);
    expect(experiment).toBeUndefined();
    const errors = problems.filter(({ severity }) => severity === 'error');
    expect(errors.map((problem) => [problem.field, problem.line])).toEqual([[field, line]]);
    expect(errors[0].message).toContain(remedy);
  });
});

describe('a warning with its remedy', () => {
  test.each([
    row(
      `{ ${shapes},\n"optimizer": { "momentum": 0.999 } }`,
      'optimizer.momentum',
      2,
      'counts 1000 times; 0.9 is usual',
    ),
    row(
      `{ ${shapes},\n"optimizer": { "weightDecay": 0.05 } }`,
      'optimizer.weightDecay',
      2,
      '0.00001 to 0.005 is usual',
    ),
    row(
      `{ ${shapes},\n"method": { "type": "advprop", "attack": { "epsilonPixels": 128 } } }`,
      'method.attack.epsilonPixels',
      2,
      '1 to 16 is usual, in 1/255',
    ),
    row(
      `{ ${shapes},\n"method": { "type": "mixprop", "auxiliary": "noise", "noisePixels": 0.04 } }`,
      'method.noisePixels',
      2,
      'its unit is 1/255 of a pixel’s range',
    ),
    row(`{ ${shapes},\n"evaluation": { "every": 50 } }`, 'evaluation.every', 2, 'only the last is validated'),
    row(`{ ${shapes},\n"explain": { "images": [1, 2, 1] } }`, 'explain.images.2', 2, 'is chosen twice: remove one'),
    row(
      '{ "dataset": { "type": "shapes",\n"normalization": { "mean": [0.5, 0.5, 0.5],\n"std": [58.4, 57.12, 57.38] } } }',
      'dataset.normalization.std.0',
      3,
      '58.4 cannot be of pixels in [0, 1]: for pixels in [0, 255], divide by 255, [0.229, 0.224, 0.225]',
    ),
    row(
      '{ "dataset": { "type": "shapes",\n"normalization": { "mean": [0.5, -0.5, 0.5],\n"std": [1, 1, 1] } } }',
      'dataset.normalization.mean.1',
      2,
      '-0.5 cannot be of pixels in [0, 1]',
    ),
    row(
      `{ ${shapes},\n"model": { "architecture": "resnet18",\n"preactivation": "kuangliu", "stem": "cifar" } }`,
      'model.preactivation',
      3,
      'has no effect on resnet18: remove it, or set model.architecture to "preact-resnet18"',
    ),
    row(
      `{ ${shapes},\n"model": { "stem": "imagenet" } }`,
      'model.stem',
      2,
      'has no effect on preact-resnet18, whose stem is always that of "cifar": remove it, or set model.architecture to "resnet18"',
    ),
    row(`{ ${shapes},\n"model": { "stem": "cifar" } }`, 'model.stem', 2, 'has no effect on preact-resnet18'),
    row(
      `{ ${shapes},\n"model": { "architecture": "resnet50", "stem": "cifar",\n"preactivation": "he" } }`,
      'model.preactivation',
      3,
      'has no effect on resnet50',
    ),
    row(
      `{ ${shapes},\n"optimizer": { "learningRate": 100 } }`,
      'optimizer.learningRate',
      2,
      '100 is implausibly high: training will most likely diverge; about 0.05 is usual for a batch of 128 (0.1 for 256)',
    ),
    row(
      `{ ${shapes},\n"optimizer": { "learningRate": 1e-9 } }`,
      'optimizer.learningRate',
      2,
      'is implausibly low: the network will hardly change',
    ),
    row(
      `{ ${shapes},\n"optimizer": { "weightDecay": 5 } }`,
      'optimizer.weightDecay',
      2,
      '5 is implausibly high: it pulls all weights to 0',
    ),
    row(
      `{ ${shapes},\n"schedule": { "milestones": [10], "factor": 1 } }`,
      'schedule.milestones',
      2,
      'has no effect with a factor of 1',
    ),
    row(
      `{ ${shapes},\n"explain": { "images": [3, 1000] } }`,
      'explain.images.1',
      2,
      'there are only 1000 validation images: choose an index from 0 to 999',
    ),
    row(
      '{ "dataset": { "type": "cifar10", "path": "." },\n"explain": { "images": [10000] } }',
      'explain.images.0',
      2,
      'there are only 10000 validation images',
    ),
    row(
      '{ "dataset": { "type": "cifar10", "path": ".",\n"trainingImages": 60000 } }',
      'dataset.trainingImages',
      2,
      'there are only 50000 training images',
    ),
    row(
      '{ "dataset": { "type": "cifar10", "path": "." },\n"training": { "batchSize": 60000 } }',
      'training.batchSize',
      2,
      'there are only 50000 training images',
    ),
    row(
      `{ ${shapes},\n"record": { "divergenceEvery": 961 } }`,
      'record.divergenceEvery',
      2,
      'training ends after 960 steps, so it is only recorded once an epoch',
    ),
    row(
      `{ ${shapes}, "method": { "type": "vanilla" },\n"record": { "divergenceEvery": 10 } }`,
      'record.divergenceEvery',
      2,
      'has no effect on vanilla, which has one BN branch',
    ),
    row(
      `{ ${shapes},\n"checkpoint": { "every": 50 } }`,
      'checkpoint.every',
      2,
      'training ends after 30 epochs, so no numbered checkpoint is kept',
    ),
    row(
      `{ ${shapes},\n"method": { "type": "mixprop", "auxiliary": "noise",\n"alpha": 0.2 } }`,
      'method.alpha',
      3,
      'has no effect on auxiliary noise: remove it, or set method.auxiliary to "mixup" or "cutmix"',
    ),
    row(
      `{ ${shapes},\n"method": { "type": "mixprop", "auxiliary": "cutmix", "noisePixels": 5 } }`,
      'method.noisePixels',
      2,
      'has no effect on auxiliary cutmix: remove it, or set method.auxiliary to "noise"',
    ),
    row(
      `{ ${shapes},\n"schedule": { "type": "cosine",\n"milestones": [3] } }`,
      'schedule.milestones',
      3,
      'has no effect on a cosine schedule: remove it, or set schedule.type to "milestones"',
    ),
    row(
      `{ ${shapes},\n"schedule": { "factor": 0.5 } }`,
      'schedule.factor',
      2,
      'has no effect without milestones: remove it, or give schedule.milestones',
    ),
    row(
      `{ ${shapes},\n"schedule": { "milestones": [10, 40] } }`,
      'schedule.milestones.1',
      2,
      'training ends after 30 epochs',
    ),
    row(
      `{ ${shapes},\n"method": { "type": "advprop", "attack": { "epsilonPixels": 0 } } }`,
      'method.attack.epsilonPixels',
      2,
      'with 0 the attack changes nothing',
    ),
    row(
      `{ ${shapes},\n"method": { "type": "advprop", "attack": { "epsilonPixels": 0.0314 } } }`,
      'method.attack.epsilonPixels',
      2,
      'its unit is 1/255 of a pixel’s range, so give 1 for 1/255',
    ),
    row(
      `{ ${shapes},\n"method": { "type": "advprop", "attack": { "epsilonPixels": 3, "steps": 2 } } }`,
      'method.attack.steps',
      2,
      'the paper takes ε + 1 steps of 1',
    ),
    row(
      `{ ${shapes},\n"method": { "type": "fast-advprop", "fraction": 0.01 },\n"training": { "batchSize": 16 } }`,
      'method.fraction',
      2,
      'one image is attacked all the same. Raise it, or raise training.batchSize',
    ),
    row(
      `{ ${shapes},\n"method": { "type": "fast-advprop", "fraction": 0.99 },\n"training": { "batchSize": 16 } }`,
      'method.fraction',
      2,
      'one image stays clean all the same. Lower it, or raise training.batchSize',
    ),
    row(
      `{ ${shapes},\n"model": { "width": 512 } }`,
      'model.width',
      2,
      'take 8.0 GiB, and the embedded backend has 4: lower it to 361, or train on the native TensorFlow runtime',
    ),
    row(
      `{ ${shapes},\n"model": { "architecture": "preact-resnet50",\n"width": 256 } }`,
      'model.width',
      3,
      'train on the native TensorFlow runtime',
    ),
    row(
      '{ "dataset": { "type": "shapes", "trainingImages": 50 },\n"training": { "batchSize": 64 } }',
      'training.batchSize',
      2,
      'there are only 50 training images, so an epoch is one smaller step: lower it, or raise dataset.trainingImages',
    ),
    row(
      '{ "dataset": { "type": "image-folder", "path": ".", "trainingImages": 50 },\n"training": { "batchSize": 64 } }',
      'training.batchSize',
      2,
      'lower it, or raise dataset.trainingImages',
    ),
    row(
      `${smallResnet}  "training": { "batchSize": 32 }\n}`,
      'model.stem',
      3,
      'from stage 4 of 4 on, where 3×3 convolutions see one pixel and CAM shows nothing: set model.stem to "cifar", or raise dataset.imageSize above 32',
    ),
    row(
      `{ "dataset": { "type": "shapes", "imageSize": 16 },\n"model": {\n"architecture": "resnet50", "stem": "imagenet" } }`,
      'model.stem',
      3,
      'from stage 3 of 4 on',
    ),
    row(
      `{ "dataset": { "type": "cifar10", "path": "." },\n"model": { "architecture": "resnet18", "stem": "imagenet" } }`,
      'model.stem',
      2,
      'CAM shows nothing: set model.stem to "cifar"',
    ),
    row(
      '{ "dataset": { "type": "image-folder", "path": ".",\n"imageSize": 8 } }',
      'dataset.imageSize',
      2,
      'raise dataset.imageSize above 8',
    ),
  ])('$field: $remedy', ({ text, field, line, remedy }) => {
    const { experiment, problems } = parseExperiment(text, folder);
    expect(experiment).toBeDefined();
    expect(problems.map((problem) => [problem.severity, problem.field, problem.line])).toEqual([
      ['warning', field, line],
    ]);
    expect(problems[0].message).toContain(remedy);
  });
});

describe('no warning', () => {
  test.each([
    ['fields that have an effect', { method: { type: 'mixprop', auxiliary: 'noise', noisePixels: 5 } }],
    ['a high learning rate on a large batch', { optimizer: { learningRate: 8 }, training: { batchSize: 4000 } }],
    ['the peak of super-convergence', { optimizer: { learningRate: 3 } }],
    ['the last validation image', { explain: { images: [999] } }],
    ['divergence in the last step', { record: { divergenceEvery: 960 } }],
    ['a stem that fits the images', { model: { architecture: 'resnet18', stem: 'cifar' } }],
    ['images just large enough', { dataset: { type: 'shapes', imageSize: 33 }, model: { architecture: 'resnet18' } }],
    ['a batch of all images', { dataset: { type: 'shapes', trainingImages: 128 } }],
    ['a lone last image whose feature map is larger', { dataset: { type: 'shapes', trainingImages: 129 } }],
    ['the widest network that fits', { model: { width: 361 } }],
    ['an attack of half a grey level', { method: { type: 'advprop', attack: { epsilonPixels: 0.5 } } }],
    ['a cosine schedule', { schedule: { type: 'cosine' } }],
  ])('for %s', (_, input) => {
    expect(checkExperiment(experimentSchema.parse(input), folder)).toEqual([]);
  });
});

test.each(architectures)('the size of %s at which a warning comes is about its true size', (architecture) => {
  const messageAt = (width: number) => {
    const experiment = experimentSchema.parse({ model: { architecture, width, stem: 'cifar' } });
    const { specs } = buildNetwork(experiment.model, 10, ['main', 'aux']);
    const trainable = specs.filter(({ role }) => isTrainable(role));
    const parameters = trainable.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
    return { size: (12 * parameters) / 2 ** 30, isWarned: checkExperiment(experiment, folder).length > 0 };
  };
  for (const width of [200, 240, 260, 340, 380, 512]) {
    const { size, isWarned } = messageAt(width);
    if (Math.abs(size - 4) > 0.1) expect(isWarned, `${width}: ${size} GiB`).toBe(size > 4);
  }
});

test('an experiment names a folder inside its own relatively, others absolutely', () => {
  expect(pathInExperiment(join(folder, 'data', 'a'), folder)).toBe('data/a');
  expect(pathInExperiment(join(folder, '..data'), folder)).toBe('..data');
  expect(pathInExperiment(folder, folder)).toBe('.');
  expect(pathInExperiment(tmpdir(), folder)).toBe(tmpdir());
  for (const path of [join(folder, 'data'), folder, tmpdir()])
    expect(resolvePath(pathInExperiment(path, folder), folder)).toBe(path);
});
