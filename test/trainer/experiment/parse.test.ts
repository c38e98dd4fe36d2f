import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { formatProblem, parseExperiment, setField } from '../../../trainer/experiment/parse';
import { type ExperimentInput, experimentJsonSchema } from '../../../trainer/experiment/schema';

const folder = mkdtempSync(join(tmpdir(), 'mixprop-parse-'));
afterAll(() => rmSync(folder, { recursive: true }));

const lines = (text: string) => parseExperiment(text, folder).problems.map((problem) => formatProblem('e', problem));

describe('an experiment file', () => {
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
      "model": { "architecture": "preact-resnet18", "width": 64, "stem": "cifar", "preactivation": "he", "initialWeights": null },
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
    ['', 'e:1:1: not valid JSON: value expected'],
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
    ['{"dataset":{"type":"shapes"},"training":{"epochs":"5"}}', 'e:1:51: training.epochs: must be a number, not "5"'],
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

  test('--set changes one field, JSON or text', () => {
    const text = '{ "dataset": { "type": "shapes" } }';
    const changed = setField(setField(text, 'training.epochs', '3'), 'name', 'abc');
    const expected: ExperimentInput = { dataset: { type: 'shapes' }, training: { epochs: 3 }, name: 'abc' };
    expect(JSON.parse(changed)).toEqual(expected);
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
