import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configDefaults, defineConfig } from 'vitest/config';
import { secondTry } from './test/second-try.mjs';
import { SummaryReporter } from './test/summary-reporter.mjs';

export default defineConfig({
  resolve: { alias: { vscode: join(import.meta.dirname, 'test/extension/fake-vscode.ts') } },
  test: {
    environment: 'node',
    include: ['test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, 'test/e2e/**', 'test/native/**', 'test/**/*.slow.test.ts'],
    // A native runtime of this machine's user must not change what is tested.
    env: { MIXPROP_RUNTIMES: join(tmpdir(), 'mixprop-no-runtimes') },
    // Processes rather than threads: tests start trainers, change the environment and load WebAssembly.
    pool: 'forks',
    maxWorkers: 2,
    // Half of the time goes into loading the same modules for each file anew.
    isolate: false,
    setupFiles: [join(import.meta.dirname, 'test/leave-no-trace.mts')],
    // Against tests that hang; on a busy machine some take ten times as long as alone.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // What is awaited may take its time on a busy machine.
    expect: { poll: { timeout: 30_000 } },
    retry: secondTry,
    reporters: ['default', new SummaryReporter()],
  },
});
