import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TrainerProcess } from '../../../common/launch/trainer-process';
import { lastWords } from '../../../common/run/last-words';
import { runPaths } from '../../../common/run/run-folder';
import { until } from '../../until';

let folder: string;
const started: TrainerProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mixprop-launch-'));
});
afterEach(() => {
  for (const trainer of started.splice(0)) trainer.kill();
  rmSync(folder, { recursive: true, force: true });
});

async function start(script: string): Promise<TrainerProcess> {
  const file = join(folder, 'program.cjs');
  writeFileSync(file, script);
  const launch = { command: process.execPath, arguments: [file, folder], environment: { ...process.env } };
  const trainer = await TrainerProcess.start(launch, folder, folder);
  started.push(trainer);
  return trainer;
}

const record = (seq: number, state: string) =>
  `require('node:fs').appendFileSync(process.argv[2] + '/events.jsonl', ${JSON.stringify(
    `${JSON.stringify({ seq, time: 0, type: 'status', state })}\n`,
  )});`;
const trains = record(2, 'running');
const never = new AbortController().signal;

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('starting a trainer', () => {
  test('has started when it records that it trains', async () => {
    const trainer = await start(`console.log('hello'); ${trains} setInterval(() => {}, 1000);`);
    expect(await trainer.started(never)).toBeUndefined();
    expect(trainer.lastWords(1)).toEqual(['hello']);
    expect(readFileSync(runPaths(folder).log, 'utf8')).toContain('hello');
  });

  test('is not taken in by what an earlier trainer left behind, nor by its own first record', async () => {
    writeFileSync(runPaths(folder).events, '{"seq":1,"time":0,"type":"status","state":"running"}\n');
    writeFileSync(runPaths(folder).log, 'said before\n');
    const trainer = await start(`${record(2, 'queued')} setTimeout(() => process.exit(2), 300);`);
    expect(await trainer.started(never)).toEqual({ status: 2, signal: null });
    expect(trainer.lastWords(3)).toEqual([]);
  });

  test('an early end gives its status, and its last words are in the log', async () => {
    const trainer = await start(
      `console.log('loading'); console.error('\\u001b[31ma.mixprop.json:3:5: epochs: must be a number\\u001b[0m\\n    at x (y.js:1:1)\\n'); process.exitCode = 2;`,
    );
    expect(await trainer.started(never)).toEqual({ status: 2, signal: null });
    expect(trainer.lastWords(3)).toEqual(['loading', 'a.mixprop.json:3:5: epochs: must be a number']);
    expect(trainer.lastWords(1)).toEqual(['a.mixprop.json:3:5: epochs: must be a number']);
    expect(lastWords(join(folder, 'absent.log'), 3)).toEqual([]);
  });

  test('a program that is not there is an error', async () => {
    const launch = { command: join(folder, 'no-node'), arguments: [], environment: {} };
    const trainer = await TrainerProcess.start(launch, folder, folder);
    await expect(trainer.started(never)).rejects.toThrow(/ENOENT/);
  });

  test('waiting can be given up', async () => {
    const trainer = await start('setInterval(() => {}, 1000);');
    await expect(trainer.started(AbortSignal.timeout(200))).rejects.toThrow();
  });

  test.skipIf(process.platform === 'win32')('kill ends the process and what it started', async () => {
    const trainer = await start(
      `const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
       require('node:fs').writeFileSync(process.argv[2] + '/child', String(child.pid));
       process.on('SIGTERM', () => {}); ${trains} setInterval(() => {}, 1000);`,
    );
    await trainer.started(never);
    const grandchild = Number(readFileSync(join(folder, 'child'), 'utf8'));
    expect(isRunning(grandchild)).toBe(true);
    trainer.kill();
    expect(await trainer.exit).toEqual({ status: null, signal: 'SIGKILL' });
    await until(() => !isRunning(grandchild) || isZombie(grandchild));
  });

  test.runIf(process.platform === 'linux')(
    'leads a process group of its own, so that signals to the window pass it by',
    async () => {
      const program = join(folder, 'sleeper.sh');
      writeFileSync(program, '#!/bin/sh\necho $$ > "$1/pid"\nexec sleep 60\n');
      chmodSync(program, 0o755);
      const trainer = await TrainerProcess.start(
        { command: program, arguments: [folder], environment: { ...process.env } },
        folder,
        folder,
      );
      started.push(trainer);
      // The file is there before its line is.
      const pid = await until(
        () => readFileSync(join(folder, 'pid'), { encoding: 'utf8', flag: 'a+' }).trim() || undefined,
      );
      // Field 5 of proc(5) stat is the process group.
      expect(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')[2]).toBe(pid);
    },
  );
});

/** An orphan that nobody has waited for, as in a container without an init process. */
function isZombie(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z');
  } catch {
    return false;
  }
}
