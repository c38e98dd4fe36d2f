import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { parseInvocation } from '../../../trainer/cli/command';
import { reportCommand } from '../../../trainer/cli/report';
import { runPaths } from '../../../trainer/run/run-folder';
import { temporaryFolder, writeRun } from './report-fixture';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Runs the command and returns its status and what it printed. */
async function report(...argv: string[]): Promise<{ status: number; output: string }> {
  let output = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    output += String(text);
    return true;
  });
  const status = await reportCommand.run(parseInvocation(reportCommand, argv, new AbortController()));
  return { status, output };
}

describe('mixprop report', () => {
  test('writes a page with the built panel inside, and the table', async () => {
    const folder = temporaryFolder();
    const run = writeRun(folder, 'run-1');
    const out = join(folder, 'new', 'report.html');
    const { status, output } = await report(run, '--out', out, '--tables');
    expect(status).toBe(0);
    expect(output).toContain('| run-1 | mixprop | preact-resnet18 ×8 | finished | 4 of 4 |');
    const html = readFileSync(out, 'utf8');
    expect(html).toContain('id="mixprop-messages-curves"');
    expect(html).toContain('id="mixprop-messages-divergence"');
    expect(html.length).toBeGreaterThan(200_000);
  });

  test('--tables needs no file; --json gives the rows', async () => {
    const run = writeRun(temporaryFolder(), 'run-1', { method: 'vanilla' });
    const { output } = await report(run, '--json', '--tables');
    const { runs } = JSON.parse(output.split('\n').find((line) => line.startsWith('{'))!);
    expect(runs).toMatchObject([{ runId: 'run-1', method: 'vanilla', epochs: 4, backend: 'wasm' }]);
    expect(runs[0].aux).toBeUndefined();
  });

  test('what cannot be reported is named, and nothing is written', async () => {
    const folder = temporaryFolder();
    const good = writeRun(folder, 'good');
    const out = join(folder, 'report.html');
    const damaged = writeRun(folder, 'damaged');
    writeFileSync(runPaths(damaged).experiment, '{"name": 1}');
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    const attempts: [string[], string][] = [
      [[], 'needs a run folder'],
      [[good], '--out'],
      [[join(folder, 'nowhere'), '--out', out], 'nowhere'],
      [[good, empty, '--out', out], 'empty'],
      [[good, damaged, '--out', out], 'damaged'],
      [[good, good, '--out', out], 'two runs are called good'],
    ];
    for (const [argv, words] of attempts) {
      await expect(report(...argv)).rejects.toMatchObject({
        name: 'UsageError',
        message: expect.stringContaining(words),
      });
    }
    const impossible = join(good, 'experiment.json', 'x.html');
    await expect(report(good, '--out', impossible)).rejects.toMatchObject({
      name: 'OutputError',
      message: expect.stringContaining(`cannot write ${impossible}: a part of the path is a file`),
    });
    expect(existsSync(out)).toBe(false);
  });

  test('a run without records is still a run', async () => {
    const run = writeRun(temporaryFolder(), 'new');
    rmSync(runPaths(run).events);
    rmSync(runPaths(run).environment);
    const { output } = await report(run, '--tables');
    expect(output).toContain('| queued | 0 of 4 | – |');
  });
});
