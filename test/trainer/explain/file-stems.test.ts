import { expect, test } from 'vitest';
import { fileStems } from '../../../trainer/explain/file-stems';

test('files made of images have names for every platform, without the ending, each its own', () => {
  expect(fileStems(['validation/circle/000012', 'val/cat/a b.JPEG', '../é.tiff', 'v1.5/x.WebP'])).toEqual([
    'validation-circle-000012',
    'val-cat-a-b',
    'é',
    'v1.5-x',
  ]);
  const alike = fileStems(['a.png', 'a.jpg', 'a-2.gif', 'A.bmp', 'a.png']);
  expect([alike[0], alike[4]]).toEqual(['a', 'a']);
  expect(new Set(alike.map((stem) => stem.toLowerCase())).size).toBe(4);
});
