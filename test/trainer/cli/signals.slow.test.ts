import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { effectiveEvents, readAllEvents } from '../../../common/run/event-reader';
import { readSafetensors } from '../../../common/weights/safetensors';
import { until } from '../../until';

const folder = mkdtempSync(join(tmpdir(), 'mixprop-signals-'));
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});
const program = join(__dirname, '..', '..', '..', 'dist', 'mixprop.js');
const runs = join(folder, 'runs');
const experiment = join(folder, 'a.mixprop.json');
writeFileSync(
  experiment,
  JSON.stringify({
    dataset: { type: 'shapes', imageSize: 16, trainingImages: 200, validationImages: 40 },
    model: { width: 4 },
    method: { type: 'mixprop' },
    training: { epochs: 4, batchSize: 16 },
    record: { draws: true },
  }),
);

interface Running {
  child: ChildProcess;
  output: () => string;
  /** Exit status; null after a signal. */
  end: Promise<number | null>;
}

function start(...args: string[]): Running {
  const child = spawn(process.execPath, [program, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  return { child, output: () => output, end: new Promise((resolve) => child.on('close', resolve)) };
}

const train = (id: string, ...settings: string[]) =>
  start('train', experiment, '--runs', runs, '--name', id, ...settings.flatMap((setting) => ['--set', setting]));
const long = 'training.epochs=500';
const last = (id: string) => join(runs, id, 'checkpoints', 'last.safetensors');
const steps = (id: string) =>
  existsSync(join(runs, id, 'events.jsonl'))
    ? readAllEvents(join(runs, id)).filter(({ type }) => type === 'step').length
    : 0;
const stepOf = (id: string) => Number(readSafetensors(last(id)).metadata.step);
const hasStepped = (id: string, count = 3) => until(() => steps(id) >= count);

/** Whether a process listens on a TCP port, as a debugger would. */
function listens(pid: number): boolean {
  const sockets = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((name) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${name}`))?.[1] ?? [];
      } catch {
        return [];
      }
    }),
  );
  const lines = ['tcp', 'tcp6'].flatMap((name) => readFileSync(`/proc/${pid}/net/${name}`, 'utf8').split('\n'));
  return lines.some((line) => {
    const fields = line.trim().split(/\s+/);
    return fields[3] === '0A' && sockets.has(fields[9] ?? '');
  });
}

describe.skipIf(process.platform === 'win32')('signals to a training', { timeout: 120_000 }, () => {
  test.each(['SIGHUP', 'SIGTERM', 'SIGINT'] as const)('%s stops after the step, resumable', async (signal) => {
    const id = signal.toLowerCase();
    const { child, end, output } = train(id, long);
    await hasStepped(id);
    child.kill(signal);
    // Shells, schedulers and npm send more than one.
    child.kill(signal === 'SIGINT' ? 'SIGTERM' : signal);
    child.kill('SIGHUP');
    expect(await end).toBe(1);
    expect(output()).toContain('stopping at the next safe point');
    expect(readAllEvents(join(runs, id)).at(-1)).toMatchObject({ type: 'status', state: 'stopped' });
    expect(stepOf(id)).toBe(steps(id));
  });

  test.each(['SIGUSR1', 'SIGUSR2'] as const)(
    '%s writes a checkpoint, opens no port, and training goes on',
    async (signal) => {
      const id = signal.toLowerCase();
      const { child, end, output } = train(id, long, 'training.batchSize=2');
      await hasStepped(id);
      expect(stepOf(id)).toBe(0);
      child.kill(signal);
      await until(() => /checkpoint of step \d+, on request/.test(output()));
      const step = Number(/checkpoint of step (\d+)/.exec(output())?.[1]);
      expect(step).toBeGreaterThanOrEqual(3);
      expect(stepOf(id)).toBe(step);
      if (process.platform === 'linux') expect(listens(child.pid!)).toBe(false);
      await hasStepped(id, step + 5);
      child.kill('SIGTERM');
      expect(await end).toBe(1);
      expect(output()).not.toContain('Debugger listening');
    },
  );

  test('a run with checkpoints on request is equal to the bit to one without', async () => {
    const { child, end, output } = train('asked', 'training.epochs=2');
    const asking = setInterval(() => child.kill('SIGUSR1'), 50);
    await until(() => output().includes('training, 2 epochs'));
    expect(await end).toBe(0);
    clearInterval(asking);
    expect(output().match(/on request/g)!.length).toBeGreaterThan(2);
    expect(await train('plain', 'training.epochs=2').end).toBe(0);
    const records = (id: string) =>
      effectiveEvents(readAllEvents(join(runs, id)))
        .filter(({ type }) => type === 'step' || type === 'draws' || type === 'epoch' || type === 'divergence')
        .map((event) => ({ ...event, seq: 0, time: 0, imagesPerSecond: 0, seconds: 0 }));
    expect(records('asked')).toEqual(records('plain'));
    const tensors = (id: string) => {
      const bytes = readFileSync(last(id));
      return bytes.subarray(8 + Number(bytes.readBigUInt64LE()));
    };
    expect(tensors('asked').equals(tensors('plain'))).toBe(true);
  });

  test('a checkpoint on request is one to resume from after a kill', async () => {
    const { child, output } = train('killed', long);
    await hasStepped('killed');
    child.kill('SIGUSR1');
    await until(() => output().includes('on request'));
    const step = stepOf('killed');
    child.kill('SIGKILL');
    const resumed = start('resume', join(runs, 'killed'));
    await until(() => resumed.output().includes(`training from step ${step + 1}`));
    resumed.child.kill('SIGHUP');
    expect(await resumed.end).toBe(1);
  });

  test('while it starts: whatever is opened before the program runs is closed again', async () => {
    for (let waitMs = 40; waitMs < 400; waitMs += 40) {
      const { child } = start('data', 'images', experiment, '--json');
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      child.kill('SIGUSR1');
      await new Promise((resolve) => child.once('exit', resolve));
    }
    const asked = train('early', long);
    const asking = setInterval(() => asked.child.kill('SIGUSR1'), 50);
    // Node itself knows no handler in its first milliseconds and ends: then there is no port either.
    await Promise.race([hasStepped('early'), asked.end]);
    clearInterval(asking);
    if (asked.child.exitCode === null && asked.child.signalCode === null && process.platform === 'linux')
      expect(listens(asked.child.pid!)).toBe(false);
    asked.child.kill('SIGKILL');
  });

  test('nohup keeps it going when the terminal closes', async () => {
    const script = 'nohup "$0" "$@" & echo $!; wait';
    const args = [program, 'train', experiment, '--runs', runs, '--name', 'nohup', '--set', long];
    const shell = spawn('bash', ['-c', script, process.execPath, ...args], { cwd: folder });
    children.push(shell);
    const pid = Number(await new Promise((resolve) => shell.stdout.once('data', resolve)));
    await hasStepped('nohup');
    process.kill(pid, 'SIGHUP');
    const before = steps('nohup');
    await hasStepped('nohup', before + 10);
    process.kill(pid, 'SIGTERM');
    await new Promise((resolve) => shell.once('exit', resolve));
    expect(readAllEvents(join(runs, 'nohup')).at(-1)).toMatchObject({ state: 'stopped' });
  });

  test('output that nobody takes any more stops it in order', async () => {
    const { child, end } = train('deaf', long);
    await hasStepped('deaf');
    child.stdout!.destroy();
    child.stderr!.destroy();
    expect(await end).toBe(1);
    expect(readAllEvents(join(runs, 'deaf')).at(-1)).toMatchObject({ state: 'stopped' });
    expect(stepOf('deaf')).toBe(steps('deaf'));
  });
});

test.skipIf(process.platform === 'win32')(
  'other commands pass SIGUSR1 and SIGUSR2 over and end in order at SIGHUP',
  async () => {
    const images = join(folder, 'images');
    const args = ['corrupt', images, '--corruption', 'all', '--severity', '1', '--out', join(folder, 'out')];
    const { writeImageFolder } = await import('../data/images/image-files');
    await writeImageFolder(images, 20, 20, 64);
    const { child, end, output } = start(...args);
    await until(() => existsSync(join(folder, 'out')) && readdirSync(join(folder, 'out')).length > 0);
    child.kill('SIGUSR1');
    child.kill('SIGUSR2');
    child.kill('SIGHUP');
    expect(await end).toBe(1);
    expect(output()).not.toMatch(/Debugger listening|^\s+at /m);
    expect(spawnSync(process.execPath, [program, ...args]).status).toBe(0);
    expect(statSync(join(folder, 'out')).isDirectory()).toBe(true);
  },
);
