import { describe, expect, test } from 'vitest';
import type { LocalisationColumns, RunCurves } from '../../../../common/panels/curves/curves-contract';
import { PanelRuns } from '../../../../webview/curves/data/panel-runs';
import { panelRun } from '../panel-run-fixture';

const curves = (runKey: string, main: number[]): RunCurves => {
  const { revision: _, ...run } = panelRun({ runKey, main });
  return run;
};

/** The one entry at a place of all columns. */
const only = (columns: LocalisationColumns, place: number): LocalisationColumns =>
  Object.fromEntries(
    Object.entries(columns as unknown as Record<string, number[]>).map(([name, column]) => [name, [column[place]]]),
  ) as never;

describe('PanelRuns', () => {
  test('complete contents replace what was there, unreadable runs included', () => {
    const panel = new PanelRuns();
    expect(panel.hydrated).toBe(false);
    panel.apply({ type: 'hydrate', version: 1, runs: [curves('a', [1])] });
    panel.note({ type: 'unreadable', runKey: 'c', label: 'c', message: 'torn' });
    expect(panel.unreadable).toEqual([['c', 'torn']]);
    panel.apply({ type: 'hydrate', version: 1, runs: [curves('b', [2, 3])] });
    expect(panel.hydrated).toBe(true);
    expect(panel.runs.map(({ header, steps }) => [header.runKey, Array.from(steps.main)])).toEqual([['b', [2, 3]]]);
    expect(panel.unreadable).toEqual([]);
  });

  test('null becomes NaN and the sender’s columns are not touched', () => {
    const panel = new PanelRuns();
    const run = curves('a', [1]);
    run.steps.main = [null];
    panel.apply({ type: 'hydrate', version: 1, runs: [run] });
    panel.apply({ type: 'append', ...curves('a', [4]) });
    expect(Array.from(panel.runs[0]?.steps.main ?? [])).toEqual([Number.NaN, 4]);
    expect(run.steps.main).toEqual([null]);
  });

  test('a run that could not be read can be again, and how many are complete is known while some are not', () => {
    const panel = new PanelRuns();
    panel.apply({ type: 'hydrate', version: 1, runs: [curves('a', []), curves('b', [])] });
    panel.apply({ type: 'progress', complete: 1, total: 2 });
    expect(panel.progress).toEqual({ complete: 1, total: 2 });
    panel.note({ type: 'unreadable', runKey: 'a', label: 'a', message: 'damaged' });
    panel.apply({ type: 'append', ...curves('b', [1]) });
    expect(panel.unreadable).toEqual([['a', 'damaged']]);
    panel.apply({ type: 'append', ...curves('a', [1]) });
    panel.apply({ type: 'progress', complete: 2, total: 2 });
    expect(panel.unreadable).toEqual([]);
    expect(panel.progress).toBeUndefined();
  });

  test('columns that were handed out do not change when the run goes on or is resumed', () => {
    const panel = new PanelRuns();
    panel.apply({ type: 'hydrate', version: 1, runs: [curves('a', [1, 2, 3])] });
    const { main } = panel.runs[0]!.steps;
    panel.apply({ type: 'append', ...curves('a', []), truncateFromStep: 2 });
    panel.apply({ type: 'append', ...curves('a', [9, 0.1]) });
    expect([...main]).toEqual([1, 2, 3]);
    expect([...panel.runs[0]!.steps.main]).toEqual([1, 9, 0.1]);
  });

  test('measures of localisation follow, and go with the steps that a resumption makes void', () => {
    const panel = new PanelRuns();
    const looked = panelRun({ runKey: 'a', main: [1, 2, 3], localisation: { mainArea: [0.5, 0.4, 0.3] } });
    const { revision: _, ...run } = looked;
    panel.apply({ type: 'hydrate', version: 1, runs: [run] });
    expect(panel.runs[0]!.localisation).toEqual(looked.localisation);
    const before = panel.runs[0]!.localisation.mainArea;
    const more = { ...only(run.localisation, 1), mainArea: [null] };
    panel.apply({ type: 'append', ...curves('a', []), localisation: more, truncateFromStep: 2 });
    expect(panel.runs[0]!.localisation).toMatchObject({ epoch: [1, 2], mainArea: [0.5, Number.NaN] });
    expect(before).toEqual([0.5, 0.4, 0.3]);
  });

  test('more of a run that was never hydrated is an error', () => {
    const panel = new PanelRuns();
    panel.apply({ type: 'hydrate', version: 1, runs: [] });
    expect(() => panel.apply({ type: 'append', ...curves('x', [1]) })).toThrow('run x');
  });
});
