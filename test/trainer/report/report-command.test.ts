import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { runPaths } from '../../../common/run/run-folder';
import { parseInvocation } from '../../../trainer/cli/command';
import { reportCommand } from '../../../trainer/cli/report';
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
      [[good, join(folder, 'nowhere'), '--out', out], 'there is no run folder'],
      [
        [empty, damaged, '--out', out],
        `${empty} is not a run folder: it is empty\n${runPaths(damaged).experiment} is damaged`,
      ],
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

  test('of all that lies among runs the others are named, and the report is made of the runs', async () => {
    const folder = temporaryFolder();
    writeRun(folder, 'run-1');
    writeRun(folder, 'run-2', { method: 'vanilla' });
    writeFileSync(join(folder, 'notes.txt'), 'see run-2');
    mkdirSync(join(folder, 'empty'));
    writeRun(join(folder, 'group'), 'inner');
    mkdirSync(join(folder, 'half-made', 'checkpoints'), { recursive: true });
    writeFileSync(runPaths(writeRun(folder, 'damaged')).experiment, '{"name": 1}');
    rmSync(runPaths(writeRun(folder, 'no-log')).events);
    mkdirSync(runPaths(join(folder, 'no-log')).events);
    let errors = '';
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      errors += String(text);
      return true;
    });
    const out = join(temporaryFolder(), 'report.html');
    const all = readdirSync(folder).map((name) => join(folder, name));
    const { status, output } = await report(...all, join(folder, 'run-1'), '--out', out, '--tables', '--json');
    expect(status).toBe(0);
    const { runs, passedOver } = JSON.parse(output.split('\n').find((line) => line.startsWith('{'))!);
    expect(runs.map(({ runId }: { runId: string }) => runId)).toEqual(['run-1', 'run-2']);
    const expected = [
      `${runPaths(join(folder, 'damaged')).experiment} is damaged or from another version of MixProp Studio: name:`,
      `${join(folder, 'empty')} is not a run folder: it is empty`,
      `${join(folder, 'group')} is not a run folder: it has no experiment.json, but runs in it: name ${join(folder, 'group', '*')}`,
      `${join(folder, 'half-made')} is not a run folder: it has no experiment.json`,
      `${runPaths(join(folder, 'no-log')).events} cannot be read`,
      `${join(folder, 'notes.txt')} is a file, not a run folder`,
    ];
    expect(passedOver).toEqual(expected.map((words) => expect.stringContaining(words)));
    const html = readFileSync(out, 'utf8');
    expect(html).toContain('Passed over: 6');
    for (const words of expected) {
      expect(errors).toContain(`passed over: ${words}`);
      expect(html).toContain(words);
    }
  });

  test('of damaged records the table and stderr say so, and no mean is made of the rest', async () => {
    const folder = temporaryFolder();
    const { events } = runPaths(writeRun(folder, 'cut', { method: 'vanilla' }));
    const lines = readFileSync(events, 'utf8').split('\n');
    writeFileSync(events, lines.toSpliced(4, 2).join('\n'));
    const { stderr } = process;
    const write = vi.spyOn(stderr, 'write').mockReturnValue(true);
    const runs = [writeRun(folder, 'whole', { method: 'vanilla' }), join(folder, 'cut')];
    const { status, output } = await report(...runs, '--tables');
    expect(status).toBe(0);
    expect(output).toContain('| cut | vanilla | preact-resnet18 ×8 | finished (events.jsonl lacks 2 records) |');
    expect(write.mock.calls.join('')).toContain('warning: cut: events.jsonl lacks 2 records');
    expect(output).not.toContain('(2 runs)');
  });

  test('a run without records is still a run', async () => {
    const run = writeRun(temporaryFolder(), 'new');
    rmSync(runPaths(run).events);
    rmSync(runPaths(run).environment);
    const { output } = await report(run, '--tables');
    expect(output).toContain('| queued | 0 of 4 | – |');
  });
});
