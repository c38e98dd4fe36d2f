import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mapFolders } from '../../../common/panels/cam/cam-files';
import { writePictures } from '../../../common/run/explain-pictures';
import { storedImage } from '../../../extension/explain/stored-image';

test('a run has the picture of an image, or the reason why it has none', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mixprop-stored-image-'));
  expect(storedImage(folder, 'one.png')).toBeUndefined();
  const [recorded, computed] = mapFolders(folder, undefined) as [string, string];
  const problems = ['late.png', '99'].map((image) => ({ image, message: 'is not there' }));
  writePictures(recorded, { imageSize: 4, pictures: [{ path: 'one.png', index: 3, png: 'AAAA' }], problems });
  for (const choice of ['one.png', 3]) {
    expect(storedImage(folder, choice)).toMatchObject({ picture: { path: 'one.png', imageSize: 4 } });
  }
  for (const choice of ['late.png', 99]) expect(storedImage(folder, choice)).toEqual({ problem: 'is not there' });
  expect(storedImage(folder, 'other.png')).toBeUndefined();
  writePictures(computed, { imageSize: 4, pictures: [{ path: 'late.png', png: 'AAAB' }], problems: [] });
  expect(storedImage(folder, 'late.png')).toMatchObject({ picture: { png: 'AAAB' } });
});
