import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeEach, describe, expect, test } from 'vitest';
import { type ExperimentInput, experimentSchema } from '../../../common/experiment/schema';
import { assembleBatch } from '../../../trainer/data/loading/augment';
import { openDataset } from '../../../trainer/data/open/open-dataset';
import {
  type ImageLookup,
  normalizedPixels,
  readChosenImages,
  readValidationImages,
} from '../../../trainer/explain/chosen-images';
import { temporaryFolder } from '../data/temporary-folder';

async function open(dataset: ExperimentInput['dataset'], baseFolder: string): Promise<ImageLookup> {
  const { dataset: settings } = experimentSchema.parse({ dataset });
  return { dataset: await openDataset(settings, { baseFolder, cacheFolder: baseFolder }), settings, baseFolder };
}

const writePng = (file: string, size: number, level: number) =>
  sharp({ create: { width: size, height: size, channels: 3, background: { r: level, g: 0, b: 0 } } })
    .png()
    .toFile(file);

describe('of the built-in shapes', () => {
  let source: ImageLookup;
  beforeEach(async () => {
    source = await open({ type: 'shapes', imageSize: 16, trainingImages: 20, validationImages: 20 }, temporaryFolder());
  });

  test('images are found by index and by path, with class and object', async () => {
    const { validation } = source.dataset;
    const { images, problems } = await readChosenImages([3, validation.path(3)], source);
    expect(problems).toEqual([]);
    expect(images[0]).toEqual(images[1]);
    expect(images[0]).toMatchObject({ path: validation.path(3), index: 3, label: 3 });
    expect(images[0].pixels).toHaveLength(16 * 16 * 3);
    expect(images[0].region).toEqual(validation.mask!(3));
  });

  test('a training image has no index', async () => {
    const { images } = await readChosenImages([source.dataset.training.path(12)], source);
    expect(images[0]).toMatchObject({ label: 2 });
    expect(images[0]).not.toHaveProperty('index');
  });

  test('what there is not is said, and the rest goes on', async () => {
    const { images, problems } = await readChosenImages([20, 'validation/none', 1], source);
    expect(images.map(({ index }) => index)).toEqual([1]);
    expect(problems).toEqual([
      { image: '20', message: 'there are 20 validation images: choose an index from 0 to 19' },
      {
        image: 'validation/none',
        message: expect.stringMatching(/^is no image of the data set, and there is no file /),
      },
    ]);
  });

  test('so many validation images are spread over the set', async () => {
    const { images } = await readValidationImages(source, 4);
    expect(images.map(({ index }) => index)).toEqual([0, 5, 10, 15]);
  });

  test('are normalised as the batches of training are, to the bit', async () => {
    const { normalization } = source.settings;
    const { images } = await readChosenImages([0, 7], source);
    const batch = new Float32Array(2 * 16 * 16 * 3);
    const { validation } = source.dataset;
    const { pixels } = validation;
    if (!pixels) throw new Error('the built-in shapes are held in memory');
    assembleBatch({ ...validation, pixels }, [0, 7], null, normalization, batch);
    expect(normalizedPixels(images, normalization)).toEqual(batch);
  });
});

describe('of an image folder', () => {
  let folder: string;
  let source: ImageLookup;

  beforeEach(async () => {
    folder = temporaryFolder();
    for (const [split, count] of [
      ['train', 1],
      ['val', 2],
    ] as const) {
      for (const [label, name] of ['cat', 'dog'].entries()) {
        mkdirSync(join(folder, 'data', split, name), { recursive: true });
        for (let i = 0; i < count; i++) {
          await writePng(join(folder, 'data', split, name, `${i}.png`), 8, 100 * label + i);
        }
      }
    }
    mkdirSync(join(folder, 'data', 'Annotations'));
    const box = '<xmin>0</xmin><ymin>0</ymin><xmax>3</xmax><ymax>7</ymax>';
    const xml = `<annotation><object><bndbox>${box}</bndbox></object></annotation>`;
    writeFileSync(join(folder, 'data', 'Annotations', '1.xml'), xml);
    await writePng(join(folder, 'mine.png'), 20, 7);
    source = await open({ type: 'image-folder', path: 'data', imageSize: 8, validationImages: 2 }, folder);
  });

  test('the box of an image is its object', async () => {
    const { images } = await readChosenImages(['val/cat/1.png', 'val/cat/0.png'], source);
    expect([...images[0].region!.subarray(0, 8)]).toEqual([1, 1, 1, 1, 0, 0, 0, 0]);
    expect(images[1].region).toBeUndefined();
  });

  test('an image that the data set leaves out is read from its file, with its class', async () => {
    const { images } = await readChosenImages(['val/dog/1.png'], source);
    expect(images[0]).toMatchObject({ path: 'val/dog/1.png', label: 1 });
    expect(images[0].pixels[0]).toBe(101);
    expect(images[0].region).toBeDefined();
  });

  test('is the same by whatever path; its class is its class folder, not another of its folders', async () => {
    const data = join(folder, 'data');
    mkdirSync(join(data, 'test', 'dog', 'cat'), { recursive: true });
    copyFileSync(join(data, 'val', 'cat', '0.png'), join(data, 'test', 'dog', 'cat', '0.png'));
    const choices = [join(data, 'val', 'cat', '0.png'), './val/cat/0.png', 'data/val/cat/0.png', 'test/dog/cat/0.png'];
    const { images, problems } = await readChosenImages(choices, source);
    expect(problems).toEqual([]);
    const chosen = { path: 'val/cat/0.png', index: 0, label: 0 };
    expect(images).toMatchObject([chosen, chosen, chosen, { path: 'test/dog/cat/0.png', label: 1 }]);
  });

  test('files elsewhere are brought to size and have no class', async () => {
    const absolute = join(folder, 'mine.png');
    const { images, problems } = await readChosenImages(['mine.png', absolute], source);
    expect(problems).toEqual([]);
    expect(images.map(({ path }) => path)).toEqual(['mine.png', absolute]);
    expect(images[0].pixels).toHaveLength(8 * 8 * 3);
    expect(images[0]).not.toHaveProperty('label');
  });

  test('one that is no image, and an annotation that is none, are named', async () => {
    writeFileSync(join(folder, 'text.png'), 'no picture');
    copyFileSync(join(folder, 'text.png'), join(folder, 'data', 'Annotations', '0.xml'));
    const { images, problems } = await readChosenImages(['text.png', 'val/cat/0.png'], source);
    expect(images.map(({ path }) => path)).toEqual(['val/cat/0.png']);
    expect(problems).toEqual([
      {
        image: 'text.png',
        message: expect.stringMatching(
          /^\/.*text\.png is not a supported image \(.*\); replace it, or choose another image$/,
        ),
      },
      { image: 'val/cat/0.png', message: expect.stringContaining('0.xml has no element <annotation>') },
    ]);
  });
});
