import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { initialWeightsProblem } from '../../../common/experiment/check-initial-weights';
import { type ExperimentInput, experimentSchema } from '../../../common/experiment/schema';
import { buildNetwork } from '../../../trainer/models/build-network';
import { writeCheckpoint } from '../../../trainer/models/checkpoint';
import { initialState } from '../../../trainer/models/initialization';

const folder = mkdtempSync(join(tmpdir(), 'mixprop-check-weights-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'weights.safetensors');
const shapes = { type: 'shapes' } as const;
const images = { type: 'image-folder', path: '.' } as const;

function problem(model: ExperimentInput['model'], classes: number, input: ExperimentInput): string | undefined {
  const { specs } = buildNetwork(experimentSchema.parse({ model }).model, classes, ['main']);
  const partialEpoch = { loss: { total: 0, main: 0 }, images: 0, seconds: 0 };
  const position = { trainingImages: 1, step: 0, epoch: 0, partialEpoch };
  writeCheckpoint(file, specs, { values: initialState(specs, 1), position });
  return initialWeightsProblem(file, experimentSchema.parse(input));
}

const preact = { architecture: 'preact-resnet18', width: 4 } as const;
const resnet = { architecture: 'resnet18', width: 4 } as const;

test.each<[ExperimentInput['model'], number, ExperimentInput, string | undefined]>([
  [preact, 10, { dataset: shapes, model: preact }, undefined],
  [preact, 7, { dataset: images, model: preact }, undefined],
  [preact, 7, { dataset: shapes, model: { ...preact, head: 'fresh' } }, undefined],
  [
    preact,
    7,
    { dataset: shapes, model: preact },
    'tells 7 classes apart, the data set has 10: set model.head to "fresh"',
  ],
  [preact, 10, { dataset: shapes, model: resnet }, 'it looks like preact-resnet18, the experiment has resnet18'],
  [resnet, 10, { dataset: shapes, model: { ...resnet, width: 8 } }, 'its width is 4, that of the experiment 8'],
  [resnet, 10, { dataset: shapes, model: { ...resnet, stem: 'cifar' } }, 'it has the stem "imagenet"'],
  [{ ...preact, preactivation: 'kuangliu' }, 10, { dataset: shapes, model: preact }, 'it has no final BN'],
])('%o with %i classes as initial weights of %o', (model, classes, input, words) => {
  const found = problem(model, classes, input);
  if (words === undefined) expect(found).toBeUndefined();
  else expect(found).toContain(words);
});

test('a file of another kind is named', () => {
  writeFileSync(file, 'version https://git-lfs.github.com/spec/v1\n');
  expect(initialWeightsProblem(file, experimentSchema.parse({}))).toContain('git lfs pull');
});
