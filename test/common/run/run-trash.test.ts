import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { moveToTrash, restoreFromTrash } from '../../../common/run/run-trash';
import { temporaryFolders } from '../temporary-folder';

const newFolder = temporaryFolders();

function newRun(runs: string, content: string): string {
  const folder = join(runs, 'small-1');
  mkdirSync(folder);
  writeFileSync(join(folder, 'experiment.json'), content);
  return folder;
}

test('two runs of one name that are deleted in one moment are kept apart', () => {
  const runs = newFolder();
  const places = ['first', 'second'].map((content) => moveToTrash(newRun(runs, content), 1e12));
  expect(readdirSync(join(runs, '.trash'))).toEqual([
    'small-1-2001-09-09T01-46-40.000Z',
    'small-1-2001-09-09T01-46-40.001Z',
  ]);
  const folder = join(runs, 'small-1');
  expect(places.map((place) => restoreFromTrash(place, folder))).toEqual([folder, join(runs, 'small-2')]);
  expect(existsSync(join(runs, '.trash'))).toBe(false);
  expect(readdirSync(join(runs, 'small-2'))).toEqual(['experiment.json']);
});

test('what is no longer in the trash cannot be brought back, and that is said', () => {
  const folder = join(newFolder(), 'small-1');
  expect(() => restoreFromTrash(`${folder}-gone`, folder)).toThrow(
    `small-1 cannot be brought back: ${folder}-gone is no longer there`,
  );
});
