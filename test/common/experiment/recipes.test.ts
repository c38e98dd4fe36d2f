import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { type ParseError, parse } from 'jsonc-parser';
import { afterAll, describe, expect, test } from 'vitest';
import { experimentNameProblem } from '../../../common/experiment/experiment-name';
import type { MethodSettings } from '../../../common/experiment/methods/methods';
import { parseExperiment } from '../../../common/experiment/parse';
import { recipeText } from '../../../common/experiment/recipe-text';
import { type Recipe, recipeExperiment, recipeGroups, recipes } from '../../../common/experiment/recipes';
import { type Experiment, experimentSchema } from '../../../common/experiment/schema';
import { effectiveEvents, readAllEvents } from '../../../common/run/event-reader';
import { buildNetwork } from '../../../trainer/models/build-network';
import { isTrainable } from '../../../trainer/models/layers';
import { startRun } from '../../../trainer/training/session';
import { testBackend } from '../../test-backend';

const folder = mkdtempSync(join(tmpdir(), 'mixprop-recipes-'));
afterAll(() => rmSync(folder, { recursive: true }));

const methods = [
  'mixprop',
  'vanilla',
  'mixup',
  'cutmix',
  'advprop-pgd1',
  'advprop-pgd3',
  'advprop-pgd4',
  'fast-advprop',
];
const smallMethods = methods.filter((name) => !/pgd[34]/.test(name));
const named = (name: string): Recipe => recipes.find((recipe) => recipe.name === name)!;
const experimentOf = (recipe: Recipe): Experiment =>
  experimentSchema.parse(recipeExperiment(recipe, recipe.name, recipe.group.dataFolder === null ? null : '.'));

describe('the recipes', () => {
  test('have stable names: every network of the paper with every method, and small ones', () => {
    const withMethods = (prefix: string, list: string[]) => list.map((method) => `${prefix}-${method}`);
    expect(recipes.map(({ name }) => name)).toEqual([
      ...withMethods('shapes', smallMethods),
      ...withMethods('image-folder', smallMethods),
      ...withMethods('cifar100-preact-resnet18', methods),
      ...withMethods('cifar100-preact-resnet50', methods),
      ...withMethods('imagenet100-resnet18', methods),
      ...withMethods('imagenet100-resnet50', methods),
    ]);
    const types = new Set(recipes.filter(({ name }) => name.startsWith('shapes')).map((r) => r.settings.method.type));
    const all: MethodSettings['type'][] = ['vanilla', 'mixup', 'cutmix', 'mixprop', 'advprop', 'fast-advprop'];
    expect([...types].sort()).toEqual(all.sort());
    for (const name of recipes.map((recipe) => recipe.name)) expect(experimentNameProblem(name)).toBeUndefined();
  });

  test('have titles of their own and one line of detail', () => {
    expect(new Set(recipes.map(({ title }) => title)).size).toBe(recipes.length);
    for (const { detail } of recipes) expect(detail).toMatch(/^\S.*\.$/);
    expect(recipeGroups.map(({ dataFolder }) => dataFolder === null)).toEqual([true, false, false, false]);
  });

  test.each(recipes)('$name is valid, without a warning, and its text says the same', (recipe) => {
    const path = recipe.group.dataFolder === null ? null : '.';
    const { experiment, problems } = parseExperiment(recipeText(recipe, recipe.name, path), folder);
    expect(problems).toEqual([]);
    expect(experiment).toEqual(experimentOf(recipe));
  });

  test.each([
    ['cifar100-preact-resnet18-vanilla', 11_218_340],
    ['cifar100-preact-resnet50-vanilla', 23_697_572],
    ['imagenet100-resnet18-vanilla', 11_227_812],
    ['imagenet100-resnet50-vanilla', 23_712_932],
  ])('%s has the parameters of the paper’s network', (name, count) => {
    const { specs } = buildNetwork(experimentOf(named(name)).model, 100, ['main']);
    const trainable = specs.filter(({ role }) => isTrainable(role));
    expect(trainable.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0)).toBe(count);
  });

  test('choose eight validation images that are there', () => {
    const counts = { shapes: 1000, 'image-folder': 8, cifar100: 10_000, imagenet100: 5000 };
    for (const recipe of recipes) {
      const { images, every } = experimentOf(recipe).explain;
      const [, count] = Object.entries(counts).find(([prefix]) => recipe.name.startsWith(prefix))!;
      expect(new Set(images).size, recipe.name).toBe(8);
      for (const image of images) expect(image, recipe.name).toBeLessThan(count);
      // Each record of a long training is kept.
      expect(recipe.settings.training.epochs! / every!, recipe.name).toBeLessThanOrEqual(32);
    }
  });

  test('of the paper have its settings (section 4.1)', () => {
    const common = { learningRate: 0.1, momentum: 0.9, weightDecay: 5e-4 };
    for (const recipe of recipes.filter(({ name }) => /^(cifar|imagenet)100/.test(name))) {
      const { dataset, optimizer, schedule, training, model, augmentation } = experimentOf(recipe);
      expect(optimizer).toMatchObject(common);
      expect(schedule.factor).toBe(0.1);
      expect(model.width).toBe(64);
      expect(augmentation.type).toBe(dataset.type === 'cifar100' ? 'crop-flip' : 'resized-crop-flip');
      if (dataset.type === 'cifar100') {
        expect([training.epochs, training.batchSize, schedule.milestones]).toEqual([320, 128, [100, 180, 260]]);
      } else {
        expect(dataset).toMatchObject({ type: 'image-folder', imageSize: 224 });
        expect([training.epochs, training.batchSize, schedule.milestones]).toEqual([270, 128, [90, 180, 220]]);
      }
    }
    for (const [pgd, epsilonPixels, steps] of [
      ['pgd1', 1, 1],
      ['pgd3', 2, 3],
      ['pgd4', 3, 4],
    ]) {
      const { method } = experimentOf(named(`cifar100-preact-resnet18-advprop-${pgd}`));
      expect(method).toMatchObject({ attack: { epsilonPixels, steps, stepPixels: 1, targeted: false } });
    }
  });

  test('quote the paper’s Tables 1 and 2, each figure where it belongs', () => {
    const top1 = (prefix: string) => methods.map((method) => named(`${prefix}-${method}`).published?.top1);
    expect(top1('cifar100-preact-resnet18')).toEqual([78.05, 75.68, 77.54, undefined, 75.06, ...Array(3)]);
    expect(top1('cifar100-preact-resnet50')).toEqual([79.74, 77.08, 78.62, ...Array(3), 76.7, undefined]);
    // Table 2 does not say how strong the attack was.
    expect(top1('imagenet100-resnet18')).toEqual([84.58, 83.4, 84.1, undefined, 83.76, 83.76, 83.76, undefined]);
    expect(top1('imagenet100-resnet50')).toEqual([85.64, 84.84, 84.92, undefined, 86.18, 86.18, 86.18, undefined]);
    expect(named('cifar100-preact-resnet18-mixprop').detail).toContain('The paper: 78.05 % top-1 (Table 1).');
    expect(named('cifar100-preact-resnet18-cutmix').detail).toContain('Not in Table 1');
    expect(recipes.filter(({ name, published }) => /^(shapes|image-folder)/.test(name) && published)).toEqual([]);
  });

  test.each(recipes.filter(({ name }) => name.startsWith('shapes')))('$name trains', async (recipe) => {
    const input = recipeExperiment(recipe, recipe.name, null);
    const experiment = experimentSchema.parse({
      ...input,
      dataset: { type: 'shapes', imageSize: 16, trainingImages: 20, validationImages: 10 },
      model: { ...input.model, width: 4 },
      schedule: {},
      training: { epochs: 1, batchSize: 10 },
    });
    const end = await startRun({
      experiment,
      baseFolder: folder,
      runsFolder: folder,
      id: recipe.name,
      backend: testBackend,
      warnings: [],
      stop: new AbortController(),
    });
    expect(end).toBe('finished');
    const steps = effectiveEvents(readAllEvents(join(folder, recipe.name))).filter((event) => event.type === 'step');
    expect(steps.map(({ loss }) => Number.isFinite(loss.total))).toEqual([true, true]);
  });
});

test('the text of a recipe is valid for every allowed name and folder', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 100 }),
      fc.constantFrom(...recipes),
      fc.string({ unit: 'binary', minLength: 1 }),
      (name, recipe, path) => {
        fc.pre(experimentNameProblem(name) === undefined);
        const errors: ParseError[] = [];
        const value: unknown = parse(recipeText(recipe, name, path), errors);
        expect(errors).toEqual([]);
        const { name: read, dataset } = experimentSchema.parse(value);
        expect(read).toBe(name);
        expect(dataset).toMatchObject(recipe.group.dataFolder === null ? { type: 'shapes' } : { path });
      },
    ),
  );
});

test('without a folder the text has one to be changed, and says what it holds', () => {
  const text = recipeText(named('cifar100-preact-resnet18-mixprop'), 'a', null);
  expect(text).toContain('"path": "data/cifar100"');
  expect(text).toContain('cifar-100-binary.tar.gz');
});

test('the text of a recipe describes the augmentation that it has', () => {
  const text = (name: string) => recipeText(named(name), 'a', null);
  expect(text('cifar100-preact-resnet18-mixprop')).toContain('// Pad 4 pixels, crop at random');
  expect(text('imagenet100-resnet18-mixprop')).toContain('// Crop a random box, resize it');
});

test('the lines of a recipe’s text are short, and its sections in the schema’s order', () => {
  const order = Object.keys(experimentSchema.shape);
  for (const recipe of recipes) {
    const text = recipeText(recipe, recipe.name, null);
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(120);
    const sections = [...text.matchAll(/^ {2}"(\w+)"/gm)].map((match) => order.indexOf(match[1]));
    expect(sections).toEqual([...sections].sort((a, b) => a - b));
  }
});
