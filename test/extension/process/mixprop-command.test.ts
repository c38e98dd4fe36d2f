import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CommandEnd, failureReason, runMixpropCommand } from '../../../extension/process/mixprop-command';
import { until } from '../../until';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mixprop-command-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const never = new AbortController().signal;

interface Options {
  signal?: AbortSignal;
  patienceMs?: number;
  onLine?(line: string): void;
  onMessage?(line: string): void;
}

/** Runs a program of Node's in the place of the trainer. */
function run(program: string, { signal = never, patienceMs, ...output }: Options = {}): Promise<CommandEnd> {
  const file = join(folder, 'program.cjs');
  writeFileSync(file, program);
  const launch = { command: process.execPath, arguments: [file], environment: { ...process.env } };
  return runMixpropCommand(launch, folder, signal, output, patienceMs);
}

/** Says that it is there, so that a test can cancel it. */
const ready = `require('node:fs').writeFileSync('ready', '');`;

async function cancelledWhenReady(program: string, patienceMs?: number): Promise<CommandEnd> {
  const cancelled = new AbortController();
  const work = run(program, { signal: cancelled.signal, patienceMs });
  await until(() => existsSync(join(folder, 'ready')));
  cancelled.abort();
  return work;
}

describe('a command of mixprop', () => {
  test('hands out its lines while it works, and keeps them; a torn one at its end too', async () => {
    const handedOut: string[] = [];
    const end = await run(
      "process.stdout.write('{\"a\"'); setTimeout(() => process.stdout.write(': 1}\\n\\nto'), 50)",
      {
        onLine: (line) => handedOut.push(line),
      },
    );
    expect(handedOut).toEqual(['{"a": 1}', '', 'to']);
    expect(end).toEqual({ status: 0, signal: null, isCancelled: false, lines: handedOut, lastWords: [] });
  });

  test('says at its failure what the trainer said last, without decoration and stack', async () => {
    const said: string[] = [];
    const end = await run(
      `console.error('downloading\\n');
       console.error('\\u001b[31mmixprop: the disk is full\\u001b[0m\\n    at write (x.js:1:1)\\n');
       process.exitCode = 1;`,
      { onMessage: (line) => said.push(line) },
    );
    expect(failureReason(end)).toBe('the disk is full');
    expect(said).toEqual(['downloading', 'mixprop: the disk is full', 'at write (x.js:1:1)']);
  });

  test('that fails without a word is told by its exit status', async () => {
    expect(failureReason(await run('process.exit(2)'))).toBe('it ended with exit status 2 and said nothing');
  });

  test('that has not failed is told by its answer, whatever else it said', async () => {
    const end = await run("console.log('{'); console.error('999 triangle'); process.exit(0)");
    expect(failureReason(end)).toBe('its answer of one line cannot be read');
  });

  test.skipIf(process.platform === 'win32')(
    'that was killed is told by the signal, not by what it said last',
    async () => {
      const end = await run("console.error('999 triangle'); process.kill(process.pid, 'SIGKILL')");
      expect(failureReason(end)).toBe('it was ended by SIGKILL');
    },
  );

  test('that cannot be started is an error', async () => {
    const launch = { command: join(folder, 'no-node'), arguments: [], environment: {} };
    await expect(runMixpropCommand(launch, folder, never)).rejects.toThrow(/ENOENT/);
  });

  test('does not wait for what it left behind with its output', async () => {
    const end = await run(`
      const { spawn } = require('node:child_process');
      const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 20000)'], { stdio: 'inherit' });
      require('node:fs').writeFileSync('child', String(child.pid));
      console.log('done');
      process.exit(0);`);
    process.kill(Number(readFileSync(join(folder, 'child'), 'utf8')), 'SIGKILL');
    expect(end).toMatchObject({ status: 0, lines: ['done'] });
  });
});

describe.skipIf(process.platform === 'win32')('a cancelled command', () => {
  test('is asked to stop', async () => {
    const end = await cancelledWhenReady(`
      process.on('SIGINT', () => { require('node:fs').writeFileSync('asked', ''); process.exit(1); });
      ${ready} setInterval(() => {}, 1000);`);
    expect(end).toMatchObject({ isCancelled: true });
    expect(existsSync(join(folder, 'asked'))).toBe(true);
  });

  test('that does not stop is killed, with what it started', async () => {
    const end = await cancelledWhenReady(
      `const { spawn } = require('node:child_process');
       process.on('SIGINT', () => {});
       const child = spawn(process.execPath, ['-e', 'process.on("SIGINT", () => {}); setInterval(() => {}, 1000)'], { stdio: 'ignore' });
       require('node:fs').writeFileSync('child', String(child.pid));
       ${ready} setInterval(() => {}, 1000);`,
      200,
    );
    expect(end).toMatchObject({ isCancelled: true });
    const child = Number(readFileSync(join(folder, 'child'), 'utf8'));
    await until(() => !isAtWork(child));
  });

  test('that was done by then is done', async () => {
    const end = await cancelledWhenReady(`
      process.on('SIGINT', () => process.exit(0));
      ${ready} setInterval(() => {}, 1000);`);
    expect(end).toMatchObject({ status: 0, isCancelled: true });
  });
});

/** Neither gone nor an orphan that nobody has waited for, as in a container without an init process. */
function isAtWork(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z');
  } catch {
    return false;
  }
}
