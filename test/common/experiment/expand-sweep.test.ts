import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allFields } from '../../../common/experiment/field-schema';
import { formatProblem, parseExperiment } from '../../../common/experiment/parse';
import { experimentSchema } from '../../../common/experiment/schema';

const small = { name: 'small', training: { epochs: 2, batchSize: 16 } };
const parse = (sweep: unknown, base: object = small) =>
  parseExperiment(JSON.stringify({ ...base, sweep }, null, 1), null);
const settingsOf = (sweep: unknown, base?: object) => parse(sweep, base).points?.map(({ settings }) => settings);
/** "sweep.grid.seed.1: message" */
const problemsOf = (sweep: unknown, base?: object) =>
  parse(sweep, base).problems.map(({ field, message, severity }) => `${severity} ${field}: ${message}`);

describe('a sweep', () => {
  test('of a grid stands for every combination, the last field changing fastest', () => {
    const grid = { 'method.type': ['vanilla', 'mixprop'], seed: [1, 2, 3] };
    const { points, experiment, problems } = parse({ grid });
    expect(problems).toEqual([]);
    expect(experiment).not.toHaveProperty('sweep');
    expect(points!.map(({ settings }) => Object.values(settings).join(' '))).toEqual([
      'vanilla 1',
      'vanilla 2',
      'vanilla 3',
      'mixprop 1',
      'mixprop 2',
      'mixprop 3',
    ]);
    expect(points![4]!.experiment).toEqual({ ...experiment, method: points![4]!.experiment.method, seed: 2 });
    expect(points![4]!.experiment.method.type).toBe('mixprop');
  });

  test('of a list has one run an entry, and seeds multiply it from the seed of the file on', () => {
    const list = [{}, { 'optimizer.learningRate': 0.5, method: { type: 'vanilla' } }];
    expect(settingsOf({ list, seeds: 2 }, { ...small, seed: 7 })).toEqual([
      { seed: 7 },
      { seed: 8 },
      { 'optimizer.learningRate': 0.5, method: { type: 'vanilla' }, seed: 7 },
      { 'optimizer.learningRate': 0.5, method: { type: 'vanilla' }, seed: 8 },
    ]);
  });

  test('of seeds alone repeats the experiment; null is none', () => {
    expect(settingsOf({ seeds: 3 })).toEqual([{ seed: 1 }, { seed: 2 }, { seed: 3 }]);
    expect(parse(null).points).toBeUndefined();
    expect(parse(null).experiment).toEqual(experimentSchema.parse(small));
  });

  test('gives an object that the file leaves out its default kind, and makes one of null', () => {
    const [vanilla, noise] = parse({ list: [{ 'method.auxiliary': 'cutmix' }, { 'training.stopWhen.patience': 1 }] })
      .points!;
    expect(vanilla!.experiment.method).toMatchObject({ type: 'mixprop', auxiliary: 'cutmix' });
    expect(noise!.experiment.training).toMatchObject({ epochs: 2, stopWhen: { metric: 'main.top1', patience: 1 } });
  });

  test('sets a part of an object after the whole, and entries of lists that are there', () => {
    const base = { ...small, training: { epochs: 9 }, schedule: { milestones: [3, 6] } };
    const grid = { 'method.lossReduction': ['mean'], method: [{ type: 'mixprop' }], 'schedule.milestones.1': [5, 8] };
    const points = parse({ grid }, base).points!;
    expect(points.map(({ experiment }) => experiment.schedule.milestones)).toEqual([
      [3, 5],
      [3, 8],
    ]);
    expect(points[0]!.experiment.method).toMatchObject({ type: 'mixprop', lossReduction: 'mean' });
  });
});

describe('random draws', () => {
  const space = {
    'optimizer.learningRate': { min: 0.001, max: 1, scale: 'log' },
    'optimizer.momentum': { min: 0.5, max: 0.9 },
    'training.batchSize': { min: 8, max: 64, integer: true },
    'method.type': { choice: ['vanilla', 'mixprop'] },
  };

  test('are the same everywhere and every time', () => {
    expect(settingsOf({ random: { count: 3, seed: 5, space } })).toMatchInlineSnapshot(`
      [
        {
          "method.type": "mixprop",
          "optimizer.learningRate": 0.747287,
          "optimizer.momentum": 0.676396,
          "training.batchSize": 53,
        },
        {
          "method.type": "mixprop",
          "optimizer.learningRate": 0.00116116,
          "optimizer.momentum": 0.78748,
          "training.batchSize": 60,
        },
        {
          "method.type": "vanilla",
          "optimizer.learningRate": 0.611771,
          "optimizer.momentum": 0.861798,
          "training.batchSize": 14,
        },
      ]
    `);
  });

  test('grow with the count, and stay when a field is added', () => {
    const few = settingsOf({ random: { count: 5, seed: 2, space } })!;
    expect(settingsOf({ random: { count: 9, seed: 2, space } })!.slice(0, 5)).toEqual(few);
    const more = { ...space, 'optimizer.weightDecay': { min: 0, max: 0.001 } };
    const [first] = settingsOf({ random: { count: 5, seed: 2, space: more } })!;
    expect(first).toMatchObject(few[0]!);
    expect(settingsOf({ random: { count: 5, seed: 3, space } })).not.toEqual(few);
  });

  test('fill their range: uniform in the value or in its logarithm, ends of whole numbers included', () => {
    const points = settingsOf({ random: { count: 2000, seed: 1, space } })!;
    const shareBelow = (field: string, bound: number) =>
      points.filter((settings) => (settings[field] as number) < bound).length / points.length;
    expect(shareBelow('optimizer.learningRate', 0.01)).toBeCloseTo(1 / 3, 1);
    expect(shareBelow('optimizer.learningRate', 0.1)).toBeCloseTo(2 / 3, 1);
    expect(shareBelow('optimizer.momentum', 0.7)).toBeCloseTo(1 / 2, 1);
    const sizes = points.map((settings) => settings['training.batchSize'] as number);
    expect([Math.min(...sizes), Math.max(...sizes)]).toEqual([8, 64]);
    expect(new Set(sizes).size).toBe(57);
  });

  test('never give a combination twice', () => {
    const choices = { seed: { choice: [1, 2, 3] } };
    expect(
      settingsOf({ random: { count: 3, space: choices } })!
        .map(({ seed }) => seed)
        .sort(),
    ).toEqual([1, 2, 3]);
    expect(problemsOf({ random: { count: 4, space: choices } })).toEqual([
      'error sweep.random.count: the space has only 3 different combinations: lower it to 3',
    ]);
  });
});

describe('what is wrong with a sweep', () => {
  test.each<[what: string, sweep: unknown, problems: string[], base?: object]>([
    ['nothing in it', {}, ['error sweep: needs grid, list, random or seeds; null, or nothing, is for one run']],
    [
      'two kinds',
      { grid: { seed: [1] }, list: [{}] },
      ['error sweep.list: a sweep is either grid or list: remove one of them'],
    ],
    [
      'no field',
      { grid: {} },
      ['error sweep.grid: names no field: give at least one, such as "optimizer.learningRate"'],
    ],
    ['no value', { grid: { seed: [] } }, ['error sweep.grid.seed: must have at least 1 entries']],
    [
      'a misspelt field',
      { grid: { 'optimiser.learningRate': [1] } },
      ['error sweep.grid.optimiser.learningRate: there is no such field; did you mean "optimizer.learningRate"?'],
    ],
    [
      'a field of another object',
      { grid: { batchSize: [16] } },
      [
        'error sweep.grid.batchSize: there is no such field; did you mean "training.batchSize" or "evaluation.batchSize"?',
      ],
    ],
    [
      'the name',
      { grid: { name: ['a', 'b'] } },
      ['error sweep.grid.name: cannot be swept: all runs of a sweep are called after its name'],
    ],
    [
      'a sweep of sweeps',
      { list: [{ 'sweep.seeds': 2 }] },
      ['error sweep.list.0.sweep.seeds: cannot be swept: name a field of the experiment'],
    ],
    [
      'a value of another type',
      { grid: { 'optimizer.learningRate': [0.1, 'high', 'high'] } },
      [
        'error sweep.grid.optimizer.learningRate.1: must be a number, not "high"',
        'error sweep.grid.optimizer.learningRate.2: must be a number, not "high"',
      ],
    ],
    [
      'a value out of range',
      { random: { count: 2, space: { 'optimizer.momentum': { min: 0.5, max: 3 } } } },
      ['error sweep.random.space.optimizer.momentum: must be less than 1'],
    ],
    [
      'a part of a value',
      { list: [{ method: { type: 'mixprop', alhpa: 1 } }] },
      ['error sweep.list.0.method.alhpa: unknown field; did you mean "alpha"?'],
    ],
    [
      'an unknown method',
      { grid: { 'method.type': ['mixpropp', 'vanilla'], seed: [1, 2] } },
      [
        'error sweep.grid.method.type.0: must be one of "vanilla", "mixup", "cutmix", "advprop", "fast-advprop", "mixprop"; did you mean "mixprop"?',
      ],
    ],
    [
      'a field of one method under another',
      { grid: { 'method.type': ['vanilla', 'mixprop'], 'method.alpha': [1, 2] } },
      [
        'error sweep.grid.method.alpha.0: run 1 (method.type "vanilla", method.alpha 1): method.alpha is not a field of method.type "vanilla": sweep "method" with whole objects, such as { "type": "vanilla" }',
        'error sweep.grid.method.alpha.1: run 2 (method.type "vanilla", method.alpha 2): method.alpha is not a field of method.type "vanilla": sweep "method" with whole objects, such as { "type": "vanilla" }',
      ],
    ],
    [
      'the file’s field under another method',
      { grid: { 'method.type': ['vanilla', 'mixprop'] } },
      [
        'error sweep.grid.method.type.0: run 1 (method.type "vanilla"): method.alpha is not a field of method.type "vanilla": sweep "method" with whole objects, such as { "type": "vanilla" }',
      ],
      { ...small, method: { type: 'mixprop', alpha: 2 } },
    ],
    [
      'an object without its kind',
      { list: [{ method: { alpha: 2 } }] },
      [
        'error sweep.list.0.method.type: must have one of "vanilla", "mixup", "cutmix", "advprop", "fast-advprop", "mixprop"',
      ],
    ],
    [
      'values that do not go together',
      { grid: { 'training.epochs': [2, 9], 'schedule.warmupEpochs': [1, 5] } },
      [
        'error sweep.grid.schedule.warmupEpochs.1: run 2 (training.epochs 2, schedule.warmupEpochs 5): schedule.warmupEpochs: the warm-up must be shorter than training (2 epochs)',
      ],
    ],
    [
      'a value implausible in each of its runs',
      { grid: { 'optimizer.learningRate': [0.1, 1000], seed: [1, 2] } },
      [
        'warning sweep.grid.optimizer.learningRate.1: run 3 (optimizer.learningRate 1000, seed 1): optimizer.learningRate: 1000 is implausibly high: training will most likely diverge; about 0.0063 is usual for a batch of 16 (0.1 for 256)',
      ],
    ],
    [
      'a run twice',
      { grid: { seed: [1, 2, 1], 'method.type': ['vanilla', 'mixprop'] } },
      ['error sweep.grid.seed.2: runs 1 and 5 are the same (seed 1, method.type "vanilla"): remove one'],
    ],
    [
      'a run twice in other words',
      { list: [{}, { seed: 2 }, { seed: 1 }] },
      ['error sweep.list.2: runs 1 and 3 are the same (seed 1): remove one'],
    ],
    [
      'seeds twice',
      { grid: { seed: [1, 2] }, seeds: 2 },
      ['error sweep.seeds: the sweep gives "seed" its values already: remove one of the two'],
    ],
    [
      'too many',
      { grid: { seed: Array.from({ length: 101 }, (_, i) => i) }, seeds: 100 },
      [
        'error sweep: stands for 10100 runs, and a sweep has at most 10000: leave out values, or draw from them with random',
        'error sweep.seeds: the sweep gives "seed" its values already: remove one of the two',
      ],
    ],
    [
      'far too many',
      { list: Array.from({ length: 101 }, () => ({})), seeds: 100 },
      [
        'error sweep: stands for 10100 runs, and a sweep has at most 10000: leave out values, or draw from them with random',
      ],
    ],
    [
      'a range without an end',
      { random: { count: 1, space: { seed: { min: 1 } } } },
      ['error sweep.random.space.seed: needs min and max, or choice'],
    ],
    [
      'an empty range',
      { random: { count: 1, space: { seed: { min: 1, max: 1 } } } },
      ['error sweep.random.space.seed.max: must be greater than min, 1'],
    ],
    [
      'zero on a log scale',
      { random: { count: 1, space: { seed: { min: 0, max: 1, scale: 'log' } } } },
      ['error sweep.random.space.seed.min: must be greater than 0 on a log scale'],
    ],
    [
      'a broken whole number',
      { random: { count: 1, space: { seed: { min: 0.5, max: 1, integer: true } } } },
      ['error sweep.random.space.seed.min: must be a whole number where integer is true'],
    ],
    [
      'a choice with bounds',
      { random: { count: 1, space: { seed: { min: 0.5, choice: [1] } } } },
      ['error sweep.random.space.seed.min: choice has no bounds: remove it, or choice'],
    ],
    [
      'no place of a list',
      { grid: { 'schedule.milestones.3': [4] } },
      ['error sweep.grid.schedule.milestones.3.0: the file has no such entry: give the whole list'],
    ],
    [
      'a misspelt field of its own',
      { random: { count: 1, spaces: {} } },
      [
        'error sweep.random: needs the field "space"',
        'error sweep.random.spaces: unknown field; did you mean "space"?',
      ],
    ],
    [
      'a misspelt field of a range',
      { random: { count: 1, space: { seed: { minimum: 1 } } } },
      ['error sweep.random.space.seed.minimum: unknown field; known here: min, max, scale, integer, choice'],
    ],
    ['a number of seeds that is none', { seeds: 0 }, ['error sweep.seeds: must be at least 1']],
    [
      'seeds beyond the last',
      { seeds: 2 },
      ['error sweep.seeds: must be at most 4294967295'],
      { ...small, seed: 0xffff_ffff },
    ],
    ['a list that is a grid', { list: { seed: [1] } }, ['error sweep.list: must be an array, not an object']],
    ['a single value', { grid: { seed: 1 } }, ['error sweep.grid.seed: must be an array, not 1']],
  ])('%s', (_, sweep, problems, base) => {
    expect(problemsOf(sweep, base)).toEqual(problems);
  });
});

/** A field with values that it can have, and some that it cannot. */
const anyField = fc.constantFrom(
  ...allFields(),
  'nothing',
  'training.nothing',
  'schedule.milestones.0',
  '__proto__',
  'method.toString',
);
const anyValue = fc.oneof(
  fc.constantFrom('vanilla', 'mixprop', 'cosine', 'shapes', 0, 1, 2, 0.5, -1, true, null, 1e300),
  fc.constantFrom({}, [], { type: 'vanilla' }, { type: 'mixprop', alpha: 2 }, { epochs: 3 }, [1, 2]),
  fc.string({ maxLength: 5 }),
);
const anySweep = fc.oneof(
  fc.record(
    {
      grid: fc.dictionary(anyField, fc.array(anyValue, { maxLength: 3 }), { maxKeys: 3 }),
      seeds: fc.integer({ min: 1, max: 3 }),
    },
    { requiredKeys: ['grid'] },
  ),
  fc.record({ list: fc.array(fc.dictionary(anyField, anyValue, { maxKeys: 3 }), { maxLength: 4 }) }),
  fc.record({
    random: fc.record({
      count: fc.integer({ min: 1, max: 5 }),
      space: fc.dictionary(
        anyField,
        fc.oneof(
          fc.record({ choice: fc.array(anyValue, { maxLength: 3 }) }),
          fc.record({
            min: fc.double(),
            max: fc.double(),
            integer: fc.boolean(),
            scale: fc.constantFrom('log', 'linear'),
          }),
        ),
        { maxKeys: 2 },
      ),
    }),
  }),
  fc.anything({ maxDepth: 3 }),
);

test('whatever a sweep is, it stands for runs that can each be trained, or has problems that lie in it', () => {
  fc.assert(
    fc.property(anySweep, (sweep) => {
      const { points, problems } = parse(JSON.parse(JSON.stringify(sweep ?? null)));
      expect(problems.filter(({ field }) => !field.startsWith('sweep'))).toEqual([]);
      const errors = problems.filter(({ severity }) => severity === 'error');
      for (const { experiment, settings } of points ?? []) {
        const alone = Object.entries(settings).length === 0 ? small : experiment;
        const again = parseExperiment(JSON.stringify(alone), null);
        expect(again.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
        expect(again.experiment).toEqual(experiment);
      }
      if (points) expect(new Set(points.map(({ experiment }) => JSON.stringify(experiment))).size).toBe(points.length);
      else expect(errors.length > 0 || sweep === null || sweep === undefined).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test('a grid stands for the product of its values', () => {
  const fields = {
    seed: [1, 2, 3, 4],
    'optimizer.momentum': [0, 0.5, 0.9],
    'training.batchSize': [4, 8, 16],
    'model.width': [8, 16],
  };
  const lengths = fc.record(
    {
      seed: fc.integer({ min: 1, max: 4 }),
      'optimizer.momentum': fc.integer({ min: 1, max: 3 }),
      'training.batchSize': fc.integer({ min: 1, max: 3 }),
      'model.width': fc.integer({ min: 1, max: 2 }),
    },
    { requiredKeys: ['model.width'] },
  );
  fc.assert(
    fc.property(lengths, (taken) => {
      const grid = Object.fromEntries(
        Object.entries(taken).map(([field, length]) => [field, fields[field as keyof typeof fields].slice(0, length)]),
      );
      const product = Object.values(taken).reduce((size, length) => size * length, 1);
      expect(parse({ grid }).points).toHaveLength(product);
    }),
    { numRuns: 30 },
  );
});

test('a problem is marked at the value', () => {
  const text = '{ "sweep": {\n "grid": {\n "optimizer.learningRate": [0.1,\n -1] } } }';
  expect(parseExperiment(text, null).problems.map((problem) => formatProblem('e', problem))).toEqual([
    'e:4:2: sweep.grid.optimizer.learningRate.1: must be greater than 0',
  ]);
});

test('paths of the sweep are looked for on the disk, and those of the file once', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mixprop-swept-path-'));
  try {
    for (const split of ['train', 'val']) mkdirSync(join(folder, 'there', split, 'a'), { recursive: true });
    const dataset = { type: 'image-folder', path: 'there' };
    const text = (grid: object, path = 'there') => JSON.stringify({ dataset: { ...dataset, path }, sweep: { grid } });
    const fieldsOf = (written: string) =>
      parseExperiment(written, folder).problems.flatMap(({ severity, field }) => (severity === 'error' ? [field] : []));
    expect(fieldsOf(text({ 'dataset.path': ['there', 'gone', '~/gone'] }))).toEqual([
      'sweep.grid.dataset.path.1',
      'sweep.grid.dataset.path.2',
    ]);
    expect(fieldsOf(text({ seed: [1, 2] }, 'gone'))).toEqual(['dataset.path']);
    expect(fieldsOf(text({ 'model.width': [8, 16] }, 'gone'))).toEqual(['dataset.path']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
