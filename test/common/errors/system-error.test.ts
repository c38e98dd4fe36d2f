import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RunWriteError } from '../../../common/errors/run-write-error';
import { plainMessage, reasonOf, writeObstacle } from '../../../common/errors/system-error';
import { temporaryFolders } from '../temporary-folder';

const newFolder = temporaryFolders();

function thrown(act: () => void): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

test('errors of the system become words that keep the code', () => {
  const folder = newFolder();
  const missing = thrown(() => readFileSync(join(folder, 'a')));
  expect(reasonOf(missing)).toBe('there is no such file or folder (ENOENT)');
  expect(plainMessage(missing)).toBe(`${join(folder, 'a')}: there is no such file or folder (ENOENT)`);
  expect(reasonOf(thrown(() => readFileSync(folder)))).toBe('a folder has this name (EISDIR)');
  writeFileSync(join(folder, 'file'), '');
  const below = thrown(() => mkdirSync(join(folder, 'file', 'sub')));
  expect(writeObstacle(below)).toBe('a part of the path is a file (ENOTDIR): choose another place');
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' });
  expect(writeObstacle(full, 'choose another folder')).toBe(
    'the disk is full (ENOSPC): make room there, or choose another folder',
  );
});

test('one that is rare keeps the system’s own description', () => {
  const busy = Object.assign(new Error("ETXTBSY: text file is busy, open '/a'"), { code: 'ETXTBSY', syscall: 'open' });
  expect(reasonOf(busy)).toBe('text file is busy (ETXTBSY)');
});

test('one that was wrapped is found; other errors say what they say', () => {
  const wrapped = new Error("Unable to write file '/a' (NoPermissions: Error: EACCES: permission denied, open '/a')");
  expect(reasonOf(wrapped)).toBe('permission denied (EACCES)');
  expect(reasonOf(new Error('is no image'))).toBe('is no image');
  expect(plainMessage(new Error('cannot write /a: the disk is full (ENOSPC): make room'))).toBe(
    'cannot write /a: the disk is full (ENOSPC): make room',
  );
  const own = new RunWriteError(
    '/run/last.safetensors',
    thrown(() => readFileSync('/nowhere/at/all')),
  );
  expect(plainMessage(own)).toBe(own.message);
  expect(reasonOf(own)).toContain('/run/last.safetensors');
});
