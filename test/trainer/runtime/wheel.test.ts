import { readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { unpackWheel } from '../../../trainer/runtime/wheel';
import { temporaryFolders } from '../../common/temporary-folder';
import { type Damage, writeWheel } from './fake-wheel';

const newFolder = temporaryFolders();
const files = {
  'nvidia/tool/bin/ptxas': 'program',
  'nvidia/cudnn/lib/libcudnn.so.9': 'library '.repeat(10_000),
  'nvidia/cudnn/lib/a,b.so': 'a name with a comma',
  'nvidia/cudnn/include/cudnn.h': 'header',
};
function wheel(content: Record<string, string> = files, damage?: Damage): string {
  const file = join(newFolder(), 'package.whl');
  writeWheel(file, content, damage);
  return file;
}
const unpack = (file: string, onProgress?: (done: number, total: number) => void) =>
  unpackWheel(file, `${file}.unpacked`, (path) => !path.includes('/include/'), { onProgress });

describe('unpackWheel', () => {
  test('writes the wanted files alone, with their checksums and the right to be run', async () => {
    const file = wheel();
    let last = [0, 0];
    const unpacked = await unpack(file, (done, total) => {
      last = [done, total];
    });
    expect(unpacked.map(({ path, size }) => [path, size])).toEqual(
      Object.entries(files).flatMap(([path, text]) => (path.endsWith('.h') ? [] : [[path, text.length]])),
    );
    for (const { path } of unpacked) {
      expect(readFileSync(join(`${file}.unpacked`, path), 'utf8')).toBe(files[path as keyof typeof files]);
    }
    const mode = (path: string) => statSync(join(`${file}.unpacked`, path)).mode & 0o111;
    if (process.platform !== 'win32') expect(mode('nvidia/tool/bin/ptxas')).not.toBe(0);
    expect(mode('nvidia/cudnn/lib/libcudnn.so.9')).toBe(0);
    expect(last[0]).toBe(last[1]);
    expect(last[0]).toBe(unpacked.reduce((sum, { size }) => sum + size, 0));
  });

  test.each<[string, Damage, RegExp]>([
    [
      'a flipped bit',
      { content: 'nvidia/tool/bin/ptxas' },
      /package\.whl is damaged: .*ptxas differs from its checksum in RECORD/,
    ],
    ['another checksum in RECORD', { record: 'nvidia/cudnn/lib/a,b.so' }, /damaged: .*a,b\.so differs .* RECORD/],
    ['no RECORD', { withoutRecord: true }, /damaged: it has no RECORD/],
  ])('refuses %s', async (_, damage, message) => {
    await expect(unpack(wheel(files, damage))).rejects.toThrow(message);
  });

  test('refuses an archive that was cut off', async () => {
    const file = wheel();
    truncateSync(file, 300);
    await expect(unpack(file)).rejects.toThrow(/is damaged/);
  });

  test('refuses a name that leads out of the folder', async () => {
    await expect(unpack(wheel({ '../outside': 'x' }))).rejects.toThrow(/is damaged: .*\.\.\/outside/);
  });

  test('stops when it is cancelled', async () => {
    const stop = new AbortController();
    const file = wheel();
    const unpacking = unpackWheel(file, `${file}.unpacked`, () => true, {
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    await expect(unpacking).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
  });
});
