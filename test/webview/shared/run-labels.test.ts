import { expect, test } from 'vitest';
import { labelsOfRuns } from '../../../webview/shared/run-labels';
import { panelRun } from '../curves/panel-run-fixture';

test('a run goes by its name, or by its id where others have the same name', () => {
  const named = (runId: string, name: string) => ({ header: { ...panelRun({ runId, main: [] }).header, name } });
  const labelOf = labelsOfRuns([named('a-1', 'a'), named('a-2', 'a'), named('b-1', 'b')]);
  expect(['a-1', 'a-2', 'b-1', 'gone'].map(labelOf)).toEqual(['a-1', 'a-2', 'b', 'gone']);
});
