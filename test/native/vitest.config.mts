import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';
import { secondTry } from '../second-try.mjs';
import { SummaryReporter } from '../summary-reporter.mjs';

const root = resolve(import.meta.dirname, '../..');

/** Of other levels: what holds on any backend. */
const onAnyBackend = [
  'golden/golden.test.ts',
  'golden/golden-resnet50.test.ts',
  'golden/layers.test.ts',
  'golden/explain/explain.test.ts',
  'trainer/backends/kernels.test.ts',
  'trainer/training/session.test.ts',
  'trainer/training/replay.slow.test.ts',
  'trainer/training/draw-statistics.test.ts',
  'trainer/methods/mixing.test.ts',
  'trainer/methods/fast-advprop.test.ts',
  'trainer/methods/pgd.test.ts',
].map((name) => `test/${name}`);
// A file that was moved would be left out without a word.
for (const file of onAnyBackend) if (!existsSync(resolve(root, file))) throw new Error(`there is no ${file}`);

/** The native level: what needs an installed TensorFlow runtime (`mixprop runtime install tensorflow`). */
export default defineConfig({
  root,
  test: {
    environment: 'node',
    include: ['test/native/**/*.test.ts', ...onAnyBackend],
    env: { MIXPROP_TEST_BACKEND: 'tensorflow', MIXPROP_GOLDEN: process.env.MIXPROP_GOLDEN ?? 'representative' },
    pool: 'forks',
    // The networks are too small for TensorFlow to use several threads.
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    retry: secondTry,
    reporters: ['default', new SummaryReporter()],
  },
});
