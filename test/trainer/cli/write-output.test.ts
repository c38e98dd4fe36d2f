import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { writeOutput } from '../../../trainer/cli/write-output';

const folder = mkdtempSync(join(tmpdir(), 'mixprop-output-'));
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ['below a file', join(folder, 'file', 'a.txt'), 'a part of the path is a file (EEXIST)'],
  ['where a folder is', join(folder, 'taken'), 'a folder has this name (EISDIR)'],
  ...(process.platform === 'linux'
    ? [['in /proc', '/proc/a.txt', 'its file system allows no new files (ENOTSUP)']]
    : []),
])('a file %s is refused in words, and nothing is left behind', (_, file, reason) => {
  writeFileSync(join(folder, 'file'), '');
  writeOutput(join(folder, 'taken', 'b.txt'), 'b');
  expect(() => writeOutput(file, 'text')).toThrow(`cannot write ${file}: ${reason}`);
  expect(readdirSync(folder).sort()).toEqual(['file', 'taken']);
});
