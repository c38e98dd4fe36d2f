import { expect, test } from 'vitest';
import { experimentNameBeside } from '../../../webview/shared/run-labels';

test.each([
  ['small', 'small', undefined],
  ['small-12', 'small', undefined],
  ['small-wide', 'small', 'small'],
  ['mine-1', 'small', 'small'],
  ['small1', 'small', 'small'],
])('beside the run %s of the experiment %s stands %s', (runId, name, beside) => {
  expect(experimentNameBeside({ runId, name })).toBe(beside);
});
