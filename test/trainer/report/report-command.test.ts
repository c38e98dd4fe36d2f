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

  test('runs of the same id are two runs, and go by the folders that tell them apart', async () => {
    const parent = temporaryFolder();
    const folders = ['a', 'b'].map((project, index) =>
      writeRun(join(parent, project, 'runs'), 'small-1', { method: index === 0 ? 'mixprop' : 'vanilla' }),
    );
    const out = join(parent, 'report.html');
    const { runs } = JSON.parse((await report(...folders, '--out', out, '--json')).output) as { runs: object[] };
    expect(runs).toMatchObject([
      { runId: 'small-1', label: 'small-1 (a)', method: 'mixprop' },
      { runId: 'small-1', label: 'small-1 (b)', method: 'vanilla' },
    ]);
    const page = readFileSync(out, 'utf8');
    const messages = /id="mixprop-messages-curves">(.*?)<\/script>/s.exec(page)![1]!;
    const [{ runs: curves }] = JSON.parse(messages) as [{ runs: { header: object }[] }];
    expect(curves.map(({ header }) => header)).toMatchObject([
      {
        runKey: 'small-1 (a)',
        runId: 'small-1',
        label: 'small-1 (a)',
        description: expect.stringContaining('mixprop'),
      },
      {
        runKey: 'small-1 (b)',
        runId: 'small-1',
        label: 'small-1 (b)',
        description: expect.stringContaining('vanilla'),
      },
    ]);
    // Whoever gets the page does not get to know where the runs are.
    expect(page).not.toContain(parent);
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
      [[good, `${good}/../good`, '--out', out], 'is named twice'],
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
