import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { secondTry } from './second-try.mjs';

/** The lines that a run of these test files prints. */
function summaryOf(files: Record<string, string>): string[] {
  mkdirSync('test-results', { recursive: true });
  const folder = mkdtempSync(resolve('test-results', 'summary-'));
  try {
    const reporter = JSON.stringify(resolve('test/summary-reporter.mts'));
    const retry = `{ count: ${secondTry.count}, condition: ${secondTry.condition} }`;
    const config = `import { SummaryReporter } from ${reporter};\nexport default { test: { reporters: [new SummaryReporter()], retry: ${retry} } };\n`;
    writeFileSync(join(folder, 'vitest.config.mts'), config);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const vitest = resolve('node_modules/vitest/vitest.mjs');
    const options = ['run', '--no-isolate', '--maxWorkers=1'];
    const result = spawnSync(process.execPath, [vitest, ...options], { cwd: folder, encoding: 'utf8' });
    return result.stdout.trim().split('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const imports = "import { beforeAll, describe, expect, test } from 'vitest';\n";

test('the skipped and those of a second try are named, and whatever failed is counted', () => {
  const lines = summaryOf({
    'counts.test.ts': `${imports}
      test('passes', () => {});
      test('fails', () => expect(1).toBe(2));
      describe('with data', () => test.skip('is skipped', () => {}));
      test('says why', ({ skip }) => skip('no data'));`,
    'not-loaded.test.ts': "import './missing';\n",
    'outside.test.ts': `${imports} test('passes', () => {}); setTimeout(() => { throw new Error('outside'); }, 0);
      test('waits', () => new Promise((done) => setTimeout(done, 50)));`,
    'hook.test.ts': `${imports} describe('hook', () => { beforeAll(() => { throw new Error('x'); }); test('never', () => {}); });`,
    'tries.test.ts': `${imports} let tries = 0;
      test('is late', () => expect(++tries).toBe(2));
      test('is wrong', () => expect(1).toBe(2));
      let properties = 0;
      test('has a counterexample', () => { if (++properties === 1) throw new Error('Property failed after 3 tests'); });`,
  });
  const [summary, ...named] = lines.reverse();
  expect(named.sort()).toEqual([
    'second try: tries.test.ts > is late (expected 1 to be 2 // Object.is equality)',
    'skipped: counts.test.ts > says why (no data)',
    'skipped: counts.test.ts > with data > is skipped',
    'skipped: hook.test.ts > hook > never',
  ]);
  // Failed: a test, a file that does not load, an error outside a test, a hook, and two of the tried again.
  expect(summary).toBe('4 passed, 6 failed, 3 skipped');
});
