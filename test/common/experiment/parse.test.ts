import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { formatProblem, parseExperiment } from '../../../common/experiment/parse';
import { experimentJsonSchema } from '../../../common/experiment/schema';

const folder = mkdtempSync(join(tmpdir(), 'mixprop-parse-'));
const home = mkdtempSync(join(tmpdir(), 'mixprop-home-'));
for (const name of ['HOME', 'USERPROFILE']) vi.stubEnv(name, home);
afterAll(() => {
  for (const path of [folder, home]) rmSync(path, { recursive: true });
});

const lines = (text: string) => parseExperiment(text, folder).problems.map((problem) => formatProblem('e', problem));

describe('an experiment file', () => {
  test('is marked at the brace alone where what is wrong is not written', () => {
    const { problems } = parseExperiment(
      '{\n "dataset": { "type": "shapes", "trainingImages": 20 },\n "training": {}\n}',
      folder,
    );
    expect(problems).toMatchObject([{ field: 'training.batchSize', line: 3, column: 14, endLine: 3, endColumn: 15 }]);
  });

  test('may be empty: every field has a default', () => {
    const { experiment, problems } = parseExperiment('{ } // a comment', folder);
    expect(problems).toEqual([]);
    expect(experiment).toMatchObject({
      name: 'experiment',
      dataset: { type: 'shapes' },
      method: { type: 'mixprop', alpha: 1, lossReduction: 'sum' },
      optimizer: { learningRate: 0.1, momentum: 0.9, weightDecay: 5e-4, weightDecayNormalization: true },
    });
  });

  test('takes every field that the documentation shows', () => {
    const text = `{ "name": "a", "seed": 1,
      "dataset": { "type": "image-folder", "path": ".", "imageSize": 32,
        "normalization": { "mean": [0.5071, 0.4867, 0.4408], "std": [0.2675, 0.2565, 0.2761] } },
      "model": { "architecture": "preact-resnet18", "width": 64, "preactivation": "he", "initialWeights": null },
      "method": { "type": "mixprop", "auxiliary": "mixup", "alpha": 1, "lossReduction": "sum" },
      "optimizer": { "learningRate": 0.1, "momentum": 0.9, "weightDecay": 0.0005, "weightDecayNormalization": true },
      "schedule": { "milestones": [100, 180, 260], "factor": 0.1 },
      "training": { "epochs": 320, "batchSize": 128, "precision": "float32" },
      "augmentation": { "type": "crop-flip" },
      "record": { "draws": true } }`;
    expect(lines(text)).toEqual([]);
  });

  test.each([
    ['{', 'e:1:2: not valid JSON: close brace expected'],
    ['', 'e:1:1: not valid JSON: the file is empty; {} is an experiment with every field at its default'],
    ['[]', 'e:1:1: must be an object, not an array'],
    ['{"dataset":{"type":"cifar10"}}', 'e:1:12: dataset: needs the field "path"'],
    ['{"dataset":{}}', 'e:1:12: dataset.type: must have one of "shapes", "image-folder", "cifar10", "cifar100"'],
    [
      '{"dataset":{"type":"cifar"}}',
      'e:1:20: dataset.type: must be one of "shapes", "image-folder", "cifar10", "cifar100"',
    ],
    [
      '{"dataset":{"type":"shapes"},\n"optimizer":{"learningRte":1}}',
      'e:2:14: optimizer.learningRte: unknown field; did you mean "learningRate"?',
    ],
    [
      '{"dataset":{"type":"shapes"},"method":{"type":"vanilla","alpha":1}}',
      'e:1:57: method.alpha: unknown field; known here: type',
    ],
    [
      '{"dataset":{"type":"shapes"},"training":{"epochs":"5"}}',
      'e:1:51: training.epochs: must be a number, not "5": leave out the quotes',
    ],
    ['{"record":{"draws":"true"}}', 'e:1:20: record.draws: must be true or false, not "true": leave out the quotes'],
    [
      '{"optimizer":{"learningRate":1e999}}',
      'e:1:30: optimizer.learningRate: must be a number, not one too large to compute with',
    ],
    ['{"seed":9007199254740993}', 'e:1:9: seed: must be at most 4294967295'],
    ['{"explain":{"images":[1.5]}}', 'e:1:23: explain.images.0: must be a text or a whole number, not 1.5'],
    ['{"dataset":{"type":"cifar10","path":""}}', 'e:1:37: dataset.path: must not be empty'],
    [
      '{"dataset":{"type":"shapes","normalization":{"mean":[0,0],"std":[1,1,1]}}}',
      'e:1:53: dataset.normalization.mean: must have at least 3 entries',
    ],
    ['{"learning_rate":0.1}', 'e:1:2: learning_rate: unknown field; did you mean "optimizer.learningRate"?'],
    [
      '{"batch-size":64}',
      'e:1:2: batch-size: unknown field; did you mean "training.batchSize" or "evaluation.batchSize"?',
    ],
    ['{"train":{"epochs":5}}', 'e:1:2: train: unknown field; did you mean "training"?'],
    [
      '{"dataset":{"type":"shapes"},"training":{"batchSize":1}}',
      'e:1:54: training.batchSize: must be at least 2: batch normalisation compares the images of a batch; the paper has 128',
    ],
    [
      '{"dataset":{"type":"shapes"},"evaluation":{"batchSize":0}}',
      'e:1:56: evaluation.batchSize: must be greater than 0',
    ],
    [
      '{"dataset":{"type":"shapes"},"method":{"type":"mixprop","alpha":0}}',
      'e:1:65: method.alpha: must be greater than 0: λ ~ Beta(α, α); 1 is uniform, 0.2 mixes little',
    ],
    [
      '{"dataset":{"type":"shapes"},"schedule":{"milestones":[9,3]},"training":{"epochs":20}}',
      'e:1:58: schedule.milestones.1: milestones must rise: each is a number of finished epochs, counted from the start',
    ],
  ])('%s is refused with line, column and field', (text, expected) => {
    expect(lines(text)).toContain(expected);
    expect(parseExperiment(text, folder).experiment).toBeUndefined();
    expect(new Set(lines(text).map((line) => line.split(': ')[0])).size).toBe(lines(text).length);
  });

  test('a data folder that is not there is an error at its field', () => {
    const [line] = lines('{"dataset":{"type":"image-folder","path":"nowhere"}}');
    expect(line).toContain(`e:1:42: dataset.path: there is no folder ${join(folder, 'nowhere')}`);
  });

  test('milestones beyond the last epoch are one warning', () => {
    const { experiment, problems } = parseExperiment(
      '{"dataset":{"type":"shapes"},"training":{"epochs":5},"schedule":{"milestones":[3,50,90]}}',
      folder,
    );
    expect(experiment).toBeDefined();
    expect(problems.map(({ severity, field }) => [severity, field])).toEqual([['warning', 'schedule.milestones.1']]);
  });

  test('any text gives an experiment or problems within the text, never an exception', () => {
    const json = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .constant('{"dataset":{"type":"shapes"},"model":')
        .chain((start) => fc.json().map((rest) => `${start}${rest}}`)),
    );
    fc.assert(
      fc.property(json, (text) => {
        const { experiment, problems } = parseExperiment(text, folder);
        expect(experiment === undefined).toBe(problems.some(({ severity }) => severity === 'error'));
        const lineCount = text.split('\n').length;
        for (const problem of problems) expect(problem.line <= lineCount && problem.column >= 1).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    [
      '{"training":{"batchSize":16},\n"seed":1,\n"training":{"batchSize":32}}',
      'e:3:1: training: is there twice, line 1 and line 3: remove one',
    ],
    [
      '{"method":{"type":"advprop",\n"attack":{"steps":1,\n"steps":2}}}',
      'e:3:1: method.attack.steps: is there twice, line 2 and line 3: remove one',
    ],
    ['{"seed":1,"seed":1}', 'e:1:11: seed: is there twice, both in line 1: remove one'],
    ['{"seed":1,"Seed":2}', 'e:1:11: Seed: unknown field; did you mean "seed"?'],
    ['{"seed":1,"seed ":2}', 'e:1:11: seed : unknown field; did you mean "seed"?'],
  ])('%s would lose a value and is refused', (text, expected) => {
    const { experiment, problems } = parseExperiment(text, folder);
    expect(experiment).toBeUndefined();
    expect(problems.map((problem) => formatProblem('e', problem))).toEqual([expected]);
  });

  test('a key twice is one problem among the others, in the order of the text, with the place of the first', () => {
    const { problems } = parseExperiment(
      '{ "epochs": 5,\n"seed": 1,\n"seed": 2,\n"training": { "epochs": 0 } }',
      folder,
    );
    expect(problems.map(({ field, source, first }) => [field, source, first?.line])).toEqual([
      ['epochs', 'schema', undefined],
      ['seed', 'duplicate', 2],
      ['training.epochs', 'schema', undefined],
    ]);
    expect(problems[0].message).toBe('unknown field; did you mean "training.epochs"?');
  });

  test('the home folder is put for ~ in every path', () => {
    writeFileSync(join(home, 'classes.txt'), '');
    const { experiment, problems } = parseExperiment(
      `{ "dataset": { "type": "image-folder", "path": "~", "classes": "~/classes.txt" },
         "explain": { "images": ["~/classes.txt"] } }`,
      folder,
    );
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(experiment).toMatchObject({
      dataset: { path: home, classes: join(home, 'classes.txt') },
      explain: { images: [join(home, 'classes.txt')] },
    });
  });

  test('a file that is not in the home folder is named in full', () => {
    const [line] = lines('{"model":{"initialWeights":"~/none.safetensors"}}');
    expect(line).toContain(`model.initialWeights: there is no file ${join(home, 'none.safetensors')}`);
  });

  test('without a folder the disk is left alone', () => {
    const text = '{"dataset":{"type":"image-folder","path":"nowhere"},"explain":{"images":["nowhere.png"]}}';
    expect(parseExperiment(text, null).problems).toEqual([]);
  });
});

test('the JSON schema describes every field and refuses unknown ones', () => {
  const undescribed: string[] = [];
  const visit = (node: unknown, path: string) => {
    if (typeof node !== 'object' || node === null) return;
    const { properties, additionalProperties, anyOf, oneOf } = node as Record<string, unknown>;
    if (properties) {
      expect(additionalProperties, path).toBe(false);
      for (const [name, child] of Object.entries(properties as object)) {
        if (name !== '$schema' && !(child as { description?: string }).description) undescribed.push(`${path}.${name}`);
        visit(child, `${path}.${name}`);
      }
    }
    for (const option of [...((anyOf as unknown[]) ?? []), ...((oneOf as unknown[]) ?? [])]) visit(option, path);
  };
  visit(experimentJsonSchema(), '');
  expect(undescribed).toEqual([]);
});
