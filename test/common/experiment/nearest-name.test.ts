import { expect, test } from 'vitest';
import { didYouMean } from '../../../common/experiment/nearest-name';

test.each([
  ['trian', 'train'],
  ['Evaluate', 'evaluate'],
  ['eval', 'evaluate'],
  ['bench', 'benchmark'],
  // Of two things, or too short to tell.
  ['rep', undefined],
  ['be', undefined],
  ['fly', undefined],
])('%s means %s', (name, meant) => {
  const hint = didYouMean(name, ['train', 'evaluate', 'replay', 'report', 'benchmark']);
  expect(hint).toBe(meant === undefined ? '' : `; did you mean "${meant}"?`);
});
