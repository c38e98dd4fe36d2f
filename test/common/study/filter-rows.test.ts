import { describe, expect, test } from 'vitest';
import { settingPaths } from '../../../common/study/columns';
import { parseFilter } from '../../../common/study/filter-expression';
import { filterTest } from '../../../common/study/filter-rows';
import { resolveColumn } from '../../../common/study/resolve-column';
import { studyRow } from './study-rows';

const notes = (fields: object) => ({ name: '', star: false, tags: [], note: '', ...fields });
const settings = (seed: number, method: string, width: number) => ({
  name: 'study',
  seed,
  'method.type': method,
  'model.width': width,
  'model.initialWeights': null,
  'training.batchSize': 64,
  'evaluation.batchSize': 128,
  'evaluation.every': 1,
  'explain.every': 2,
  'record.draws': seed === 1,
});
const rows = [
  studyRow('12', {
    settings: settings(1, 'mixprop', 16),
    top1: 0.9,
    notes: notes({ star: true, tags: ['paper', 'a,b'] }),
  }),
  studyRow('b', { settings: settings(2, 'vanilla', 16), top1: 0.8, startedAt: new Date(2026, 0, 2, 12).getTime() }),
  studyRow('c', { settings: settings(3, 'mixprop', 64), top1: null, lastLoss: null, state: 'failed' }),
  studyRow('d', { notes: notes({ name: 'The "best", ünïcode\nrun' }), problem: 'damaged' }),
];
const paths = settingPaths(rows);

function chosen(text: string): string {
  const holds = filterTest(parseFilter(text), text, (name) => resolveColumn(name, paths));
  return rows
    .filter(holds)
    .map(({ id }) => id)
    .join(' ');
}

describe('filters', () => {
  test.each([
    ['method = mixprop and seed < 3', '12'],
    ['method.type = mixprop', '12 c'],
    ['METHOD = mixprop', '12 c'],
    ['method = Mixprop', ''],
    ['method ~ MIX', '12 c'],
    ['method != mixprop', 'b d'],
    ['not (method = mixprop or width = 16)', 'd'],
    ['width >= 16.0 and width < 6.4e1', '12 b'],
    ['batchSize = 64', '12 b c'],
    ['seed > 0', '12 b c'],
    ['not seed > 0', 'd'],
    ['draws = true', '12'],
    ['initialWeights = null', '12 b c d'],
    ['seed = null', 'd'],
    ['star', '12'],
    ['not star', 'b c d'],
    ['tags = paper', '12'],
    ['tags = "a,b"', '12'],
    ['tags ~ pap', '12'],
    ['run = 12', '12'],
    ['run ~ ÜNÏ', 'd'],
    ['run = "The \\"best\\", ünïcode\nrun"', 'd'],
    ['bestTop1 > 85%', '12'],
    ['bestTop1 >= 0.8', '12 b'],
    ['bestTop1 = 80%', 'b'],
    ['bestTop1 = nan', 'c'],
    ['bestTop1 < 1', '12 b'],
    ['stepLoss = nan', 'c'],
    ['state = failed', 'c'],
    ['problem ~ damaged', 'd'],
    ['started > 2026-01-02 and started < 2026-01-02T12:01', 'b'],
    ['started > 2026-01-02T12:00', ''],
  ])('%s', (text, expected) => {
    expect(chosen(text)).toBe(expected);
  });

  test.each([
    ['seed < 3 and methd = mixprop', 13, 'there is no column and no setting "methd"; did you mean "method"?'],
    ['seeed < 3', 0, 'did you mean "seed"'],
    ['every = 1', 0, '"every" can be evaluation.every or explain.every'],
    ['bestTop1 > 90', 11, 'write 90% or 0.9'],
    ['width > 90%', 8, 'model.width is not in %'],
    ['run < b', 6, 'run is no number'],
    ['seed < many', 7, 'expected a number after "<"'],
    ['seed < "3"', 7, 'expected a number after "<"'],
    ['started > yesterday', 10, 'expected a day or a time after ">"'],
    ['started = 2026-01-01', 10, 'compare it with < or >'],
    ['width', 0, 'say what width is to be: width = …'],
  ])('%s is refused', (text, at, message) => {
    expect(() => chosen(text)).toThrow(expect.objectContaining({ at, message: expect.stringContaining(message) }));
  });
});
