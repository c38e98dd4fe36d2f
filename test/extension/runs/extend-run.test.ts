import { expect, test } from 'vitest';
import type { RunSummary } from '../../../common/run/run-summary';
import {
  epochsProblem,
  extensionArguments,
  extensionPrompt,
  suggestedEpochs,
} from '../../../extension/runs/extend-run';

const summary = { state: 'finished', epoch: 4, totalEpochs: 4 } as RunSummary;
const early = { ...summary, totalEpochs: 30, reason: 'early stopping: main.top1 has not improved for 3 epochs' };

test('half as many epochs again are suggested, never none', () => {
  expect([1, 4, 30, 99_999, 100_000].map(suggestedEpochs)).toEqual([2, 6, 45, 100_000, 100_000]);
});

test('only a larger whole number is taken', () => {
  expect(epochsProblem(' 5 ', 4)).toBeUndefined();
  expect(epochsProblem('4', 4)).toBe('Its experiment has 4 epochs: enter a larger number.');
  for (const text of ['', 'eight', '4.5', '-6', '1e3']) expect(epochsProblem(text, 4)).toContain('whole number');
  expect(epochsProblem('100001', 4)).toContain('up to 100000');
});

test('a run that stopped early no longer does, and that is said', () => {
  expect(extensionArguments(6, summary)).toEqual(['--epochs', '6']);
  expect(extensionArguments(6, { ...early, state: 'stopped' })).toEqual(['--epochs', '6']);
  expect(extensionArguments(45, early)).toEqual(['--epochs', '45', '--set', 'training.stopWhen=null']);
  const prompt = (run: RunSummary, type: 'milestones' | 'cosine') =>
    extensionPrompt(run, { schedule: { type } as never });
  expect(prompt(summary, 'milestones')).not.toMatch(/early|jumps/);
  expect(prompt(early, 'cosine')).toMatch(/no longer stops early.*jumps/);
});
