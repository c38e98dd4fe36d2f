import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CommandEnd, failureReason, runMixpropCommand } from '../../../extension/process/mixprop-command';
import type { InstallMessage } from '../../../extension/runtime/install-messages';
import { Installation, type InstallationEnd } from '../../../extension/runtime/installation';
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

async function install(program: string, options: Options = {}) {
  const messages: InstallMessage[] = [];
  const installation = new Installation((message) => messages.push(message));
  const end = await run(program, { ...options, onLine: installation.take });
  return { messages, end: installation.outcome(end) };
}

const print = (value: object) => `console.log(${JSON.stringify(JSON.stringify(value))});`;
const plan = {
  type: 'plan',
  name: 'tensorflow',
  downloadBytes: 270e6,
  diskBytes: 900e6,
  folder: '/runtimes/tensorflow',
};
const installed = { type: 'installed', name: 'tensorflow', folder: '/runtimes/tensorflow', version: '2.21.0' };
/** Says that it is there, so that a test can cancel it. */
const ready = `require('node:fs').writeFileSync('ready', '');`;

async function cancelledWhenReady(program: string, patienceMs?: number): Promise<InstallationEnd> {
  const cancelled = new AbortController();
  const work = install(program, { signal: cancelled.signal, patienceMs });
  await until(() => existsSync(join(folder, 'ready')));
  cancelled.abort();
  return (await work).end;
}

describe('a command of mixprop', () => {
  test('hands out an installation’s messages in order, and how it ended', async () => {
    const progress = { type: 'progress', phase: 'downloading', done: 120e6, total: 270e6 };
    const { messages, end } = await install([plan, progress, installed].map(print).join(''));
    expect(messages).toEqual([plan, progress, installed]);
    expect(end).toEqual({ kind: 'installed', installed });
  });

  test('leaves out lines that are torn, no messages, or of an unknown kind', async () => {
    const { messages, end } = await install(`
      process.stdout.write('{"type":"plan","na');
      setTimeout(() => {
        process.stdout.write('me":"x"\\n\\nnot JSON\\nnull\\n[1]\\n"plan"\\n{"type":"new in 2.0"}\\n{"type":"progress","phase":1}\\n');
        ${print(installed)}
        process.stdout.write('{"type":"progress","phase":"che');
      }, 50);`);
    expect(messages).toEqual([installed]);
    expect(end).toEqual({ kind: 'installed', installed });
  });

  test('that is done without a word is done', async () => {
    expect((await install('')).end).toEqual({ kind: 'installed', installed: undefined });
  });

  test('says at its failure what the trainer said last, without decoration and stack', async () => {
    const said: string[] = [];
    const { end } = await install(
      `console.error('downloading\\n');
       console.error('\\u001b[31mmixprop: the disk is full\\u001b[0m\\n    at write (x.js:1:1)\\n');
       process.exitCode = 1;`,
      { onMessage: (line) => said.push(line) },
    );
    expect(end).toEqual({ kind: 'failed', reason: 'the disk is full' });
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
    expect(end).toEqual({ kind: 'cancelled' });
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
    expect(end).toEqual({ kind: 'cancelled' });
    const child = Number(readFileSync(join(folder, 'child'), 'utf8'));
    await until(() => !isAtWork(child));
  });

  test('that was done by then is done', async () => {
    const end = await cancelledWhenReady(`
      process.on('SIGINT', () => { ${print(installed)} process.exit(0); });
      ${ready} setInterval(() => {}, 1000);`);
    expect(end).toEqual({ kind: 'installed', installed });
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
