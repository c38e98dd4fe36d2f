import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RunWriteError } from '../../../common/errors/run-write-error';
import { isProcessAlive, thisProcess } from '../../../common/run/process-identity';
import { runPaths } from '../../../common/run/run-folder';
import { acquireRunLock, RunLockedError, readLockHolder } from '../../../common/run/run-lock';
import { temporaryFolders } from '../temporary-folder';
import { ChildProgram, type RunningChild } from './child-program';

const temporaryFolder = temporaryFolders();

let trainer: ChildProgram;

beforeAll(async () => {
  // Told a folder and a time, it waits for the time busily, so that several go at once, and then takes the lock.
  trainer = await ChildProgram.build(`
    import { createInterface } from 'node:readline';
    import { acquireRunLock, type RunLock } from '../../../common/run/run-lock';
    let lock: RunLock | undefined;
    createInterface({ input: process.stdin }).on('line', (line) => {
      if (line === 'release') return lock!.release();
      const [folder, time] = JSON.parse(line);
      while (Date.now() < time);
      try {
        lock = acquireRunLock(folder);
        console.log('held');
      } catch (error) {
        console.log((error as Error).name);
      }
    });
  `);
});
afterAll(() => trainer.dispose());

const deadProcess = () => ({ ...thisProcess(), pid: 2 ** 30 });

function tryLock(child: RunningChild, folder: string, time = 0): Promise<string> {
  child.tell(JSON.stringify([folder, time]));
  return child.line();
}

describe('acquireRunLock', { timeout: 60_000 }, () => {
  test('refuses a second trainer while the first lives, in this process and in another', async () => {
    const folder = temporaryFolder();
    const lock = acquireRunLock(folder);
    expect(() => acquireRunLock(folder)).toThrow(RunLockedError);
    expect(() => acquireRunLock(folder)).toThrow(new RegExp(`process ${process.pid}.*stop it first`));
    const other = trainer.start();
    expect(await tryLock(other, folder)).toBe('RunLockedError');
    lock.release();
    expect(await tryLock(other, folder)).toBe('held');
    expect(readLockHolder(folder)?.pid).toBe(other.pid);
    other.tell('release');
    other.end();
    await other.exit;
    expect(readdirSync(folder)).toEqual([]);
  });

  test('a trainer that was killed leaves no lock behind', async () => {
    const folder = temporaryFolder();
    const killed = trainer.start();
    expect(await tryLock(killed, folder)).toBe('held');
    await killed.kill();
    expect(existsSync(runPaths(folder).lock)).toBe(true);
    expect(isProcessAlive(readLockHolder(folder)!)).toBe(false);
    const lock = acquireRunLock(folder);
    expect(readLockHolder(folder)).toMatchObject(thisProcess());
    expect(readdirSync(folder)).toEqual(['lock.json']);
    lock.release();
  });

  test('of many that race for a lock, free or stale, one gets it', async () => {
    const racers = Array.from({ length: 4 }, () => trainer.start());
    for (let round = 0; round < 40; round++) {
      const folder = temporaryFolder();
      if (round % 2 === 1) writeFileSync(runPaths(folder).lock, JSON.stringify({ ...deadProcess(), id: 'x' }));
      const time = Date.now() + (round === 0 ? 1000 : 20);
      const outcomes = await Promise.all(racers.map((racer) => tryLock(racer, folder, time)));
      expect(outcomes.toSorted()).toEqual(['RunLockedError', 'RunLockedError', 'RunLockedError', 'held']);
      expect(readLockHolder(folder)?.pid).toBe(racers[outcomes.indexOf('held')]!.pid);
      expect(readdirSync(folder)).toEqual(['lock.json']);
    }
  });

  test('a later process with the same id is not taken for the holder', () => {
    const folder = temporaryFolder();
    const { host, pid, startTime, bootTicks } = thisProcess();
    const earlier = { host, pid, startTime: startTime - 86_400_000, id: 'x' };
    const ticks = bootTicks === undefined ? {} : { bootTicks: bootTicks.replace(/[0-9]+$/, '1') };
    writeFileSync(runPaths(folder).lock, JSON.stringify({ ...earlier, ...ticks }));
    acquireRunLock(folder).release();
  });

  test.skipIf(process.platform !== 'linux')('a clock that was set makes no living holder a dead one', () => {
    const identity = thisProcess();
    expect(isProcessAlive({ ...identity, startTime: identity.startTime - 3_600_000 })).toBe(true);
  });

  test('refuses a lock of another host, and says which and what to do', () => {
    const folder = temporaryFolder();
    const { lock } = runPaths(folder);
    writeFileSync(lock, JSON.stringify({ host: 'elsewhere-7', pid: 1, startTime: 0, id: 'x' }));
    expect(() => acquireRunLock(folder)).toThrow(/host elsewhere-7.*if it has ended, delete .*lock\.json/s);
    expect(JSON.parse(readFileSync(lock, 'utf8')).host).toBe('elsewhere-7');
  });

  test.each(['', '{', 'null', '{"host":1}', '{"host":"a","pid":"1"}'])('replaces a damaged lock: %j', (content) => {
    const folder = temporaryFolder();
    writeFileSync(runPaths(folder).lock, content);
    acquireRunLock(folder);
    expect(readLockHolder(folder)?.pid).toBe(process.pid);
  });

  test('says so when a trainer died in the middle of taking over', () => {
    const folder = temporaryFolder();
    const { lock } = runPaths(folder);
    const dead = JSON.stringify({ ...deadProcess(), id: 'x' });
    writeFileSync(lock, dead);
    writeFileSync(`${lock}.takeover`, dead);
    expect(() => acquireRunLock(folder)).toThrow(/delete .*lock\.json\.takeover and try again/);
  });

  test('release leaves the lock of another alone', () => {
    const folder = temporaryFolder();
    const lock = acquireRunLock(folder);
    const other = JSON.stringify({ ...thisProcess(), id: 'other' });
    writeFileSync(runPaths(folder).lock, other);
    lock.release();
    expect(readFileSync(runPaths(folder).lock, 'utf8')).toBe(other);
  });

  test('names the folder that is missing', () => {
    expect(() => acquireRunLock('/nonexistent/run')).toThrow(RunWriteError);
  });
});
