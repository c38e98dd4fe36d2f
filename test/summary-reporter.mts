import type { SerializedError } from 'vitest';
import type { Reporter, TestModule } from 'vitest/node';

/**
 * Ends a test run with one line that scripts can read: `N passed, N failed`, and `, N skipped` when tests were skipped. Above
 * it are the names of those, and of tests that passed only at a second try, with the first one's error. A test file that could
 * not be loaded and an error outside a test count as failed.
 */
export class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    let passed = 0;
    let failed = unhandledErrors.length;
    const skipped: string[] = [];
    const retried: string[] = [];
    for (const module of modules) {
      failed += module.errors().length;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === 'passed') {
          passed++;
          if (test.diagnostic()?.flaky)
            retried.push(`${module.relativeModuleId} > ${test.fullName} (${firstLine(result.errors)})`);
        } else if (result.state === 'skipped') {
          const note = result.note === undefined ? '' : ` (${result.note})`;
          skipped.push(`${module.relativeModuleId} > ${test.fullName}${note}`);
        } else failed++;
      }
      for (const suite of module.children.allSuites()) failed += suite.errors().length;
    }
    for (const name of retried) process.stdout.write(`second try: ${name}\n`);
    for (const name of skipped) process.stdout.write(`skipped: ${name}\n`);
    const tail = skipped.length > 0 ? `, ${skipped.length} skipped` : '';
    process.stdout.write(`${passed} passed, ${failed} failed${tail}\n`);
  }
}

function firstLine(errors: readonly { message: string }[] | undefined): string {
  return errors?.[0]?.message.split('\n')[0] ?? 'no reason given';
}
