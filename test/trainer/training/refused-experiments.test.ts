import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { DatasetError } from '../../../common/errors/dataset-error';
import { type ExperimentInput, experimentSchema } from '../../../common/experiment/schema';
import { startRun } from '../../../trainer/training/session';
import { testBackend } from '../../test-backend';
import { pixelsOf, writeImage } from '../data/images/image-files';

// Settings that only the data set shows to be impossible: they are refused before the first step.
const runs = mkdtempSync(join(tmpdir(), 'mixprop-refused-'));
afterAll(() => rmSync(runs, { recursive: true }));
/** 9 training images, 5 of a cat and 4 of a dog. */
const pets = join(runs, 'pets');
const dataset = { type: 'image-folder' as const, path: pets, imageSize: 8 };
const cats = join(runs, 'cats');

const writePhoto = (file: string, seed: number) => writeImage(file, pixelsOf(seed, 8, 8), 8, 8);

beforeAll(async () => {
  vi.stubEnv('MIXPROP_CACHE', join(runs, 'cache'));
  for (let i = 0; i < 9; i++) await writePhoto(join(pets, 'train', i < 5 ? 'cat' : 'dog', `${i}.png`), i);
  for (const name of ['cat', 'dog']) await writePhoto(join(pets, 'val', name, '0.png'), 10);
  for (const split of ['train', 'val']) await writePhoto(join(cats, split, 'cat', '0.png'), 0);
});

const small: ExperimentInput = {
  dataset,
  model: { width: 4 },
  method: { type: 'vanilla' },
  training: { epochs: 1, batchSize: 3 },
};

function start(id: string, input: ExperimentInput) {
  return startRun({
    experiment: experimentSchema.parse({ ...small, ...input }),
    baseFolder: runs,
    runsFolder: runs,
    id,
    backend: testBackend,
    warnings: [],
    stop: new AbortController(),
  });
}

/** The run's error, a DatasetError that says which field to change; nothing is left of the run. */
async function refusal(id: string, input: ExperimentInput): Promise<DatasetError> {
  const error: unknown = await start(id, input).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(DatasetError);
  expect(existsSync(join(runs, id))).toBe(false);
  return error as DatasetError;
}

describe('a targeted attack', () => {
  const targeted = { type: 'advprop' as const, attack: { targeted: true } };

  test('on images of one class has no other class to aim at: they are refused', async () => {
    const { field, message } = await refusal('one-class', {
      dataset: { ...dataset, path: cats },
      method: targeted,
    });
    expect(field).toBe('dataset.path');
    expect(message).toContain('has only one class (cat): a data set needs at least two folders, one a class');
  });

  test('on images of two classes aims at the other one', async () => {
    expect(await start('two-classes', { method: targeted })).toBe('finished');
  });
});

describe('one image whose feature map is 1×1', () => {
  const alone = { epochs: 1, batchSize: 4 };

  test.each<[string, ExperimentInput]>([
    ['preact-resnet18', { model: { width: 4 } }],
    ['preact-resnet50', { model: { architecture: 'preact-resnet50', width: 4 } }],
    ['resnet18', { model: { architecture: 'resnet18', width: 4 }, dataset: { ...dataset, imageSize: 32 } }],
    ['resnet18-cifar', { model: { architecture: 'resnet18', width: 4, stem: 'cifar' } }],
    ['mixprop', { method: { type: 'mixprop' } }],
    ['mixup', { method: { type: 'mixup' } }],
    ['advprop', { method: { type: 'advprop' } }],
    ['fast-advprop', { method: { type: 'fast-advprop', fraction: 0.5 } }],
  ])('is refused as a last batch: %s', async (name, input) => {
    const { field, message } = await refusal(`alone-${name}`, { ...input, training: alone });
    expect(field).toBe('training.batchSize');
    expect(message).toContain('9 training images in batches of 4 leave a last batch of one image');
    expect(message).toContain('choose another batch size');
  });

  test('is refused as a part of the batch that fast-advprop splits off', async () => {
    const method = { type: 'fast-advprop' as const, fraction: 0.2 };
    const { field, message } = await refusal('split', { method });
    expect(field).toBe('training.batchSize');
    expect(message).toContain('batches of 3, of which fast-advprop normalises one image by itself');
  });

  test('trains where the feature map is larger, split or last', async () => {
    const method = { type: 'fast-advprop' as const, fraction: 0.2 };
    expect(await start('larger', { dataset: { ...dataset, imageSize: 9 }, method, training: alone })).toBe('finished');
  });

  test('is in no batch of another size', async () => {
    expect(await start('other-size', { training: { epochs: 1, batchSize: 5 } })).toBe('finished');
  });
});
