import { chmodSync, chownSync, mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { newSocketPath } from '../../../common/live/trainer-address';
import { temporaryFolders } from '../temporary-folder';

const newFolder = temporaryFolders();
afterEach(() => vi.unstubAllEnvs());

/** Where sockets go first, with something in the place of our folder. */
function place(make: (folder: string) => void): { ours: string; chosen: string } {
  const base = newFolder();
  vi.stubEnv('XDG_RUNTIME_DIR', base);
  const ours = join(base, `mixprop-${userInfo().uid}`);
  make(ours);
  return { ours, chosen: dirname(newSocketPath('/runs/a-1')) };
}

describe.skipIf(process.platform === 'win32')('the folder of the socket', () => {
  test('is made for this user alone, and used again', () => {
    const { ours, chosen } = place(() => undefined);
    expect(chosen).toBe(ours);
    expect(statSync(ours).mode & 0o777).toBe(0o700);
    expect(dirname(newSocketPath('/runs/a-1'))).toBe(ours);
    expect(newSocketPath('/runs/a-1')).not.toBe(newSocketPath('/runs/a-1'));
  });

  test.each<[string, (folder: string) => void]>([
    ['readable by the group', (folder) => openTo(folder, 0o740)],
    ['writable by the group', (folder) => openTo(folder, 0o720)],
    ['open to others', (folder) => openTo(folder, 0o701)],
    ['a file', (folder) => writeFileSync(folder, '')],
    [
      'a link to a folder elsewhere',
      (folder) => {
        const elsewhere = newFolder();
        chmodSync(elsewhere, 0o700);
        symlinkSync(elsewhere, folder);
      },
    ],
  ])('is passed over where it is %s', (_, make) => {
    const { ours, chosen } = place(make);
    expect(chosen).not.toBe(ours);
    expect([tmpdir(), '/tmp']).toContain(dirname(chosen));
  });

  test.skipIf(userInfo().uid !== 0)('is passed over where it is another user’s', () => {
    const { ours, chosen } = place((folder) => {
      openTo(folder, 0o700);
      chownSync(folder, 12345, 12345);
    });
    expect(chosen).not.toBe(ours);
  });

  test('is passed over where a socket’s path would be too long', () => {
    const base = join(newFolder(), 'a'.repeat(90));
    mkdirSync(base);
    vi.stubEnv('XDG_RUNTIME_DIR', base);
    expect(newSocketPath('/runs/a-1')).not.toContain('aaa');
    rmSync(base, { recursive: true });
  });
});

function openTo(folder: string, mode: number): void {
  mkdirSync(folder);
  chmodSync(folder, mode);
}
