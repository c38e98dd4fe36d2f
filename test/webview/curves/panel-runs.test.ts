import { describe, expect, test } from 'vitest';
import { PanelRuns, runLabels } from '../../../webview/curves/panel-runs';
import type { RunCurves } from '../../../webview/protocol';
import { panelRun } from './panel-run-fixture';

const curves = (runId: string, main: number[]): RunCurves => {
  const { revision: _, ...run } = panelRun({ runId, main });
  return run;
};

describe('PanelRuns', () => {
  test('complete contents replace what was there, unreadable runs included', () => {
    const panel = new PanelRuns();
    expect(panel.hydrated).toBe(false);
    panel.apply({ type: 'hydrate', version: 1, runs: [curves('a', [1])] });
    panel.apply({ type: 'unreadable', runId: 'c', message: 'torn' });
    expect(panel.unreadable).toEqual([['c', 'torn']]);
    panel.apply({ type: 'hydrate', version: 1, runs: [curves('b', [2, 3])] });
    expect(panel.hydrated).toBe(true);
    expect(panel.runs.map(({ header, steps }) => [header.runId, steps.main])).toEqual([['b', [2, 3]]]);
    expect(panel.unreadable).toEqual([]);
  });

  test('null becomes NaN and the sender’s columns are not touched', () => {
    const panel = new PanelRuns();
    const run = curves('a', [1]);
    run.steps.main = [null];
    panel.apply({ type: 'hydrate', version: 1, runs: [run] });
    panel.apply({ type: 'append', ...curves('a', [4]) });
    expect(panel.runs[0]?.steps.main).toEqual([Number.NaN, 4]);
    expect(run.steps.main).toEqual([null]);
  });

  test('more of a run that was never hydrated is an error', () => {
    const panel = new PanelRuns();
    panel.apply({ type: 'hydrate', version: 1, runs: [] });
    expect(() => panel.apply({ type: 'append', ...curves('x', [1]) })).toThrow('run x');
  });
});

test('a run goes by its name, or by its id where others have the same name', () => {
  const named = (runId: string, name: string) => {
    const run = panelRun({ runId, main: [] });
    return { ...run, header: { ...run.header, name } };
  };
  const labels = runLabels([named('a-1', 'a'), named('a-2', 'a'), named('b-1', 'b')]);
  expect([...labels]).toEqual([
    ['a-1', 'a-1'],
    ['a-2', 'a-2'],
    ['b-1', 'b'],
  ]);
});
