import { type ChildProcess, execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readAllEvents } from '../../../common/run/event-reader';
import { readLockHolder } from '../../../common/run/run-lock';
import { sweepRuns } from '../../../common/run/sweep-runs';
import { trainerPresence } from '../../../common/run/trainer-presence';
import { until } from '../../until';

const folder = mkdtempSync(join(tmpdir(), 'mixprop-sweep-'));
const program = join(__dirname, '..', '..', '..', 'dist', 'mixprop.js');
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

const file = join(folder, 'small.mixprop.json');
const experiment = {
  name: 'small',
  dataset: { type: 'shapes', imageSize: 16, trainingImages: 96, validationImages: 20 },
  model: { width: 4 },
  training: { epochs: 2, batchSize: 16 },
};
const sweep = { grid: { 'method.type': ['vanilla', 'mixprop'] }, seeds: 2 };
writeFileSync(file, JSON.stringify({ ...experiment, sweep }));

function start(...args: string[]): { child: ChildProcess; end: Promise<{ status: number | null; text: string }> } {
  let child!: ChildProcess;
  const end = new Promise<{ status: number | null; text: string }>((done) => {
    child = execFile(process.execPath, [program, ...args], (_, stdout, stderr) =>
      done({ status: child.exitCode, text: stdout + stderr }),
    );
  });
  children.push(child);
  return { child, end };
}
const mixprop = (...args: string[]) => start(...args).end;

const foldersIn = (runs: string) => (existsSync(runs) ? readdirSync(runs).filter((name) => !name.startsWith('.')) : []);
/** How many steps a run was trained, those of superseded records too. */
const stepsOf = (run: string) => readAllEvents(run).filter(({ type }) => type === 'step').length;
const weights = (run: string) => readFileSync(join(run, 'checkpoints', 'last.safetensors'));

describe('a sweep of two methods and two seeds', () => {
  test('is killed with a trainer, goes on, and ends with the weights of runs trained alone', async () => {
    const runs = join(folder, 'killed');
    const killed = start('sweep', file, '--runs', runs, '--jobs', '2');
    // One is killed in its first epoch; the other goes on without the sweep.
    const victim = await until(() =>
      foldersIn(runs)
        .map((name) => join(runs, name))
        .find((run) => stepsOf(run) > 1),
    );
    killed.child.kill('SIGKILL');
    process.kill(readLockHolder(victim)!.pid, 'SIGKILL');
    await until(() => trainerPresence(victim) === 'gone');

    const dry = JSON.parse(
      (await mixprop('sweep', file, '--runs', runs, '--dry-run', '--json')).text
        .split('\n')
        .find((line) => line.startsWith('{'))!,
    );
    expect(dry.runs).toHaveLength(4);
    expect(dry.cost).toMatchObject({ total: 12 });
    expect(dry.cost.left).toBeGreaterThan(0);

    const again = await mixprop('sweep', file, '--runs', runs);
    expect(again).toMatchObject({ status: 0, text: expect.stringContaining('4 of 4 runs are finished') });
    const found = sweepRuns(runs);
    expect([...found.values()].map((same) => same.length)).toEqual([1, 1, 1, 1]);
    expect(readdirSync(runs).filter((name) => name.startsWith('.sweep'))).toEqual([]);

    const finished = await mixprop('sweep', file, '--runs', runs);
    expect(finished).toMatchObject({ status: 0 });
    expect([...sweepRuns(runs).values()].flat().sort()).toEqual([...found.values()].flat().sort());

    for (const [point, [type, seed]] of [
      ['vanilla', 1],
      ['vanilla', 2],
      ['mixprop', 1],
      ['mixprop', 2],
    ].entries()) {
      const alone = join(folder, 'alone');
      const id = `alone-${point}`;
      const set = ['--set', 'sweep=null', '--set', `method.type=${type}`, '--set', `seed=${seed}`];
      expect((await mixprop('train', file, '--runs', alone, '--name', id, ...set)).status).toBe(0);
      const run = [...found.values()].flat().find((one) => {
        const { method, seed: own } = JSON.parse(readFileSync(join(one, 'experiment.json'), 'utf8'));
        return method.type === type && own === seed;
      })!;
      expect(weights(run).equals(weights(join(alone, id)))).toBe(true);
    }
  }, 400_000);

  test('is made once by two sweeps at once', async () => {
    const runs = join(folder, 'twice');
    const ends = await Promise.all(
      [0, 1].map(() => mixprop('sweep', file, '--runs', runs, '--set', 'training.epochs=1')),
    );
    for (const end of ends) {
      expect(end).toMatchObject({ status: 0, text: expect.stringContaining('4 of 4 runs are finished') });
    }
    expect([...sweepRuns(runs).values()].map((same) => same.length)).toEqual([1, 1, 1, 1]);
    expect(foldersIn(runs)).toHaveLength(4);
    for (const name of foldersIn(runs)) expect(stepsOf(join(runs, name))).toBe(6);
  }, 400_000);

  test('is stopped by Ctrl-C with its trainers, and says what is left', async () => {
    const runs = join(folder, 'stopped');
    const stopped = start('sweep', file, '--runs', runs, '--set', 'training.epochs=50');
    await until(() => foldersIn(runs).some((name) => stepsOf(join(runs, name)) > 0));
    stopped.child.kill('SIGINT');
    const { status, text } = await stopped.end;
    expect(status).toBe(1);
    expect(text).toContain('0 of 4 runs are finished');
    const [run] = foldersIn(runs);
    expect(foldersIn(runs)).toHaveLength(1);
    expect(trainerPresence(join(runs, run!))).toBe('gone');
    expect(readAllEvents(join(runs, run!)).findLast(({ type }) => type === 'status')).toMatchObject({
      state: 'stopped',
    });
  }, 200_000);
});

test('a run that fails leaves the others to be trained', async () => {
  const runs = join(folder, 'failing');
  const bad = join(folder, 'bad.mixprop.json');
  const list = [{ 'optimizer.learningRate': 1e30 }, {}];
  writeFileSync(bad, JSON.stringify({ ...experiment, training: { epochs: 1, batchSize: 16 }, sweep: { list } }));
  const { status, text } = await mixprop('sweep', bad, '--runs', runs);
  expect(status).toBe(1);
  expect(text).toContain('1 of 2 runs are finished');
  expect(text).toMatch(/run 1 \(optimizer\.learningRate 1e\+30\): failed/);
}, 200_000);

describe('what cannot be trained', () => {
  test.each<[args: string[], message: string]>([
    [['train', file], 'has a sweep of 4 runs: make them with `mixprop sweep'],
    [['train', file, '--point', '5'], '--point must be a whole number from 1 to 4, not "5"'],
    [['train', file, '--point', '1', '--set', 'sweep=null'], '--point names a run of a sweep, and the file has none'],
    [['sweep', file, '--set', 'seed=3'], '--set seed=3: the sweep gives seed its values: change them in the file'],
    [['sweep', file, '--set', 'sweep=null'], 'has no sweep: give it one'],
    [['sweep', file, '--set', 'optimizer.momentum=2'], '--set optimizer.momentum=2: must be less than 1'],
  ])('%j', async (args, message) => {
    const { status, text } = await mixprop(...args, '--runs', join(folder, 'none'));
    expect(status).toBe(2);
    expect(text).toContain(message);
  });
});
