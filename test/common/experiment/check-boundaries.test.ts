import { expect, test } from 'vitest';
import { checkExperiment } from '../../../common/experiment/checks';
import { experimentSchema } from '../../../common/experiment/schema';

/** What is found in an experiment on shapes, of 10 epochs: the fields, with their indices. */
function findings(written: Record<string, object>): string[] {
  const defaults = { dataset: { type: 'shapes' }, training: { epochs: 10 } } as Record<string, object>;
  const merged = Object.entries(written).map(([name, fields]) => [name, { ...defaults[name], ...fields }]);
  const experiment = experimentSchema.parse({ ...defaults, ...Object.fromEntries(merged) });
  return checkExperiment(experiment, null, written).map(({ path }) => path.join('.'));
}

const attack = (type: string, fields: object) => ({ method: { type, attack: fields } });
const fast = (fraction: number) => ({ method: { type: 'fast-advprop', fraction }, training: { batchSize: 4 } });

/** Its last feature maps are of one pixel. */
const tiny = { model: { architecture: 'resnet18', stem: 'imagenet' } };

/** A field, the last value that is good and the first that is not. */
test.each<[string, Record<string, object>, Record<string, object>]>([
  ['schedule.milestones.0', { schedule: { milestones: [9] } }, { schedule: { milestones: [10] } }],
  ['schedule.milestones.1', { schedule: { milestones: [2, 3] } }, { schedule: { milestones: [2, 2] } }],
  ['schedule.warmupEpochs', { schedule: { warmupEpochs: 9 } }, { schedule: { warmupEpochs: 10 } }],
  ['optimizer.learningRate', { optimizer: { learningRate: 3 } }, { optimizer: { learningRate: 3.01 } }],
  ['optimizer.learningRate', { optimizer: { learningRate: 1e-6 } }, { optimizer: { learningRate: 9e-7 } }],
  ['optimizer.momentum', { optimizer: { momentum: 0.99 } }, { optimizer: { momentum: 0.991 } }],
  ['optimizer.weightDecay', { optimizer: { weightDecay: 0.02 } }, { optimizer: { weightDecay: 0.021 } }],
  [
    'method.fraction',
    { method: { type: 'mixup', fraction: 0.375 }, training: { batchSize: 4 } },
    { method: { type: 'mixup', fraction: 0.37 }, training: { batchSize: 4 } },
  ],
  ['method.fraction', fast(0.125), fast(0.12)],
  ['method.fraction', fast(0.87), fast(0.88)],
  ['method.attack.epsilonPixels', attack('advprop', { epsilonPixels: 0.5 }), attack('advprop', { epsilonPixels: 0.4 })],
  [
    'method.attack.epsilonPixels',
    attack('advprop', { epsilonPixels: 32, steps: 32 }),
    attack('advprop', { epsilonPixels: 33, steps: 33 }),
  ],
  [
    'method.attack.steps',
    attack('advprop', { epsilonPixels: 4, steps: 4 }),
    attack('advprop', { epsilonPixels: 4, steps: 3 }),
  ],
  [
    'method.noisePixels',
    { method: { type: 'mixprop', auxiliary: 'noise', noisePixels: 0.5 } },
    { method: { type: 'mixprop', auxiliary: 'noise', noisePixels: 0.49 } },
  ],
  ['model.width', { model: { width: 361 } }, { model: { width: 362 } }],
  [
    'dataset.normalization.mean.1',
    { dataset: { normalization: { mean: [0, 1, 0.5], std: [1, 1, 1] } } },
    { dataset: { normalization: { mean: [0, 1.01, 0.5], std: [1, 1, 1] } } },
  ],
  [
    'model.stem',
    { model: { architecture: 'resnet18', stem: 'imagenet' }, dataset: { imageSize: 33 } },
    { model: { architecture: 'resnet18', stem: 'imagenet' }, dataset: { imageSize: 32 } },
  ],
  [
    'dataset.trainingImages',
    { dataset: { type: 'cifar10', path: 'data', trainingImages: 50_000 } },
    { dataset: { type: 'cifar10', path: 'data', trainingImages: 50_001 } },
  ],
  [
    'dataset.validationImages',
    { dataset: { type: 'cifar100', path: 'data', validationImages: 10_000 } },
    { dataset: { type: 'cifar100', path: 'data', validationImages: 10_001 } },
  ],
  ['checkpoint.every', { checkpoint: { every: 10 } }, { checkpoint: { every: 11 } }],
  ['evaluation.every', { evaluation: { every: 10 } }, { evaluation: { every: 11 } }],
  [
    'record.divergenceEvery',
    { dataset: { trainingImages: 65 }, training: { batchSize: 64 }, record: { divergenceEvery: 20 } },
    { dataset: { trainingImages: 65 }, training: { batchSize: 64 }, record: { divergenceEvery: 21 } },
  ],
  [
    'training.batchSize',
    { dataset: { trainingImages: 64 }, training: { batchSize: 64 } },
    { dataset: { trainingImages: 63 }, training: { batchSize: 64 } },
  ],
  [
    'training.batchSize',
    { ...tiny, dataset: { trainingImages: 66 }, training: { batchSize: 64 } },
    { ...tiny, dataset: { trainingImages: 65 }, training: { batchSize: 64 } },
  ],
  [
    'explain.images.0',
    { dataset: { validationImages: 20 }, explain: { images: [19] } },
    { dataset: { validationImages: 20 }, explain: { images: [20] } },
  ],
  ['explain.images.1', { explain: { images: [1, 2] } }, { explain: { images: [1, 1] } }],
])('%s: %j is good, %j is not', (field, good, bad) => {
  expect(findings(good)).not.toContain(field);
  expect(findings(bad)).toContain(field);
});

test('what is implausible for a batch of 256 is not for one of 8192', () => {
  const peak = (learningRate: number) => findings({ optimizer: { learningRate }, training: { batchSize: 8192 } });
  expect(peak(32)).not.toContain('optimizer.learningRate');
  expect(peak(33)).toContain('optimizer.learningRate');
});
