import { describe, expect, test } from 'vitest';
import { differenceFigure, type MapOptions, placeOfCell, runFigures } from '../../../webview/divergence/map-figures';
import { panelDivergence } from './divergence-run-fixture';

const choices: MapOptions = { measure: 'meanShift', scale: 'linear', columns: 'epochs' };
const a = panelDivergence({
  runKey: 'a',
  columns: [
    [1, 4],
    [2, 8],
  ],
});
const b = panelDivergence({
  runKey: 'b',
  columns: [
    [0.5, 1],
    [1, 2],
    [9, 9],
  ],
});
const vanilla = panelDivergence({ runKey: 'v', columns: [], branches: 'main' });
const other = panelDivergence({ runKey: 'o', layers: ['x', 'y'], columns: [[1, 1]] });
const labelOf = (runKey: string) => runKey.toUpperCase();

describe('the runs side by side', () => {
  test('share columns and scale; one branch stands behind the heatmaps, another network apart', () => {
    const maps = runFigures([vanilla, a, b, other], choices, labelOf);
    expect(maps.keys).toEqual([1, 2, 3]);
    expect(maps.scale).toEqual({ kind: 'linear', from: 0, to: 9 });
    expect(maps.legendTitle).toBe('Mean shift, σₘ');
    expect(maps.groups.map(({ figures }) => figures.map(({ key }) => key))).toEqual([['a', 'b', 'v'], ['o']]);
    expect(maps.groups[0]?.figures[0]).toMatchObject({
      name: 'A',
      contents: {
        matrix: [
          [1, 2, undefined],
          [4, 8, undefined],
        ],
        label: 'Mean shift of A by layer and epoch',
      },
    });
    expect(maps.groups[0]?.figures[2]?.contents).toContain('one branch');
    expect([undefined, 0.5].map(maps.formatValue)).toEqual(['no record', '0.5 σₘ']);
  });

  test('a run with one branch alone has no network', () => {
    expect(runFigures([vanilla], choices, labelOf)).toMatchObject({ keys: [], groups: [{ layers: [] }] });
  });

  test('the chosen cell is marked in its run alone', () => {
    const selection = { runKey: 'b', layer: 'bn', epoch: 2 };
    const [first, second] = runFigures([a, b], { ...choices, selection }, labelOf).groups[0]!.figures;
    expect(first?.contents).toMatchObject({ selected: undefined });
    expect(second?.contents).toMatchObject({ selected: { row: 1, column: 1 } });
  });
});

describe('the difference of two runs', () => {
  test('is one minus the other, or on a log scale their factor', () => {
    const minus = differenceFigure([a, b], choices, labelOf);
    expect(minus).toMatchObject({ kind: 'difference', legendTitle: 'Mean shift, σₘ: A minus B' });
    expect(minus.groups[0]?.figures[0]).toMatchObject({
      name: 'A − B',
      contents: {
        matrix: [
          [0.5, 1, undefined],
          [3, 6, undefined],
        ],
      },
    });
    const factor = differenceFigure([a, b], { ...choices, scale: 'log' }, labelOf);
    expect(factor.groups[0]?.figures[0]?.contents).toMatchObject({
      matrix: [
        [2, 2, undefined],
        [4, 4, undefined],
      ],
    });
    expect(factor.formatValue(2)).toBe('factor 2');
  });
});

test('a step within an epoch leads to its end, or to the last epoch that has ended', () => {
  const run = panelDivergence({
    runKey: 'r',
    columns: [
      [1, 1],
      [1, 1],
      [1, 1],
      [1, 1],
    ],
    within: [0, 3],
  });
  const keys = [10, 20, 30, 40];
  const epochAt = (column: number) => placeOfCell(run, 'steps', keys, { row: 1, column })?.epoch;
  expect([0, 1, 2, 3].map(epochAt)).toEqual([1, 1, 2, 2]);
  expect(placeOfCell(run, 'epochs', [1, 2], { row: 0, column: 1 })).toEqual({
    runKey: 'r',
    layer: 'layer1.0.bn1',
    epoch: 2,
  });
  expect(placeOfCell(run, 'epochs', [1, 2], { row: 9, column: 1 })).toBeUndefined();
  expect(placeOfCell(vanilla, 'epochs', [], { row: 0, column: 0 })).toBeUndefined();
});
