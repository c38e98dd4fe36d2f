import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';
import { secondTry } from '../second-try.mjs';
import { SummaryReporter } from '../summary-reporter.mjs';

export default defineConfig({
  root: resolve(import.meta.dirname, '../..'),
  test: {
    environment: 'node',
    include: ['test/e2e/**/*.test.ts'],
    // One editor at a time: a browser, an extension host and a trainer fill two cores.
    fileParallelism: false,
    // Scenarios share an editor (editor.ts).
    isolate: false,
    pool: 'forks',
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    retry: secondTry,
    reporters: ['verbose', new SummaryReporter()],
  },
});
