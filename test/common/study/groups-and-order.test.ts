import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { metricColumn, metricNames, settingPaths } from '../../../common/study/columns';
import { groupRows, groupStatistics, statisticsOf } from '../../../common/study/group-rows';
import { resolveColumn } from '../../../common/study/resolve-column';
import { sortedBy } from '../../../common/study/sort-rows';
import { studyRow } from './study-rows';

const seeds = [
  studyRow('a1', { settings: { seed: 1, 'method.type': 'mixprop' }, top1: 0.5 }),
  studyRow('b1', { settings: { seed: 1, 'method.type': 'vanilla' }, top1: 0.4 }),
  studyRow('a2', { settings: { seed: 2, 'method.type': 'mixprop' }, top1: 0.7 }),
  studyRow('a3', { settings: { seed: 3, 'method.type': 'mixprop' }, top1: 0.9 }),
  studyRow('b2', { settings: { seed: 2, 'method.type': 'vanilla' } }),
  studyRow('a4', { settings: { seed: 4, 'method.type': 'mixprop' }, top1: 0.1, problem: 'damaged' }),
  studyRow('x'),
];
const columnOf = (name: string) => resolveColumn(name, settingPaths(seeds));
const top1 = metricColumn('bestTop1');

describe('groups', () => {
  test('have mean and standard deviation over their seeds', () => {
    const groups = groupRows(seeds, [columnOf('method')]);
    expect(groups.map(({ keys, rows }) => [keys[0], rows.map(({ id }) => id).join()])).toEqual([
      ['mixprop', 'a1,a2,a3,a4'],
      ['vanilla', 'b1,b2'],
      [undefined, 'x'],
    ]);
    const [mixprop, vanilla, none] = groups.map((group) => groupStatistics(group, top1));
    // Deviations from 0.7: −0.2, 0, 0.2; 0.08 / 2 = 0.04. The damaged run does not count.
    expect(mixprop).toEqual({ n: 3, mean: expect.closeTo(0.7, 12), standardDeviation: expect.closeTo(0.2, 12) });
    expect(vanilla).toEqual({ n: 1, mean: 0.4 });
    expect(none).toBeUndefined();
  });

  test('tell null from what is not there', () => {
    const rows = [studyRow('a', { settings: { w: null } }), studyRow('b'), studyRow('c', { settings: { w: null } })];
    const groups = groupRows(rows, [resolveColumn('w', ['w'])]);
    expect(groups.map((group) => group.rows.length)).toEqual([2, 1]);
  });

  test('have no mean where a run diverged', () => {
    expect(statisticsOf([0.5, null, undefined])).toEqual({ n: 2, mean: null, standardDeviation: null });
    expect(statisticsOf([undefined])).toBeUndefined();
  });

  test('of the same values far from zero have deviation 0', () => {
    expect(statisticsOf([1e9 + 0.1, 1e9 + 0.1])).toMatchObject({ standardDeviation: 0 });
  });
});

describe('rows in order', () => {
  const order = (names: [string, boolean][]) => {
    const keys = names.map(([name, descending]) => ({ value: columnOf(name).value, descending }));
    return sortedBy(seeds, keys)
      .map(({ id }) => id)
      .join(' ');
  };

  test('go by the first column, then by the next; what has no value comes last', () => {
    expect(
      order([
        ['method', false],
        ['seed', true],
      ]),
    ).toBe('a4 a3 a2 a1 b2 b1 x');
    expect(order([['bestTop1', true]])).toBe('a3 a2 a1 b1 a4 b2 x');
    expect(order([['bestTop1', false]])).toBe('a4 b1 a1 a2 a3 b2 x');
  });

  test('have numbers in names in their order, and stay as they are where nothing tells them apart', () => {
    const names = ['run-10', 'run-9', 'Run-9', 'run-1'].map((id) => studyRow(id));
    const byRun = [{ value: metricColumn('run').value, descending: false }];
    expect(sortedBy(names, byRun).map(({ id }) => id)).toEqual(['run-1', 'run-9', 'Run-9', 'run-10']);
    expect(sortedBy(names, [])).toEqual(names);
  });

  test('are all there, sorted, whatever the values are', () => {
    const value = fc.oneof(
      fc.double(),
      fc.string(),
      fc.boolean(),
      fc.constantFrom(null, undefined),
      fc.array(fc.string()),
    );
    fc.assert(
      fc.property(fc.array(value), fc.boolean(), (values, descending) => {
        const sorted = sortedBy(values, [{ value: (item) => item, descending }]);
        expect(sorted).toHaveLength(values.length);
        expect(sortedBy(sorted, [{ value: (item) => item, descending }])).toEqual(sorted);
      }),
    );
  });
});

describe('columns', () => {
  test('all have a value, or none, for a run of which little is known', () => {
    for (const name of metricNames) expect(() => metricColumn(name).value(studyRow('a'))).not.toThrow();
  });

  test.each([
    ['bestTop1', 'bestTop1'],
    ['mce', 'mCE'],
    ['seed', 'seed'],
    ['method', 'method.type'],
    ['width', 'model.width'],
    ['batchSize', 'training.batchSize'],
    ['evaluation.batchSize', 'evaluation.batchSize'],
    ['evaluation.batchsize', 'evaluation.batchSize'],
  ])('%s means %s', (name, expected) => {
    const paths = ['seed', 'method.type', 'dataset.type', 'model.width', 'training.batchSize', 'evaluation.batchSize'];
    expect(resolveColumn(name, paths).name).toBe(expected);
  });

  test.each([
    ['type', '"type" can be method.type or dataset.type: write the whole path'],
    ['learningrat', 'there is no column and no setting "learningrat"; did you mean "learningRate"?'],
    [
      'top1',
      'there is no column and no setting "top1"; did you mean bestTop1 or lastTop1 or auxBestTop1 or auxLastTop1?',
    ],
    ['', 'there is no column and no setting ""'],
    ['__proto__', 'there is no column and no setting'],
  ])('"%s" means none', (name, message) => {
    const paths = ['method.type', 'dataset.type', 'optimizer.learningRate'];
    expect(() => resolveColumn(name, paths)).toThrow(message);
  });
});
