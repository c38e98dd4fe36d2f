import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';
import { secondTry } from '../second-try.mjs';
import { SummaryReporter } from '../summary-reporter.mjs';

/** The native level: what needs an installed TensorFlow runtime (`mixprop runtime install tensorflow`). */
export default defineConfig({
  root: resolve(import.meta.dirname, '../..'),
  test: {
    environment: 'node',
    include: [
      'test/native/**/*.test.ts',
      'test/golden/{golden*,layers,explain/explain}.test.ts',
      'test/trainer/backends/kernels.test.ts',
      'test/trainer/training/session.test.ts',
      'test/trainer/training/replay.slow.test.ts',
      'test/trainer/training/draw-statistics.test.ts',
      'test/trainer/methods/{mixing,fast-advprop,pgd}.test.ts',
    ],
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
