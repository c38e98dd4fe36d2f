import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UsageError } from '../../../common/errors/usage-error';
import { claimNamedRun, claimNextRun, claimRecordedRun, RunsFolderError } from '../../../common/run/run-claim';
import { runPaths } from '../../../common/run/run-folder';
import { temporaryFolders } from '../temporary-folder';
import { ChildProgram } from './child-program';

const newFolder = temporaryFolders();
let claimer: ChildProgram;

beforeAll(async () => {
  // Waits for its time busily, so that all go at once, and then makes its claims.
  claimer = await ChildProgram.build(`
    import { claimNamedRun, claimNextFolder, claimNextRun } from '../../../common/run/run-claim';
    const [runs, kind, time, count] = process.argv.slice(2);
    const claim = {
      next: () => claimNextRun(runs, 'small').folder,
      folder: () => claimNextFolder(runs, 'small'),
      named: () => claimNamedRun(runs, 'small-3').folder,
    }[kind]!;
    while (Date.now() < Number(time));
    for (let i = 0; i < Number(count); i++) {
      try {
        console.log(claim());
      } catch (error) {
        console.log((error as Error).name);
      }
    }
    // A claim holds as long as its process.
    process.stdin.resume();
  `);
});
afterAll(() => claimer.dispose());

/** What processes that start at once get, each asking `count` times. */
async function race(runs: string, kinds: readonly string[], count: number): Promise<string[]> {
  const time = String(Date.now() + 2000);
  const children = kinds.map((kind) => claimer.start(runs, kind, time, String(count)));
  const claims = await Promise.all(
    children.map(async (child) => {
      const lines: string[] = [];
      while (lines.length < count) lines.push(await child.line());
      return lines;
    }),
  );
  for (const child of children) child.end();
  return claims.flat();
}

describe('claims at the same moment', () => {
  test('of trainers and editors without a name all get numbers of their own, none is left out', async () => {
    const runs = join(newFolder(), 'new', 'runs');
    const claims = await race(runs, ['next', 'folder', 'next', 'folder', 'next', 'next'], 25);
    expect(new Set(claims).size).toBe(150);
    const numbers = claims.map((folder) => Number(/-(\d+)$/.exec(folder)?.[1])).sort((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: 150 }, (_, i) => i + 1));
  });

  test('of one name are for one; who wants any gets another', async () => {
    const runs = newFolder();
    mkdirSync(join(runs, 'small-2'));
    const claims = await race(runs, ['named', 'next', 'named', 'next', 'named'], 1);
    const got = claims.filter((claim) => claim !== 'UsageError');
    expect(new Set(got).size).toBe(got.length);
    expect(claims.filter((claim) => claim === 'UsageError').length).toBeGreaterThanOrEqual(2);
    expect(claims.filter((claim) => claim !== 'UsageError' && !claim.endsWith('small-3')).length).toBeGreaterThan(0);
  });
});

describe('a claim', () => {
  test('takes the folder that a launcher has made for its log, and no other', () => {
    const runs = newFolder();
    const folder = join(runs, 'a-1');
    mkdirSync(folder);
    writeFileSync(runPaths(folder).log, 'hello');
    const claim = claimNamedRun(runs, 'a-1');
    expect(() => claimNamedRun(runs, 'a-1')).toThrow(/exists already: choose another --name/);
    claim.release();
    expect(readdirSync(folder)).toEqual(['trainer.log']);
  });

  test('that is not committed leaves nothing but what others have put there', () => {
    const runs = newFolder();
    const [first, second] = [claimNextRun(runs, 'a'), claimNextRun(runs, 'a')];
    for (const { folder } of [first, second]) {
      for (const file of ['experiment', 'environment', 'data', 'events'] as const)
        writeFileSync(runPaths(folder)[file], '');
    }
    writeFileSync(join(second.folder, 'notes.txt'), '');
    first.release();
    second.release();
    expect(readdirSync(runs)).toEqual(['a-2']);
    expect(readdirSync(second.folder)).toEqual(['notes.txt']);
  });

  test('that is committed, or of a run that was there, leaves all but the lock', () => {
    const claim = claimNextRun(newFolder(), 'a');
    writeFileSync(runPaths(claim.folder).events, '');
    claim.commit();
    claim.release();
    claimRecordedRun(claim.folder).release();
    expect(readdirSync(claim.folder)).toEqual(['events.jsonl']);
  });

  test('of an invalid name is refused', () => {
    expect(() => claimNamedRun(newFolder(), '../a')).toThrow(UsageError);
  });
});

test.each<[string, (folder: string) => string, RegExp]>([
  ['below a file', (folder) => join(folder, 'file', 'runs'), /a part of the path is a file \(ENOTDIR\)/],
  ['that is a file', (folder) => join(folder, 'file'), /a part of the path is a file \(EEXIST\)/],
  ['with a name too long', (folder) => join(folder, 'x'.repeat(300)), /the path is too long \(ENAMETOOLONG\)/],
  ['that is a link to nothing', (folder) => join(folder, 'unmounted'), /link in the path is broken \(ENOLINK\)/],
  ['below such a link', (folder) => join(folder, 'unmounted', 'runs'), /link in the path is broken \(ENOLINK\)/],
  ['that is a link to itself', (folder) => join(folder, 'circle', 'runs'), /symbolic links form a loop \(ELOOP\)/],
  ...(process.platform === 'linux'
    ? [['where no folders can be made', () => '/proc/x/runs', /allows no new files \(ENOTSUP\)/] as never]
    : []),
])('a runs folder %s is refused in words', (_, place, reason) => {
  const folder = newFolder();
  writeFileSync(join(folder, 'file'), '');
  symlinkSync(join(folder, 'circle'), join(folder, 'circle'));
  symlinkSync(join(folder, 'gone'), join(folder, 'unmounted'));
  const runs = place(folder);
  for (const claim of [() => claimNextRun(runs, 'a'), () => claimNamedRun(runs, 'a-1')]) {
    expect(claim).toThrow(RunsFolderError);
    expect(claim).toThrow(reason);
    expect(claim).toThrow(`cannot write runs to ${runs}: `);
    expect(claim).toThrow(/[:,] (?:or )?choose another folder$/);
  }
});
