import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matchesFilter } from '../../../../webview/curves/text/filter-words';
import { panelRun } from '../panel-run-fixture';

const run = (name: string, description: string) => {
  const { header } = panelRun({ runKey: `${name}-1`, main: [] });
  return { header: { ...header, name, description } };
};

test.each([
  ['', true],
  ['   ', true],
  ['MIXPROP', true],
  ['x16 small', true],
  ['small-1 resnet', true],
  ['small-2', false],
  ['vanilla small', false],
])('of a filter "%s" all words must be there: %s', (filter, expected) => {
  expect(matchesFilter(run('small', 'mixprop · preact-resnet18 ×16 x16'), filter)).toBe(expected);
});

test('a run is found by any part of what its card says', () => {
  const words = fc.array(fc.stringMatching(/^[a-z0-9.]{1,8}$/), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(words, fc.nat(), (said, at) => {
      const word = said[at % said.length]!;
      const found = matchesFilter(run('small', said.join(' · ')), word.slice(0, 1 + (at % word.length)));
      expect(found).toBe(true);
    }),
  );
});
