import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { runPaths } from '../../../common/run/run-folder';
import { changeRunNotes } from '../../../common/run/run-notes';
import { parseInvocation } from '../../../trainer/cli/command';
import { runsCommand } from '../../../trainer/cli/runs';
import { epochBodies, finished, makeStudyRun, running } from '../../common/study/study-runs';
import { temporaryFolders } from '../../common/temporary-folder';

const temporaryFolder = temporaryFolders();
let folder = '';

beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => void vi.restoreAllMocks());

/** Runs the command; what it printed on the two streams, without the progress of reading. */
async function runs(...argv: string[]): Promise<{ status: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    if (!String(text).startsWith('reading runs')) err += String(text);
    return true;
  });
  const words = argv.includes('--runs') ? argv : [...argv, '--runs', folder];
  const status = await runsCommand.run(parseInvocation(runsCommand, words, new AbortController()));
  return { status, out, err };
}

function makeStudy(): void {
  for (const [type, seed, top1] of [
    ['mixprop', 1, 0.5],
    ['mixprop', 2, 0.75],
    ['vanilla', 1, 0.25],
  ] as const) {
    const experiment = { name: 'study', seed, method: { type }, training: { epochs: 1 } };
    const bodies = [running, ...epochBodies(1, top1, 1, type === 'mixprop'), finished];
    makeStudyRun(folder, `${type}-${seed}`, { experiment, bodies });
  }
}

describe('mixprop runs', () => {
  test('lists the runs in a folder, as they are asked for', async () => {
    makeStudy();
    const { status, out, err } = await runs('--sort', 'method,seed:desc');
    expect(status).toBe(0);
    expect(err).toBe('');
    expect(out.split('\n').map((line) => line.split(/ {2,}/).slice(0, 5))).toEqual([
      ['Run', 'State', 'Method', 'Epochs', 'Best top-1'],
      ['mixprop-2', 'finished', 'mixprop', '1', '75.00 %'],
      ['mixprop-1', 'finished', 'mixprop', '1', '50.00 %'],
      ['vanilla-1', 'finished', 'vanilla', '1', '25.00 %'],
      [''],
    ]);
    changeRunNotes(join(folder, 'vanilla-1'), { name: 'base, "line"', tags: ['paper'] });
    const csv = await runs('--format', 'csv', '--columns', 'run,seed,bestTop1', '--filter', 'tags = paper or seed = 2');
    expect(csv.out).toBe('run,seed,bestTop1\r\nmixprop-2,2,0.75\r\n"base, ""line""",1,0.25\r\n');
  });

  test('groups them over seeds', async () => {
    makeStudy();
    const { out } = await runs('--group-by', 'method', '--columns', 'bestTop1', '--format', 'csv');
    expect(out).toBe(
      'method.type,runs,bestTop1.mean,bestTop1.sd,bestTop1.n\r\n' +
        `mixprop,2,0.625,${Math.sqrt(2 * 0.125 ** 2)},2\r\nvanilla,1,0.25,,1\r\n`,
    );
    const worstFirst = await runs('--group-by', 'method', '--sort', 'bestTop1:asc');
    expect(worstFirst.out.split('\n')[1]).toMatch(/^vanilla/);
    const { groups } = JSON.parse((await runs('--group-by', 'method', '--columns', 'bestTop1', '--json')).out);
    expect(groups[1]).toEqual({
      keys: { 'method.type': 'vanilla' },
      runs: ['vanilla-1'],
      values: { bestTop1: { n: 1, mean: 0.25 } },
    });
  });

  test('gives the same JSON either way', async () => {
    makeStudy();
    const { out } = await runs('--json', '--filter', 'seed==2', '--columns', 'bestTop1,started');
    expect((await runs('--format', 'json', '--filter', 'seed==2', '--columns', 'bestTop1,started')).out).toBe(out);
    expect(JSON.parse(out)).toEqual({
      runsFolder: folder,
      filter: 'seed = 2',
      columns: [
        { name: 'bestTop1', title: 'Best top-1', unit: 'in [0, 1]', better: 'higher' },
        { name: 'started', title: 'Started' },
      ],
      runs: [
        {
          id: 'mixprop-2',
          label: 'mixprop-2',
          folder: join(folder, 'mixprop-2'),
          values: { bestTop1: 0.75, started: '1970-01-01T00:00:01.000Z' },
        },
      ],
    });
  });

  test('knows fields that no run has, and says where a filter is wrong', async () => {
    makeStudy();
    expect((await runs('--filter', 'method.attack.steps > 1')).err).toMatch(/none of the 3 runs in .* asks for/);
    await expect(runs('--filter', 'seed < 3 and methd = x')).rejects.toThrow(
      '--filter: there is no column and no setting "methd"; did you mean "method"?\n  seed < 3 and methd = x\n               ^',
    );
  });

  test('warns of what is damaged or not finished, and shows the rest', async () => {
    makeStudy();
    writeFileSync(runPaths(join(folder, 'mixprop-1')).experiment, '{"seed": 1, "method": {"type": "mixprop"}, "x": 1}');
    makeStudyRun(folder, 'vanilla-2', { experiment: { seed: 2, method: { type: 'vanilla' } } });
    const { status, out, err } = await runs('--group-by', 'method', '--columns', 'bestTop1', '--format', 'csv');
    expect(status).toBe(0);
    expect(err).toContain('warning: mixprop-1: ');
    expect(err).toContain("warning: 1 of the 4 runs have not finished: 'state = finished' leaves them out");
    expect(out).toContain('mixprop,2,0.75,,1\r\nvanilla,2,0.25,,1\r\n');
  });

  test('says where the runs are, if not here', async () => {
    makeStudyRun(join(folder, 'quickstart'), 'a');
    const { status, out, err } = await runs('--format', 'csv', '--columns', 'run');
    expect(status).toBe(0);
    expect(out).toBe('run\r\n');
    expect(err).toContain(`there are no runs in ${folder}: name ${join(folder, 'quickstart')} with --runs`);
    mkdirSync(join(folder, 'empty'));
    expect((await runs('--runs', join(folder, 'empty'))).err).toContain('train an experiment, or name another folder');
    await expect(runs('--runs', join(folder, 'gone'))).rejects.toThrow(/gone cannot be read: there is no such file/);
    await expect(runs('--runs', join(folder, 'quickstart', 'a'))).rejects.toThrow('is a run: name the folder');
  });

  test.each([
    [['--columns', 'run,,seed'], '--columns run,,seed: a name between commas is empty'],
    [['--columns', 'epocs'], '--columns: there is no column and no setting "epocs"; did you mean "epochs"?'],
    [['--group-by', 'type'], '--group-by: "type" can be'],
    [['--sort', 'seed:down'], '--sort: write seed:asc or seed:desc, not "seed:down"'],
    [['--format', 'cvs'], '--format must be one of'],
    [['--format', 'csv', '--json'], '--json and --format csv ask for two things'],
    [['--filter', 'seed <'], '--filter: expected a value after "<"'],
    [['somewhere'], 'runs takes options only'],
  ])('refuses %j', async (argv, message) => {
    makeStudy();
    await expect(runs(...argv)).rejects.toThrow(expect.objectContaining({ name: 'UsageError' }));
    await expect(runs(...argv)).rejects.toThrow(message);
  });
});
