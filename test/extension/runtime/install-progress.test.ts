import { expect, test } from 'vitest';
import type { InstallMessage } from '../../../extension/runtime/install-messages';
import { InstallProgress } from '../../../extension/runtime/install-progress';

const plan = { type: 'plan', name: 'tensorflow', downloadBytes: 270e6, diskBytes: 961e6, folder: '/x' } as const;
const installed = { type: 'installed', name: 'tensorflow', folder: '/x', version: '2.21.0' } as const;
const progress = (phase: string, done: number, total: number): InstallMessage => ({
  type: 'progress',
  phase,
  done,
  total,
});

test('says the plan, then how far a phase has come', () => {
  const bar = new InstallProgress();
  expect(bar.take(plan)).toEqual({ message: '270 MB to download, 1.0 GB on disk' });
  expect(bar.take(progress('downloading', 135e6, 270e6)).message).toBe('downloading 135 of 270 MB (50 %)');
  expect(bar.take(progress('downloading', 1.25e9, 3.4e9)).message).toBe('downloading 1.3 of 3.4 GB (37 %)');
  expect(bar.take(progress('unpacking', 0.52, 1)).message).toBe('unpacking (52 %)');
  expect(bar.take(progress('compiling', 0, 1)).message).toBe('compiling');
  expect(bar.take(progress('compiling', 1, 1)).message).toBe('compiling');
  expect(bar.take(progress('looking', 0, 0)).message).toBe('looking');
});

test('the bar follows the download, never goes back, and ends full', () => {
  const bar = new InstallProgress();
  const messages = [
    plan,
    progress('downloading', 90e6, 270e6),
    // A broken connection, and what came of it.
    progress('downloading', 60e6, 270e6),
    progress('downloading with pip', 0, 1),
    progress('downloading', 270e6, 270e6),
    progress('unpacking', 0.5, 1),
    installed,
  ];
  let sum = 0;
  const sums = messages.map((message) => {
    sum += bar.take(message).increment ?? 0;
    return Math.round(sum);
  });
  expect(sums).toEqual([0, 30, 30, 30, 90, 90, 100]);
});
