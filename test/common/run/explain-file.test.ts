import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  type ExplainFile,
  keptClasses,
  maxExplainFileBytes,
  readExplainFile,
  selectMaps,
  storedMap,
  writeExplainFile,
} from '../../../common/run/explain-file';
import { SafetensorsError, writeSafetensors } from '../../../common/weights/safetensors';
import { temporaryFolder } from '../../trainer/data/temporary-folder';

const classes = ['cat', 'dog', 'owl'];
const images = [{ path: 'val/cat/1.png', index: 0, label: 0 }, { path: '/elsewhere/2.png' }];
/** [2 images, 3 classes] */
const logits = Float32Array.of(1, 3, 2, 9, 7, 8);
/** [2 images, 1 × 2, 3 classes]: image, position and class can be read off. */
const maps = Float32Array.from(
  [0, 1].flatMap((n) => [0, 1].flatMap((p) => [0, 1, 2].map((c) => 100 * n + 10 * p + c))),
);

const fileOf = (kept: number): ExplainFile => ({
  epoch: 3,
  step: 30,
  classes,
  images,
  height: 1,
  width: 2,
  branches: { main: selectMaps(images, { logits, maps }, kept) },
});

test('what is written is read back, and gives the map of any class', () => {
  const file = join(temporaryFolder(), 'epoch-0003.safetensors');
  writeExplainFile(file, fileOf(3));
  const read = readExplainFile(file);
  expect(read).toEqual(fileOf(3));
  expect([...storedMap(read, 'main', 1, 2)!]).toEqual([102, 112]);
  expect(storedMap(read, 'aux', 1, 2)).toBeUndefined();
});

test('with fewer classes kept, the true one and those with the largest logits are', () => {
  const stored = fileOf(2);
  expect([...stored.branches.main!.kept]).toEqual([0, 1, 0, 2]);
  expect([...storedMap(stored, 'main', 0, 1)!]).toEqual([1, 11]);
  expect([...storedMap(stored, 'main', 1, 2)!]).toEqual([102, 112]);
  expect(storedMap(stored, 'main', 0, 2)).toBeUndefined();
});

test('the size of a file is bounded, but each image keeps a class', () => {
  expect(keptClasses(8, 2, 64, 100)).toBe(100);
  const kept = keptClasses(200, 2, 64, 1000);
  expect(kept).toBeLessThan(1000);
  expect(200 * 2 * 64 * kept * 4).toBeLessThanOrEqual(maxExplainFileBytes);
  expect(keptClasses(1000, 2, 56 * 56, 1000)).toBe(1);
});

describe('a file that is none is refused by name', () => {
  const broken = (change: (file: string) => void) => {
    const file = join(temporaryFolder(), 'epoch-0001.safetensors');
    writeExplainFile(file, fileOf(3));
    change(file);
    return () => readExplainFile(file);
  };
  const tensor = { shape: [1], values: Float32Array.of(1) };

  test.each([
    ['a missing one', (file: string) => writeFileSync(file, ''), 'is empty'],
    [
      'another kind of file',
      (file: string) =>
        writeSafetensors(file, { tensors: new Map([['x', tensor]]), metadata: { format: 'mixprop-bn' } }),
      'holds no class activation maps: its format is mixprop-bn',
    ],
    [
      'one of a later version',
      (file: string) =>
        writeSafetensors(file, { tensors: new Map(), metadata: { format: 'mixprop-explain', formatVersion: '2' } }),
      'needs a newer MixProp Studio',
    ],
    [
      'one whose tensors do not fit',
      (file: string) =>
        writeSafetensors(file, {
          tensors: new Map([['main.maps', tensor]]),
          metadata: { format: 'mixprop-explain', formatVersion: '1', classes: '["cat"]', images: '[{"path":"a"}]' },
        }),
      'the tensors of main do not fit its images and classes',
    ],
    [
      'one with damaged metadata',
      (file: string) =>
        writeSafetensors(file, {
          tensors: new Map(),
          metadata: { format: 'mixprop-explain', formatVersion: '1', classes: '[' },
        }),
      'its metadata "classes" are damaged',
    ],
  ])('%s', (_, change, message) => {
    expect(broken(change)).toThrow(SafetensorsError);
    expect(broken(change)).toThrow(message);
  });
});
