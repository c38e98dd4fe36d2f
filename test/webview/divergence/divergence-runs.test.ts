import { describe, expect, test } from 'vitest';
import { columnKeys, DivergenceRuns, meanOverLayers, shownRecords } from '../../../webview/divergence/divergence-runs';
import { divergenceRun, panelDivergence } from './divergence-run-fixture';

describe('DivergenceRuns', () => {
  test('complete contents replace what was there, unreadable runs included', () => {
    const panel = new DivergenceRuns();
    expect(panel.hydrated).toBe(false);
    panel.begin([divergenceRun({ runKey: 'a', columns: [[1, 2]] })]);
    panel.note({ type: 'unreadable', runKey: 'c', label: 'c', message: 'torn' });
    expect(panel.unreadable).toEqual([['c', 'torn']]);
    panel.begin([divergenceRun({ runKey: 'b', columns: [[1, null]] })]);
    expect(panel.hydrated).toBe(true);
    expect(panel.runs.map(({ header }) => header.runKey)).toEqual(['b']);
    expect(panel.runs[0]?.records[0]?.values.symmetricKl).toEqual([1, Number.NaN]);
    expect(panel.unreadable).toEqual([]);
  });

  test('news is added, after what it supersedes was dropped', () => {
    const panel = new DivergenceRuns();
    const [one, two, three] = [1, 2, 3].map((value) => [value, value]);
    panel.begin([divergenceRun({ runKey: 'a', columns: [one!, two!, three!] })]);
    panel.takeNews();
    const more = divergenceRun({
      runKey: 'a',
      columns: [
        [0, 0],
        [9, 9],
      ],
    });
    panel.extend({ ...more, records: more.records.slice(1), truncateFromStep: 20 });
    expect(panel.runs[0]?.records.map(({ values }) => values.betaGap[0])).toEqual([1, 9]);
    expect(panel.takeNews()).toEqual(panel.runs);
    expect(panel.takeNews()).toEqual([]);
  });

  test('what does not fit is an error', () => {
    const panel = new DivergenceRuns();
    panel.begin([]);
    expect(() => panel.extend(divergenceRun({ runKey: 'x', columns: [] }))).toThrow('run x');
    const wrong = divergenceRun({ runKey: 'y', columns: [[1, 2, 3]] });
    expect(() => panel.begin([wrong])).toThrow('2 layers');
  });
});

test('columns are shared by the runs that are compared', () => {
  const a = panelDivergence({
    runKey: 'a',
    columns: [
      [1, 1],
      [2, 2],
      [3, 3],
    ],
    within: [0],
  });
  const b = panelDivergence({
    runKey: 'b',
    columns: [
      [1, 1],
      [1, 1],
      [1, 1],
      [1, 1],
    ],
  });
  expect(columnKeys([a, b], 'epochs')).toEqual([1, 2, 3, 4]);
  expect(columnKeys([a], 'epochs')).toEqual([1, 2]);
  expect(columnKeys([a], 'steps')).toEqual([10, 20, 30]);
  expect(shownRecords(a, 'epochs').map(({ step }) => step)).toEqual([20, 30]);
  expect(meanOverLayers([])).toBeUndefined();
  expect(meanOverLayers([1, 2])).toBe(1.5);
});
