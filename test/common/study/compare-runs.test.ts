import { describe, expect, test } from 'vitest';
import type { EvaluationPredictions } from '../../../common/run/evaluation-predictions';
import { type Evaluation, EvaluationError } from '../../../common/run/evaluations';
import { noNotes } from '../../../common/run/run-notes';
import { type ComparedRun, compareRuns } from '../../../common/study/compare-runs';
import type { RunRow } from '../../../common/study/run-row';
import { wilsonInterval } from '../../../common/study/statistics/wilson';
import { someEvaluation } from '../run/evaluation-fixture';
import { somePredictions } from './study-evaluations';

const validated = (epoch: number, top1: number | null, loss: number | null = 1) => ({
  epoch,
  main: { top1, top5: top1, loss },
});

function run(id: string, settings: RunRow['settings'], change: Partial<RunRow> = {}, images?: number): ComparedRun {
  const row: RunRow = {
    folder: `/runs/${id}`,
    id,
    label: id,
    notes: noNotes,
    state: 'finished',
    furtherProblems: [],
    settings,
    epoch: 3,
    step: 30,
    totalEpochs: 3,
    totalSteps: 30,
    finishedEpochs: 3,
    ...change,
  };
  return { row, evaluations: [], ...(images !== undefined && { validationImages: images }) };
}

const trained = (id: string, settings: RunRow['settings'], top1: number | null, loss?: number | null) =>
  run(id, settings, { best: validated(2, top1, loss), last: validated(3, top1, loss) }, 100);

const classes = ['cat', 'dog'];
const labels = [0, 0, 1, 1];
const allRight = somePredictions(classes, labels, { main: labels });

/** Adds an evaluation; its predictions are `predictions.get(file)`. */
function evaluated(base: ComparedRun, change: Partial<Evaluation> = {}, name = 'best-clean'): ComparedRun {
  const evaluation = someEvaluation({ source: null, images: 4, predictions: 'p.bin', ...change });
  const stored = { name, file: `${base.row.folder}/evaluations/${name}.json`, evaluation };
  return { ...base, evaluations: [...base.evaluations, stored] };
}

function compare(runs: readonly ComparedRun[], predictions: EvaluationPredictions | Error = allRight) {
  const read = () => {
    if (predictions instanceof Error) throw predictions;
    return predictions;
  };
  return compareRuns(runs, read, { nameOf: ({ row }) => row.id, pathOf: ({ row }) => `runs/${row.id}` });
}

describe('results of training', () => {
  test('have Wilson’s interval of as many images as the run was validated on', () => {
    const [result] = compare([trained('a', { seed: 1 }, 0.37), trained('b', { seed: 2 }, 0.4)]).training;
    expect(result).toMatchObject({
      run: 0,
      branch: 'main',
      images: 100,
      last: { epoch: 3, loss: 1 },
      best: { epoch: 2 },
    });
    expect(result.last.interval).toEqual(wilsonInterval(37, 100));
  });

  test('have none where nobody knows how many, and where the top-1 was not finite', () => {
    const unknown = run('a', { seed: 1 }, { last: validated(1, 0.5), best: validated(1, 0.5) });
    const [first, second] = compare([unknown, trained('b', { seed: 2 }, null, null)]).training;
    expect(first).toMatchObject({ images: null, last: { top1: 0.5, interval: null } });
    expect(second).toMatchObject({ last: { top1: null, interval: null, loss: null } });
  });

  test('are none before the first validation; of aux the best has no epoch', () => {
    const dual = { ...validated(1, 0.5), aux: { top1: 0.25, top5: 0.5, loss: 2 } };
    const runs = [run('a', {}), run('b', {}, { last: dual, best: dual, bestAuxTop1: 0.3 }, 8)];
    const { training } = compare(runs);
    expect(training.map(({ run, branch }) => [run, branch])).toEqual([
      [1, 'main'],
      [1, 'aux'],
    ]);
    expect(training[1].best).toEqual({ top1: 0.3, interval: wilsonInterval(2, 8) });
  });
});

describe('over seeds', () => {
  const settings = (type: string, seed: number) => ({ seed, 'method.type': type });

  test('means, deviations and the paired test are of runs with the same seed, in whatever order', () => {
    const runs = [
      trained('v1', settings('vanilla', 1), 0.5),
      trained('v2', settings('vanilla', 2), 0.6),
      trained('m2', settings('mixprop', 2), 0.63),
      trained('m1', settings('mixprop', 1), 0.51),
    ];
    const { groups, seedTests, incomparable } = compare(runs);
    expect(groups[0].means[0]).toMatchObject({
      metric: 'last.main.top1',
      values: [0.5, 0.6],
      n: 2,
      mean: 0.55,
      standardDeviation: expect.closeTo(Math.SQRT1_2 / 10, 12),
      interval: { low: 0.5, high: 0.6 },
    });
    const [{ groups: pair, tests }] = seedTests;
    expect(pair).toEqual([0, 1]);
    // Differences 0.01 and 0.03: t = 0.02 / 0.01 = 2 with one degree of freedom.
    expect(tests[0]).toMatchObject({
      metric: 'last.main.top1',
      seeds: [1, 2],
      meanDifference: expect.closeTo(0.02, 12),
    });
    expect(tests[0].test?.t).toBeCloseTo(2, 9);
    // All have a loss of 1.
    expect(tests.find(({ metric }) => metric === 'last.main.loss')).toMatchObject({ meanDifference: 0, test: null });
    expect(incomparable.filter(({ runs }) => runs.length === 4)).toEqual([]);
  });

  test('a loss that was not finite leaves no mean, and a run with damaged records does not count', () => {
    const damaged = trained('v3', settings('vanilla', 3), 0.9);
    damaged.row.problem = 'events.jsonl is damaged';
    const runs = [
      trained('v1', settings('vanilla', 1), 0.5, null),
      trained('v2', settings('vanilla', 2), 0.6),
      damaged,
    ];
    const [{ means }] = compare(runs).groups;
    expect(means.find(({ metric }) => metric === 'last.main.top1')).toMatchObject({ n: 2, mean: 0.55 });
    const loss = means.find(({ metric }) => metric === 'last.main.loss');
    expect(loss).toMatchObject({ values: [null, 1], n: 2, mean: null, standardDeviation: null, interval: null });
  });

  test('groups that share one seed are not tested, which is said with the remedy', () => {
    const runs = ['vanilla', 'mixprop'].flatMap((type, index) =>
      [1, 2 + index].map((seed) => trained(`${type}${seed}`, settings(type, seed), 0.5)),
    );
    const { seedTests, incomparable } = compare(runs);
    expect(seedTests).toEqual([]);
    expect(incomparable[0]).toMatchObject({ runs: [0, 1, 2, 3], reason: expect.stringContaining('there is one') });
  });

  test('evaluations count where all runs have one of the same checkpoint on the same images', () => {
    const [a, b] = [trained('a', settings('vanilla', 1), 0.5), trained('b', settings('vanilla', 2), 0.5)];
    const metrics = (...runs: ComparedRun[]) => compare(runs).groups[0].means.map(({ metric }) => metric);
    expect(metrics(evaluated(a), evaluated(b))).toContain('evaluation.main.top1');
    expect(metrics(evaluated(a), b)).not.toContain('evaluation.main.top1');
    expect(metrics(evaluated(a), evaluated(b, { checkpoint: 'last' }))).not.toContain('evaluation.main.top1');
    expect(metrics(evaluated(a), evaluated(evaluated(b, { imageList: 'other' }), {}, 'second'))).toContain(
      'evaluation.main.top1',
    );
  });

  test('corruption errors count where the corruptions are the same', () => {
    const corrupted = { source: someEvaluation().source };
    const [a, b] = [trained('a', settings('vanilla', 1), 0.5), trained('b', settings('vanilla', 2), 0.5)];
    const errors = (...runs: ComparedRun[]) =>
      compare(runs).groups[0].means.filter(({ metric }) => metric === 'evaluation.main.corruptionError');
    expect(errors(evaluated(a, corrupted), evaluated(b, corrupted))).toMatchObject([{ mean: 35, unit: 'percent' }]);
    const otherSeed = { source: { kind: 'made', strength: 'cifar', seed: 1 } } as const;
    expect(errors(evaluated(a, corrupted), evaluated(b, otherSeed))).toEqual([]);
  });
});

describe('predictions', () => {
  const [a, b] = [run('a', {}), run('b', {})];

  test('of the same images are paired, and every run has its classes', () => {
    const { pairs, classes, incomparable } = compare([evaluated(a), evaluated(b)]);
    expect(pairs).toMatchObject([{ runs: [0, 1], evaluations: ['best-clean', 'best-clean'], bothRight: 4, pValue: 1 }]);
    expect(classes.map(({ run, accuracies }) => [run, accuracies])).toEqual([
      [0, [1, 1]],
      [1, [1, 1]],
    ]);
    expect(incomparable).toEqual([]);
  });

  test('the best checkpoint is preferred to a newer evaluation of another', () => {
    const both = (base: ComparedRun) =>
      evaluated(evaluated(base, { checkpoint: 'last' }, 'last-clean'), {}, 'best-clean');
    expect(compare([both(a), both(b)]).pairs[0].evaluations).toEqual(['best-clean', 'best-clean']);
  });

  const remedies: [string, ComparedRun, ComparedRun, object[]][] = [
    [
      'neither has some',
      a,
      evaluated(b, { predictions: undefined }),
      [
        { runs: [0], reason: 'no evaluation with predictions', remedy: 'mixprop evaluate runs/a' },
        { runs: [1], reason: 'no evaluation with predictions', remedy: 'mixprop evaluate runs/b' },
      ],
    ],
    [
      'one has none: evaluate it as the other was',
      a,
      evaluated(b, { checkpoint: 20, dataset: { ...someEvaluation().dataset, limit: 50 } }),
      [
        {
          runs: [0],
          reason: 'no evaluation with predictions',
          remedy: 'mixprop evaluate runs/a --checkpoint 20 --images 50',
        },
      ],
    ],
    [
      'another checkpoint',
      evaluated(a),
      evaluated(b, { checkpoint: 'last' }),
      [{ runs: [0, 1], reason: 'a was evaluated at checkpoint best, b at last', remedy: 'mixprop evaluate runs/b' }],
    ],
    [
      'fewer images by choice: evaluate on all',
      evaluated(a, { images: 100, imageList: 'all' }),
      evaluated(b, { dataset: { ...someEvaluation().dataset, limit: 4 } }),
      [{ runs: [0, 1], reason: 'a was evaluated on 100 images, b on 4', remedy: 'mixprop evaluate runs/b' }],
    ],
    [
      'fewer images in the data set: evaluate the other on as many',
      evaluated(a, { images: 100, imageList: 'all' }),
      evaluated(b),
      [{ runs: [0, 1], reason: 'a was evaluated on 100 images, b on 4', remedy: 'mixprop evaluate runs/a --images 4' }],
    ],
    [
      'another folder, with a space in its path',
      evaluated(a, { dataset: { ...someEvaluation().dataset, type: 'image-folder', path: '/my data' } }),
      evaluated(b, { imageList: 'other', dataset: { ...someEvaluation().dataset, type: 'image-folder', path: '/b' } }),
      [
        {
          runs: [0, 1],
          reason: 'they were evaluated on other images, or on images with other labels',
          remedy: 'mixprop evaluate runs/b --data "/my data"',
        },
      ],
    ],
    [
      'another data set',
      evaluated(a),
      evaluated(b, { dataset: { ...someEvaluation().dataset, type: 'cifar10' } }),
      [{ runs: [0, 1], reason: 'they were evaluated on other data sets (shapes and cifar10)' }],
    ],
    [
      'images drawn from another seed, though their paths are equal',
      evaluated(run('a', { 'dataset.seed': 0 })),
      evaluated(run('b', { 'dataset.seed': 1 })),
      [{ runs: [0, 1], reason: 'their images were drawn from other seeds (dataset.seed 0 and 1)' }],
    ],
  ];
  test.each(remedies)('%s', (_, first, second, expected) => {
    const { pairs, incomparable } = compare([first, second]);
    expect(pairs).toEqual([]);
    expect(incomparable).toEqual(expected);
  });

  test('that cannot be read are told, once a pair, and defects are not hidden', () => {
    const damaged = new EvaluationError('p.bin holds no predictions of an evaluation: it is cut off');
    const { classes, incomparable } = compare([evaluated(a), evaluated(b)], damaged);
    expect(classes).toEqual([]);
    expect(incomparable).toEqual([{ runs: [0, 1], reason: damaged.message }]);
    expect(() => compare([evaluated(a), evaluated(b)], new TypeError('defect'))).toThrow('defect');
  });

  test('through different branches: the command that measures all', () => {
    const runs = [evaluated(a), evaluated(b)];
    const auxOnly = somePredictions(classes, labels, { aux: labels });
    const { incomparable } = compareRuns(runs, ({ file }) => (file.startsWith('/runs/a') ? allRight : auxOnly), {
      nameOf: ({ row }) => row.id,
      pathOf: ({ row }) => row.id,
    });
    expect(incomparable).toEqual([
      {
        runs: [0, 1],
        reason: 'they were evaluated through different branches',
        remedy: 'mixprop evaluate a and mixprop evaluate b',
      },
    ]);
  });
});
