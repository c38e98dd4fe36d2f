import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { secondTry } from './second-try.mjs';

/** The lines that a run of these test files ends with, from the first skipped one. */
function summaryOf(files: Record<string, string>, settings = ''): string[] {
  mkdirSync('test-results', { recursive: true });
  const folder = mkdtempSync(resolve('test-results', 'summary-'));
  try {
    const reporter = JSON.stringify(resolve('test/summary-reporter.mts'));
    const config = `import { SummaryReporter } from ${reporter};\nexport default { test: { reporters: [new SummaryReporter()], ${settings} } };\n`;
    writeFileSync(join(folder, 'vitest.config.mts'), config);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const vitest = resolve('node_modules/vitest/vitest.mjs');
    const result = spawnSync(process.execPath, [vitest, 'run'], { cwd: folder, encoding: 'utf8' });
    return result.stdout.trim().split('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const imports = "import { beforeAll, describe, expect, test } from 'vitest';\n";

test('counts what passed, failed and was skipped, and names the skipped', () => {
  const lines = summaryOf({
    'a.test.ts': `${imports}
      test('passes', () => {});
      test('fails', () => expect(1).toBe(2));
      describe('with data', () => test.skip('is skipped', () => {}));
      test('says why', ({ skip }) => skip('no data'));
    `,
    'b.test.ts': `${imports} test('passes too', () => {});`,
  });
  expect(lines).toEqual([
    'skipped: a.test.ts > with data > is skipped',
    'skipped: a.test.ts > says why (no data)',
    '2 passed, 1 failed, 2 skipped',
  ]);
});

test('a file that does not load, a failing hook and an error outside a test count as failed', () => {
  const lines = summaryOf({
    'a.test.ts': "import './missing';\n",
    'b.test.ts': `${imports} test('passes', () => {}); setTimeout(() => { throw new Error('outside'); }, 0);
      test('waits', () => new Promise((done) => setTimeout(done, 50)));`,
    'c.test.ts': `${imports} describe('hook', () => { beforeAll(() => { throw new Error('x'); }); test('never', () => {}); });`,
  });
  expect(lines.at(-1)).toBe('2 passed, 3 failed, 1 skipped');
});

test('what passed at a second try only is named, and a counterexample gets none', () => {
  const lines = summaryOf(
    {
      'a.test.ts': `${imports} let tries = 0;
      test('is late', () => expect(++tries).toBe(2));
      test('is wrong', () => expect(1).toBe(2));
      let properties = 0;
      test('has a counterexample', () => { if (++properties === 1) throw new Error('Property failed after 3 tests'); });`,
    },
    `retry: { count: ${secondTry.count}, condition: ${secondTry.condition} },`,
  );
  expect(lines).toEqual([
    'second try: a.test.ts > is late (expected 1 to be 2 // Object.is equality)',
    '1 passed, 2 failed',
  ]);
});
