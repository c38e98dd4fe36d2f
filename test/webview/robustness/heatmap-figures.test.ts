import { describe, expect, test } from 'vitest';
import type { RobustnessState } from '../../../common/panels/robustness/robustness-contract';
import {
  differenceFigure,
  differenceKey,
  placeOfCell,
  sourceFigures,
} from '../../../webview/robustness/heatmap-figures';
import { framedSources } from '../../../webview/robustness/robustness-matrix';
import { type SourceLooks, sourcesOf } from '../../../webview/robustness/robustness-runs';
import { shownCurves } from '../../../webview/robustness/shown-curves';
import type { Theme } from '../../../webview/shared/theme';
import { fakeRobustness } from './robustness-fixture';

const looks: SourceLooks = {
  labelOf: ({ header, branch }) => `${header.runKey.toUpperCase()} ${branch}`,
  styleOf: (runKey) => ({ colour: runKey, marker: 'circle' }),
  theme: { background: '#1f1f1f' } as Theme,
};
const a = fakeRobustness({ runKey: 'a', corruptions: ['fog', 'snow'], severities: [1, 3], evaluations: 2 });
const b = fakeRobustness({ runKey: 'b', corruptions: ['fog'], severities: [3], branches: ['main'] });
const runs = [a, b];
const sources = sourcesOf(runs, { evaluations: {}, branches: 'main' });
const selection = { runKey: 'a', evaluation: 'best-2', branch: 'main', corruption: 'fog', severity: 3 };
const choices: Pick<RobustnessState, 'measure' | 'selection'> = { measure: 'error', selection };
const rowOf = (corruption: string) =>
  framedSources(sources, 'error').frame.corruptions.findIndex(({ name }) => name === corruption);

describe('the sources side by side', () => {
  const figures = sourceFigures(framedSources(sources, 'error'), choices, looks, runs);
  const [first, second] = figures.values();

  test('share their scale and their rows', () => {
    expect([...figures.keys()]).toEqual(['a main', 'b main']);
    expect(first!.scale).toBe(second!.scale);
    expect(first!.scale.from).toBe(0);
    const highest = Math.max(...first!.matrix.rows.flatMap(({ values }) => values.map((value) => value ?? 0)));
    expect(first!.scale.to).toBe(highest);
    expect(second!.matrix.rows.map(({ corruption }) => corruption)).toEqual(
      first!.matrix.rows.slice(0, 2).map(({ corruption }) => corruption),
    );
    expect(second!.matrix.rows[rowOf('snow')]!.values).toEqual([undefined, undefined]);
  });

  test('say what was measured of what, and offer the run’s evaluations', () => {
    expect(first).toMatchObject({
      title: 'A main',
      caption: 'Top-1 error, %',
      unit: '%',
      shown: 'best-2',
      styles: [{ colour: 'a' }],
      description:
        'best, after epoch 11 · image-folder, 64 px · 1000 images · corrupted on the fly, strength tiny, seed 0',
    });
    expect(first!.evaluations.map(({ name }) => name)).toEqual(['best-2', 'best-1']);
    expect(first!.format(43.21)).toBe('43.2');
  });

  test('the chosen cell is marked in its own heatmap alone, and in no other evaluation', () => {
    expect(first!.selected).toEqual({ row: rowOf('fog'), column: 1 });
    expect(second!.selected).toBeUndefined();
    const others = [
      { ...selection, evaluation: 'best-1' },
      { ...selection, branch: 'aux' },
      { ...selection, corruption: 'frost' },
      { ...selection, severity: 5 },
    ];
    for (const other of others) {
      const shown = sourceFigures(framedSources(sources, 'error'), { ...choices, selection: other }, looks, runs);
      expect([...shown.values()].map(({ selected }) => selected)).toEqual([undefined, undefined]);
    }
  });
});

test('a difference is one heatmap of what both have, with a sign', () => {
  const shown = framedSources(sources, 'error');
  const figures = differenceFigure(shown, choices, looks);
  expect([...figures.keys()]).toEqual([differenceKey]);
  const figure = figures.get(differenceKey)!;
  expect(figure).toMatchObject({
    title: 'A main − B main',
    caption: 'Top-1 error, A main minus B main, percentage points',
    unit: 'percentage points',
    selected: { row: rowOf('fog'), column: 1 },
    styles: [{ colour: 'a' }, { colour: 'b' }],
    evaluations: [],
  });
  // Both were evaluated alike.
  expect(figure.description).not.toContain('−');
  expect(figure.matrix.rows[rowOf('snow')]!.values).toEqual([undefined, undefined]);
  const [of, other] = shown.matrices.map(({ rows }) => rows[rowOf('fog')]!.values[1]!);
  expect(figure.matrix.rows[rowOf('fog')]!.values[1]).toBe(of! - other!);
  expect(figure.scale.from).toBe(-figure.scale.to);
  expect(figure.format(3.21)).toBe('+3.2');
});

describe('a cell leads', () => {
  const fog = rowOf('fog');

  test('to the images of its source, in a difference of the first', () => {
    expect(placeOfCell(sources, 'a main', { row: fog, column: 1 })).toEqual({ corruption: 'fog', images: selection });
    expect(placeOfCell(sources, differenceKey, { row: fog, column: 1 })?.images).toEqual(selection);
    expect(placeOfCell(sources, 'b main', { row: fog, column: 1 })?.images).toMatchObject({ runKey: 'b', severity: 3 });
  });

  test('to the curves alone where no images of it were evaluated', () => {
    const only = { corruption: 'fog', images: undefined };
    expect(placeOfCell(sources, 'b main', { row: fog, column: 0 })).toEqual(only);
    for (const column of ['clean', 'stylized', 'mean'] as const) {
      expect(placeOfCell(sources, 'a main', { row: fog, column })).toEqual(only);
    }
  });

  test('nowhere from the row of the mean, or from what is gone', () => {
    expect(placeOfCell(sources, 'a main', { row: 2, column: 0 })).toBeUndefined();
    expect(placeOfCell(sources, 'c main', { row: 0, column: 0 })).toBeUndefined();
  });
});

describe('the curves', () => {
  test('are of the mean where a source has one, and of the chosen corruption', () => {
    const { mean, corruption } = shownCurves(framedSources(sources, 'error'), 'error', 'snow', looks);
    expect(mean?.title).toBe('Mean over 2 corruptions');
    expect(mean?.lines.map(({ label }) => label)).toEqual(['A main']);
    expect(corruption).toMatchObject({ title: 'snow', caption: 'Top-1 error, %' });
    expect(corruption?.lines.map(({ label, branch, style }) => [label, branch, style.colour])).toEqual([
      ['A main', 'main', 'a'],
      ['B main', 'main', 'b'],
    ]);
    expect(corruption?.lines[0]?.points.map(({ severity }) => severity)).toEqual([0, 1, 3]);
  });

  test('are not there without a mean, or without corruptions', () => {
    expect(shownCurves(framedSources([sources[1]!], 'error'), 'error', 'fog', looks).mean).toBeUndefined();
    const clean = sourcesOf([fakeRobustness({ runKey: 'c', corruptions: [] })], { evaluations: {}, branches: 'all' });
    const none = shownCurves(framedSources(clean, 'error'), 'error', undefined, looks);
    expect(none).toEqual({ mean: undefined, corruption: undefined });
  });
});
