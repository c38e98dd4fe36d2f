import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { UsageError } from '../../../common/errors/usage-error';
import { experimentDigest } from '../../../common/experiment/experiment-digest';
import { experimentSchema } from '../../../common/experiment/schema';
import { thisProcess } from '../../../common/run/process-identity';
import { RunsFolderError } from '../../../common/run/run-claim';
import { runPaths } from '../../../common/run/run-folder';
import { RunLockedError } from '../../../common/run/run-lock';
import { claimPoint, pointLockFile, removeDeadPointLock, sweepRuns } from '../../../common/run/sweep-runs';

let runs: string;
beforeEach(() => {
  runs = mkdtempSync(join(tmpdir(), 'mixprop-points-'));
});
afterEach(() => rmSync(runs, { recursive: true }));

const digest = experimentDigest(experimentSchema.parse({}));

function makeRun(id: string, sweep: unknown): string {
  const folder = join(runs, id);
  mkdirSync(folder);
  writeFileSync(runPaths(folder).environment, JSON.stringify({ baseFolder: '.', sweep }));
  writeFileSync(runPaths(folder).experiment, '{}');
  return folder;
}

test('a run of a sweep is made by one process at a time, in a runs folder that is made if need be', () => {
  const lock = claimPoint(join(runs, 'a', 'b'), digest);
  expect(() => claimPoint(join(runs, 'a', 'b'), digest)).toThrow(RunLockedError);
  const other = claimPoint(join(runs, 'a', 'b'), digest.replace(/^./, 'x'));
  other.release();
  lock.release();
  expect(readdirSync(join(runs, 'a', 'b'))).toEqual([]);
  writeFileSync(join(runs, 'file'), '');
  for (const impossible of ['file', 'file/runs', 'no\0name'])
    expect(() => claimPoint(join(runs, impossible), digest)).toThrow(RunsFolderError);
});

test('a run that is there is not made again, and is known whatever else lies beside it', () => {
  const made = makeRun('a-1', { name: 'a', settings: {}, digest });
  makeRun('a-2', { name: 'a', settings: {}, digest: 'another' });
  makeRun('damaged', { digest });
  makeRun('no-sweep', undefined);
  // Killed before it was a run.
  const unborn = makeRun('unborn', { name: 'a', settings: {}, digest });
  rmSync(runPaths(unborn).experiment);
  writeFileSync(join(runs, 'a file'), '');
  expect(sweepRuns(runs).get(digest)).toEqual([made]);
  expect(() => claimPoint(runs, digest)).toThrow(UsageError);
  expect(() => claimPoint(runs, digest)).toThrow(`mixprop resume ${made}`);
  expect(existsSync(pointLockFile(runs, digest))).toBe(false);
  expect(sweepRuns(join(runs, 'nothing')).size).toBe(0);
});

test('the lock of a killed trainer is removed, that of a living one stays', () => {
  const file = pointLockFile(runs, digest);
  const dead = { ...thisProcess(), bootTicks: undefined, pid: 2 ** 22 + 1, startTime: 0, id: 'x' };
  writeFileSync(file, JSON.stringify(dead));
  removeDeadPointLock(runs, digest);
  expect(readdirSync(runs)).toEqual([]);
  const lock = claimPoint(runs, digest);
  removeDeadPointLock(runs, digest);
  expect(existsSync(file)).toBe(true);
  lock.release();
});

test('a digest is that of the values, whatever the order of their fields', () => {
  const { name, seed, ...rest } = experimentSchema.parse({});
  expect(experimentDigest({ ...rest, seed, name })).toBe(digest);
  expect(experimentDigest({ ...rest, seed: 2, name })).not.toBe(digest);
  expect(digest).toMatch(/^[0-9a-f]{64}$/);
});
