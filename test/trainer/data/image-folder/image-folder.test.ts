import { once } from 'node:events';
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { DatasetError } from '../../../../common/errors/dataset-error';
import type { DataProgress, Dataset, MemoryImageSet } from '../../../../trainer/data/dataset';
import { type ImageFolderSettings, openImageFolder } from '../../../../trainer/data/image-folder/image-folder';
import { fitImage } from '../../../../trainer/data/images/resize';
import { pixelsOf, writeImage, writeImageFolder } from '../images/image-files';
import { temporaryFolder } from '../temporary-folder';

const settings: Omit<ImageFolderSettings, 'path'> = {
  type: 'image-folder',
  classes: null,
  validation: null,
  imageSize: 8,
  trainingImages: null,
  validationImages: null,
  normalization: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
};

/** Opens a folder and tells which phases that took. */
async function open(path: string, cacheFolder: string, changes: Partial<ImageFolderSettings> = {}) {
  const phases = new Set<string>();
  const onProgress: DataProgress = (phase) => phases.add(phase);
  const dataset = await openImageFolder(
    { ...settings, path, ...changes },
    { baseFolder: '/', cacheFolder, onProgress },
  );
  // Small enough to be held in memory.
  return {
    dataset: dataset as Dataset<MemoryImageSet>,
    decoded: [...phases].filter((phase) => phase.startsWith('decoding')),
  };
}
const trainingPixels = (dataset: Dataset<MemoryImageSet>, index: number) =>
  dataset.training.pixels.slice(index * 192, (index + 1) * 192);
const paths = (dataset: Dataset) => Array.from({ length: dataset.training.count }, (_, i) => dataset.training.path(i));

async function problemOf(path: string, changes: Partial<ImageFolderSettings> = {}): Promise<DatasetError> {
  const opening = openImageFolder(
    { ...settings, path, ...changes },
    { baseFolder: '/', cacheFolder: temporaryFolder() },
  );
  const error = await opening.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(DatasetError);
  return error as DatasetError;
}

describe('an image folder', () => {
  test('holds the pixels, labels and paths of its files', async () => {
    const root = await writeImageFolder(temporaryFolder());
    const { dataset } = await open(root, temporaryFolder());
    expect(dataset.classes).toEqual(['cat', 'dog']);
    expect(Array.from(dataset.training.labels)).toEqual([0, 0, 0, 1, 1, 1]);
    expect(Array.from(dataset.validation.labels)).toEqual([0, 0, 1, 1]);
    for (let i = 0; i < 6; i++) expect(trainingPixels(dataset, i)).toEqual(pixelsOf(i, 8, 8));
    expect(dataset.training.path(4)).toBe('train/dog/1.png');
    expect(dataset.validation.path(3)).toBe('val/dog/1.png');
  });

  test('is in the order of classes and then files, by code unit', async () => {
    const root = temporaryFolder();
    const names = ['10.png', '9.PNG', 'B.jpg', 'a.JPEG', 'ä.png', 'Z.Jpg'];
    for (const split of ['train', 'test'])
      for (const name of ['zebra', 'Ape', 'éland'])
        for (const file of names) await writeImage(join(root, split, name, file), pixelsOf(1, 8, 8), 8, 8);
    writeFileSync(join(root, 'train', 'zebra', '.DS_Store'), 'hidden');
    const { dataset } = await open(root, temporaryFolder());
    expect(dataset.classes).toEqual(['Ape', 'zebra', 'éland']);
    const ordered = ['10.png', '9.PNG', 'B.jpg', 'Z.Jpg', 'a.JPEG', 'ä.png'];
    expect(paths(dataset).slice(6, 12)).toEqual(ordered.map((file) => `train/zebra/${file}`));
    expect(dataset.validation.path(0)).toBe('test/Ape/10.png');
  });

  test('makes RGB of grey, palette, transparent, 16-bit and CMYK images', async () => {
    const root = await writeImageFolder(temporaryFolder(), 1, 1);
    const cat = join(root, 'train', 'cat');
    const rgb = pixelsOf(9, 8, 8);
    const picture = () => sharp(rgb, { raw: { width: 8, height: 8, channels: 3 } });
    const grey = rgb.filter((_, i) => i % 3 === 0);
    await sharp(grey, { raw: { width: 8, height: 8, channels: 1 } })
      .toColourspace('b-w')
      .png()
      .toFile(join(cat, 'a.png'));
    const alpha = Uint8Array.from({ length: 256 }, (_, i) => (i % 4 === 3 ? i : rgb[Math.floor(i / 4) * 3 + (i % 4)]));
    await sharp(alpha, { raw: { width: 8, height: 8, channels: 4 } })
      .png()
      .toFile(join(cat, 'b.png'));
    await picture().toColourspace('rgb16').png().toFile(join(cat, 'c.png'));
    await picture().png({ palette: true, colours: 256, dither: 0 }).toFile(join(cat, 'd.png'));
    await picture().toColourspace('cmyk').jpeg({ quality: 100 }).toFile(join(cat, 'e.jpg'));
    const { dataset } = await open(root, temporaryFolder());
    expect(trainingPixels(dataset, 1)).toEqual(Uint8Array.from({ length: 192 }, (_, i) => grey[Math.floor(i / 3)]));
    expect(trainingPixels(dataset, 2)).toEqual(rgb);
    expect(trainingPixels(dataset, 3)).toEqual(rgb);
    const distance = (index: number) =>
      trainingPixels(dataset, index).reduce((sum, level, i) => sum + Math.abs(level - rgb[i]), 0) / 192;
    expect(distance(4)).toBeLessThan(8);
    expect(distance(5)).toBeLessThan(30);
  });

  test('brings other sizes to size as training and validation ask', async () => {
    const root = await writeImageFolder(temporaryFolder());
    const data = pixelsOf(50, 31, 22);
    for (const split of ['train', 'val']) await writeImage(join(root, split, 'cat', 'x.png'), data, 31, 22);
    const { dataset } = await open(root, temporaryFolder());
    const image = { data, width: 31, height: 22 };
    expect(trainingPixels(dataset, 3)).toEqual(fitImage(image, 8, 'training'));
    expect(dataset.validation.pixels.slice(2 * 192, 3 * 192)).toEqual(fitImage(image, 8, 'validation'));
    expect(fitImage(image, 8, 'training')).not.toEqual(fitImage(image, 8, 'validation'));
  });

  test('may be laid out as Tiny-ImageNet is', async () => {
    const root = temporaryFolder();
    for (const [i, name] of ['n02', 'n01'].entries()) {
      await writeImage(join(root, 'train', name, 'images', `${name}_0.JPEG`), pixelsOf(i, 8, 8), 8, 8);
      writeFileSync(join(root, 'train', name, `${name}_boxes.txt`), `${name}_0.JPEG\t0\t0\t8\t8\n`);
      await writeImage(join(root, 'val', 'images', `val_${i}.JPEG`), pixelsOf(i, 8, 8), 8, 8);
    }
    writeFileSync(
      join(root, 'val', 'val_annotations.txt'),
      'val_0.JPEG\tn02\t0\t0\t8\t8\nval_1.JPEG\tn01\t0\t0\t8\t8\n',
    );
    const { dataset } = await open(root, temporaryFolder());
    expect(paths(dataset)).toEqual(['train/n01/images/n01_0.JPEG', 'train/n02/images/n02_0.JPEG']);
    expect([0, 1].map((i) => dataset.validation.path(i))).toEqual(['val/images/val_1.JPEG', 'val/images/val_0.JPEG']);
    writeFileSync(join(root, 'val', 'val_annotations.txt'), 'val_0.JPEG\tn02\nval_1.JPEG n01\n');
    expect((await problemOf(root)).message).toContain('val_annotations.txt, line 2');
  });

  test('uses the first images of each class when their number is limited, and opens no other', async () => {
    const root = await writeImageFolder(temporaryFolder());
    writeFileSync(join(root, 'train', 'dog', '2.png'), 'broken');
    const { dataset } = await open(root, temporaryFolder(), { trainingImages: 4, validationImages: 2 });
    expect(paths(dataset)).toEqual(['train/cat/0.png', 'train/cat/1.png', 'train/dog/0.png', 'train/dog/1.png']);
    expect(Array.from(dataset.training.labels)).toEqual([0, 0, 1, 1]);
    expect(trainingPixels(dataset, 2)).toEqual(pixelsOf(3, 8, 8));
    expect(dataset.validation.count).toBe(2);
  });

  test('is the same however it is decoded, in many requests by many threads', async () => {
    const root = await writeImageFolder(temporaryFolder(), 100, 1);
    const { dataset } = await open(root, temporaryFolder());
    for (let i = 0; i < 200; i++) expect(trainingPixels(dataset, i)).toEqual(pixelsOf(i, 8, 8));
  });
});

describe('the cache of an image folder', () => {
  const parts = ['decoding training images', 'decoding validation images'];

  test('is used as long as nothing has changed', async () => {
    const [root, cache] = [await writeImageFolder(temporaryFolder()), temporaryFolder()];
    const first = await open(root, cache);
    expect(first.decoded).toEqual(parts);
    const second = await open(root, cache);
    expect(second.decoded).toEqual([]);
    expect(Buffer.compare(second.dataset.training.pixels, first.dataset.training.pixels)).toBe(0);
    expect((await open(root, cache, { imageSize: 9 })).decoded).toEqual(parts);
    expect((await open(root, cache, { trainingImages: 2 })).decoded).toEqual(parts.slice(0, 1));
    expect((await open(root, cache)).decoded).toEqual([]);
  });

  test('is dropped whenever a file changes', async () => {
    const [root, cache] = [await writeImageFolder(temporaryFolder()), temporaryFolder()];
    const file = (name: string) => join(root, 'train', name);
    const changes: Record<string, () => unknown> = {
      'a file is added': () => writeImage(file('cat/9.png'), pixelsOf(99, 8, 8), 8, 8),
      'a file is removed': () => rmSync(file('cat/1.png')),
      'a file is renamed': () => renameSync(file('cat/0.png'), file('cat/8.png')),
      'a file is touched': () => utimesSync(file('dog/1.png'), 1e9, 1e9),
      'a file is replaced': () => writeImage(file('dog/2.png'), pixelsOf(77, 8, 8), 8, 8),
      'a file moves to another class': () => renameSync(file('cat/2.png'), file('dog/7.png')),
    };
    await open(root, cache);
    for (const [what, change] of Object.entries(changes)) {
      await change();
      expect((await open(root, cache)).decoded, what).toEqual(parts.slice(0, 1));
      expect((await open(root, cache)).decoded, what).toEqual([]);
    }
    const { dataset } = await open(root, cache);
    const expected: [string, number][] = [
      ['cat/8.png', 0],
      ['cat/9.png', 99],
      ['dog/0.png', 3],
      ['dog/1.png', 4],
      ['dog/2.png', 77],
      ['dog/7.png', 2],
    ];
    expect(paths(dataset)).toEqual(expected.map(([name]) => `train/${name}`));
    for (const [i, [, seed]] of expected.entries()) expect(trainingPixels(dataset, i)).toEqual(pixelsOf(seed, 8, 8));
  });

  test('is made again when it was damaged', async () => {
    const damages: Record<string, (file: string) => void> = {
      'cut off': (file) => truncateSync(file, 300),
      emptied: (file) => truncateSync(file, 0),
      'too long': (file) => appendFileSync(file, 'more'),
      'changed in one bit': (file) => {
        const bytes = readFileSync(file);
        bytes[bytes.length - 100] ^= 4;
        writeFileSync(file, bytes);
      },
    };
    const [root, cache] = [await writeImageFolder(temporaryFolder()), temporaryFolder()];
    const { dataset } = await open(root, cache);
    for (const [how, damage] of Object.entries(damages)) {
      for (const file of readdirSync(cache)) damage(join(cache, file));
      const again = await open(root, cache);
      expect(again.decoded, how).toEqual(parts);
      expect(Buffer.compare(again.dataset.training.pixels, dataset.training.pixels), how).toBe(0);
    }
    expect((await open(root, cache)).decoded).toEqual([]);
  });

  test('is only a help: a folder for it that cannot be written is a warning', async () => {
    const root = await writeImageFolder(temporaryFolder());
    const blocked = join(temporaryFolder(), 'file');
    writeFileSync(blocked, 'in the way');
    const warning = once(process, 'warning');
    const { dataset } = await open(root, blocked);
    expect(dataset.training.count).toBe(6);
    expect(String(await warning)).toContain('could not be cached');
  });
});

describe('a folder that cannot be used is named, with what to do', () => {
  test('missing, a file, or empty', async () => {
    const folder = temporaryFolder();
    expect((await problemOf(join(folder, 'nowhere'))).message).toMatch(/nowhere.* does not exist: correct the path/);
    writeFileSync(join(folder, 'file'), '');
    expect((await problemOf(join(folder, 'file'))).message).toMatch(/file" is a file, not a folder/);
    mkdirSync(join(folder, 'empty'));
    expect((await problemOf(join(folder, 'empty'))).message).toMatch(/empty.* is empty/);
    const relative = openImageFolder({ ...settings, path: 'nowhere' }, { baseFolder: folder, cacheFolder: folder });
    await expect(relative).rejects.toThrow(`"nowhere" (${join(folder, 'nowhere')}) does not exist`);
    expect((await problemOf(join(folder, 'nowhere'))).field).toBe('dataset.path');
  });

  test('without train/, without a validation split', async () => {
    const root = await writeImageFolder(temporaryFolder());
    renameSync(join(root, 'val'), join(root, 'evaluation'));
    expect((await problemOf(root)).message).toContain(`${root} has no folder val/ (nor valid/, validation/, test/)`);
    renameSync(join(root, 'evaluation'), join(root, 'val'));
    renameSync(join(root, 'train'), join(root, 'images'));
    expect((await problemOf(root)).message).toContain(`${root} has no folder train/`);
  });

  test('with one class or none', async () => {
    const root = await writeImageFolder(temporaryFolder());
    for (const split of ['train', 'val']) rmSync(join(root, split, 'dog'), { recursive: true });
    expect((await problemOf(root)).message).toContain(`${join(root, 'train')} has only one class (cat)`);
    for (const split of ['train', 'val']) rmSync(join(root, split, 'cat'), { recursive: true });
    expect((await problemOf(root)).message).toContain(`${join(root, 'train')} has no class folders`);
  });

  test('with a class without images', async () => {
    const root = await writeImageFolder(temporaryFolder());
    for (const split of ['train', 'val']) mkdirSync(join(root, split, 'owl'));
    const { message } = await problemOf(root);
    expect(message).toContain(`${join(root, 'train', 'owl')} has no images`);
    expect(message).toContain(`(and 1 more; "mixprop data check ${root}" lists all)`);
  });

  test('with different classes in train and validation', async () => {
    const root = await writeImageFolder(temporaryFolder());
    renameSync(join(root, 'val', 'dog'), join(root, 'val', 'wolf'));
    const { message } = await problemOf(root);
    expect(message).toContain('different classes (only in train/: dog; only in val/: wolf)');
  });

  test('with pictures in formats that are not read', async () => {
    const root = await writeImageFolder(temporaryFolder());
    for (const name of ['a.HEIC', 'b.heic', 'c.psd']) writeFileSync(join(root, 'train', 'cat', name), 'hello');
    expect((await problemOf(root)).message).toBe(
      `3 pictures in ${root} cannot be read (2 .heic, 1 .psd), such as ${join(root, 'train', 'cat', 'a.HEIC')}: convert to PNG or JPEG, or move away`,
    );
  });

  test('with a truncated, an empty and a false image: the first is named', async () => {
    const root = await writeImageFolder(temporaryFolder(), 40, 2);
    const file = (name: string) => join(root, 'train', name);
    const all = `"mixprop data check ${root}" lists all`;
    writeFileSync(file('dog/39.png'), 'hello, no image');
    let { message } = await problemOf(root);
    expect(message).toContain(`${file('dog/39.png')} is not a supported image`);
    expect(message).toContain(all);
    writeFileSync(file('dog/38.png'), '');
    expect((await problemOf(root)).message).toContain(`${file('dog/38.png')} is empty`);
    truncateSync(file('cat/01.png'), 150);
    message = (await problemOf(root)).message;
    expect(message).toContain(`${file('cat/01.png')} is damaged or cut off: `);
    expect(message).toContain(all);
    writeFileSync(file('cat/00.jpg'), cutJpeg(await jpeg()));
    expect((await problemOf(root)).message).toContain(`${file('cat/00.jpg')} is damaged or cut off: `);
  });

  test('a broken file leaves no cache', async () => {
    const [root, cache] = [await writeImageFolder(temporaryFolder()), temporaryFolder()];
    writeFileSync(join(root, 'train', 'dog', '2.png'), 'broken');
    await expect(open(root, cache)).rejects.toThrow(DatasetError);
    expect(readdirSync(cache)).toEqual([]);
  });

  test('too small for the limit', async () => {
    const root = await writeImageFolder(temporaryFolder());
    const error = await problemOf(root, { validationImages: 5 });
    expect(error.field).toBe('dataset.validationImages');
    expect(error.message).toContain('dataset.validationImages is 5, but there are only 4 images');
  });
});

test('decoding stops when told to', async () => {
  const [root, cache] = [await writeImageFolder(temporaryFolder(), 200, 1), temporaryFolder()];
  const stop = new AbortController();
  const onProgress: DataProgress = (phase) => phase.startsWith('decoding') && stop.abort();
  const opening = openImageFolder(
    { ...settings, path: root },
    { baseFolder: '/', cacheFolder: cache, onProgress, signal: stop.signal },
  );
  await expect(opening).rejects.toMatchObject({ name: 'AbortError' });
  expect(readdirSync(cache)).toEqual([]);
});

async function jpeg(): Promise<Buffer> {
  return sharp(pixelsOf(3, 64, 64), { raw: { width: 64, height: 64, channels: 3 } })
    .jpeg()
    .toBuffer();
}

const cutJpeg = (bytes: Buffer) => bytes.subarray(0, Math.floor(bytes.length * 0.6));
