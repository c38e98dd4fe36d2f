import { expect, test } from 'vitest';
import { experimentNameBeside, labelsOfRuns } from '../../../webview/shared/run-labels';
import { panelRun } from '../curves/panel-run-fixture';

test('a run goes by its id, as in the tab and in the Runs view', () => {
  const named = (runKey: string, name: string) => ({ header: { ...panelRun({ runKey, main: [] }).header, name } });
  const labelOf = labelsOfRuns([named('a-1', 'a'), named('a-2', 'a'), named('b-1', 'b')]);
  expect(['a-1', 'a-2', 'b-1', 'gone'].map(labelOf)).toEqual(['a-1', 'a-2', 'b-1', 'gone']);
});

test.each([
  ['small', 'small', undefined],
  ['small-12', 'small', undefined],
  ['small-wide', 'small', 'small'],
  ['mine-1', 'small', 'small'],
  ['small1', 'small', 'small'],
])('beside the run %s of the experiment %s stands %s', (runId, name, beside) => {
  expect(experimentNameBeside({ runId, name })).toBe(beside);
});
