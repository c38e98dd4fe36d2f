import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isProcessAlive, thisProcess } from '../../../trainer/run/process-identity';
import { runPaths } from '../../../trainer/run/run-folder';
import { acquireRunLock, RunLockedError, readLockHolder } from '../../../trainer/run/run-lock';
import { RunWriteError } from '../../../trainer/run/run-write-error';
import { ChildProgram } from './child-program';
import { temporaryFolders } from './temporary-folder';

const temporaryFolder = temporaryFolders();

let trainer: ChildProgram;

beforeAll(async () => {
  // With a time: waits for it busily, so that several start at once. Then takes the lock and holds it until told to end.
  trainer = await ChildProgram.build(`
    import { acquireRunLock } from '../../../trainer/run/run-lock';
    const [folder, time] = process.argv.slice(2);
    while (Date.now() < Number(time ?? 0));
    try {
      const lock = acquireRunLock(folder!);
      console.log('held');
      process.stdin.once('data', () => { lock.release(); process.exit(); });
    } catch (error) {
      console.log((error as Error).name);
    }
  `);
});
afterAll(() => trainer.dispose());

describe('acquireRunLock', () => {
  test('refuses a second trainer while the first lives, in this process and in another', async () => {
    const folder = temporaryFolder();
    const lock = acquireRunLock(folder);
    expect(() => acquireRunLock(folder)).toThrow(RunLockedError);
    expect(() => acquireRunLock(folder)).toThrow(new RegExp(`process ${process.pid}.*stop it first`));
    expect(await trainer.start(folder).line()).toBe('RunLockedError');
    lock.release();
    const next = trainer.start(folder);
    expect(await next.line()).toBe('held');
    expect(readLockHolder(folder)?.pid).toBe(next.pid);
    next.tell('end');
    await next.exit;
    expect(readdirSync(folder)).toEqual([]);
  });

  test('a trainer that was killed leaves no lock behind', async () => {
    const folder = temporaryFolder();
    const killed = trainer.start(folder);
    expect(await killed.line()).toBe('held');
    await killed.kill();
    expect(existsSync(runPaths(folder).lock)).toBe(true);
    expect(isProcessAlive(readLockHolder(folder)!)).toBe(false);
    const lock = acquireRunLock(folder);
    expect(readLockHolder(folder)).toMatchObject(thisProcess());
    expect(readdirSync(folder)).toEqual(['lock.json']);
    lock.release();
  });

  test.each(['free', 'stale'])('of many that race for a %s lock, one gets it', async (kind) => {
    for (let round = 0; round < 3; round++) {
      const folder = temporaryFolder();
      if (kind === 'stale') {
        const killed = trainer.start(folder);
        await killed.line();
        await killed.kill();
      }
      const time = String(Date.now() + 400);
      const racers = Array.from({ length: 6 }, () => trainer.start(folder, time));
      const outcomes = await Promise.all(racers.map((racer) => racer.line()));
      expect(outcomes.sort()).toEqual([...Array(5).fill('RunLockedError'), 'held']);
      expect(racers.map(({ pid }) => pid)).toContain(readLockHolder(folder)?.pid);
      expect(readdirSync(folder)).toEqual(['lock.json']);
      await Promise.all(racers.map((racer) => racer.kill()));
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
    const dead = JSON.stringify({ ...thisProcess(), pid: 2 ** 30, id: 'x' });
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
