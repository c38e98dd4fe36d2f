import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ExperimentInput, experimentSchema } from '../../../../common/experiment/schema';
import type { Dataset, ImageSet, OpenOptions } from '../../../../trainer/data/dataset';
import { openImageFolder } from '../../../../trainer/data/image-folder/image-folder';
import { readImage, storedSize } from '../../../../trainer/data/images/image-reader';
import { drawResizedCrop } from '../../../../trainer/data/images/resized-crop';
import { type ChannelNormalization, drawCropFlip } from '../../../../trainer/data/loading/augment';
import {
  type LoaderOptions,
  type LoaderRequest,
  loadBatches,
  startReaders,
} from '../../../../trainer/data/loading/batch-loader';
import { openShapes } from '../../../../trainer/data/shapes/shapes';
import { prefetch } from '../../../../trainer/data/workers/batch-pool';
import { Generator } from '../../../../trainer/random/generator';
import { median } from '../../../bench/measuring';
import { pixelsOf, writeImage } from '../images/image-files';
import { temporaryFolder } from '../temporary-folder';

const normalization: ChannelNormalization = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
const imageSize = 24;

/** Twelve JPEG and PNG images of several sizes in two classes. */
async function writeFolder(root: string): Promise<string> {
  for (const [s, split] of ['train', 'val'].entries()) {
    for (let i = 0; i < 6; i++) {
      for (const [c, name] of ['cat', 'dog'].entries()) {
        const [width, height] = [30 + 7 * i, 50 - 3 * i];
        const pixels = pixelsOf(20 * s + 2 * i + c, width, height);
        await writeImage(join(root, split, name, `${i}.${i % 2 === 0 ? 'jpg' : 'png'}`), pixels, width, height);
      }
    }
  }
  return root;
}

interface Opening extends Partial<OpenOptions> {
  memoryMiB?: number;
  cacheGiB?: number;
  type?: 'crop-flip' | 'resized-crop-flip';
}

function open(
  root: string,
  { memoryMiB = 100, cacheGiB = 1, type = 'crop-flip', ...more }: Opening = {},
): Promise<Dataset> {
  const input: ExperimentInput = {
    dataset: { type: 'image-folder', path: root, imageSize, normalization } as ExperimentInput['dataset'],
    augmentation: { type },
    loading: { memoryMiB, cacheGiB },
  };
  const { dataset, augmentation, loading } = experimentSchema.parse(input);
  if (dataset.type !== 'image-folder') throw new Error('not an image folder');
  const cacheFolder = more.cacheFolder ?? temporaryFolder();
  return openImageFolder(dataset, {
    baseFolder: '/',
    augmentation,
    loading,
    onWarning: () => {},
    ...more,
    cacheFolder,
  });
}

/** Seven batches of five images at random, cropped as the images ask. */
function* requests(images: ImageSet, isResized: boolean, onDraw?: () => void): IterableIterator<LoaderRequest> {
  for (let step = 0; step < 7; step++) {
    onDraw?.();
    const generator = new Generator(1, 'test', step);
    const size = step === 6 ? 2 : 5;
    const indices = Int32Array.from({ length: size }, () => generator.integer(images.count));
    const crops = isResized
      ? drawResizedCrop(generator, size, (i) => storedSize(images, indices[i]))
      : drawCropFlip(generator, size);
    yield { indices, crops };
  }
}

async function load(images: ImageSet, isResized: boolean, options: LoaderOptions = {}): Promise<number[][]> {
  const batches: number[][] = [];
  for await (const { pixels } of loadBatches(images, requests(images, isResized), normalization, options))
    batches.push([...pixels]);
  return batches;
}

let root: string;
beforeAll(async () => {
  root = await writeFolder(mkdtempSync(join(tmpdir(), 'mixprop-batches-')));
});
afterAll(() => rmSync(root, { recursive: true }));

describe('batches are the same to the bit', () => {
  test('from memory, the cache and the files, with 1, 2 and 4 workers: crop-flip', async () => {
    const { training } = await open(root);
    expect(training.pixels).toBeDefined();
    const expected = await load(training, false);
    expect(expected.map(({ length }) => length)).toEqual(
      [5, 5, 5, 5, 5, 5, 2].map((n) => n * imageSize * imageSize * 3),
    );
    const cached = await open(root, { memoryMiB: 0 });
    expect(cached.training.source?.cache).toBeDefined();
    const bare = await open(root, { memoryMiB: 0, cacheGiB: 0 });
    expect(bare.training.pixels ?? bare.training.source?.cache ?? bare.training.source?.pixels).toBeUndefined();
    for (const workers of [1, 2, 4]) {
      expect(await load(cached.training, false, { workers })).toEqual(expected);
      expect(await load(bare.training, false, { workers })).toEqual(expected);
    }
  });

  test('from memory and the files, with 1, 2 and 4 workers: resized-crop-flip', async () => {
    const { training } = await open(root, { type: 'resized-crop-flip' });
    expect(training.source?.pixels).toBeDefined();
    expect(storedSize(training, 1)).toEqual({ width: 37, height: 47 });
    const expected = await load(training, true, { workers: 1 });
    const bare = await open(root, { type: 'resized-crop-flip', memoryMiB: 0 });
    expect(bare.training.source?.pixels ?? bare.training.source?.cache).toBeUndefined();
    for (const workers of [1, 2, 4]) {
      expect(await load(training, true, { workers })).toEqual(expected);
      expect(await load(bare.training, true, { workers })).toEqual(expected);
    }
    expect(new Set(expected.map((batch) => batch[0])).size).toBeGreaterThan(3);
  });

  test('images that were drawn in memory take resized crops too', async () => {
    const settings = experimentSchema.parse({}).dataset;
    if (settings.type !== 'shapes') throw new Error('not shapes');
    const { training } = await openShapes(
      { ...settings, trainingImages: 10, validationImages: 10 },
      { baseFolder: '/', cacheFolder: '/' },
    );
    const [first] = await load(training, true);
    expect(first.every(Number.isFinite)).toBe(true);
  });

  test('single images are those of the validation batches', async () => {
    const [inMemory, bare] = [await open(root), await open(root, { memoryMiB: 0, cacheGiB: 0 })];
    for (const index of [0, 7, 11]) {
      expect(await readImage(bare.validation, index)).toEqual(await readImage(inMemory.validation, index));
    }
    const own = await open(root, { type: 'resized-crop-flip' });
    expect(await readImage(own.training, 3)).toHaveLength(imageSize * imageSize * 3);
  });
});

describe('reading ahead', () => {
  test('is bounded: two batches beyond the one in use', async () => {
    const { training } = await open(root, { memoryMiB: 0 });
    let drawn = 0;
    const batches = loadBatches(
      training,
      requests(training, false, () => drawn++),
      normalization,
      { workers: 2 },
    );
    await batches.next();
    await expect.poll(() => drawn).toBe(3);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(drawn).toBe(3);
    await batches.next();
    expect(drawn).toBe(4);
    await batches.return();
  });

  test('leaves nothing to wait for when the work between batches takes longer', async () => {
    const { training } = await open(root, { type: 'resized-crop-flip', memoryMiB: 0 });
    const waits: number[] = [];
    for await (const { waited } of loadBatches(training, requests(training, true), normalization, { workers: 2 })) {
      waits.push(waited);
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    expect(waits[0]).toBeGreaterThan(0);
    expect(median(waits.slice(1))).toBeLessThan(0.1);
  });

  test('stops at once when told to, also while a batch is awaited', async () => {
    const { training } = await open(root, { memoryMiB: 0, cacheGiB: 0 });
    const stop = new AbortController();
    const batches = loadBatches(training, requests(training, false), normalization, {
      workers: 1,
      signal: stop.signal,
    });
    const waiting = batches.next();
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    await expect(load(training, false, { signal: stop.signal })).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('the death of a worker is an error, not silence', async () => {
    const { training } = await open(root, { memoryMiB: 0 });
    const pool = await startReaders(training.source!, imageSize, normalization, { workers: 2 });
    const batches = prefetch(pool, requests(training, false), 2);
    await batches.next();
    await pool.workers[1].terminate();
    const rest = async () => {
      for (;;) if ((await batches.next()).done) return;
    };
    // Node's status is 0 for a thread that was still starting, else 1.
    await expect(rest()).rejects.toThrow(/a worker that reads images ended with status [01]: resume the run/);
    await pool.end();
  });

  test('a file that breaks or goes after opening is named', async () => {
    const [own, cacheFolder] = [await writeFolder(temporaryFolder()), temporaryFolder()];
    const { training } = await open(own, { type: 'resized-crop-flip', memoryMiB: 0, cacheFolder });
    writeFileSync(join(own, 'train', 'dog', '1.png'), 'broken');
    const all = { indices: Int32Array.from({ length: 12 }, (_, i) => i), crops: null };
    const read = async () => {
      for await (const _ of loadBatches(training, [all], normalization, { workers: 2 }));
    };
    const message = `${join(own, 'train', 'dog', '1.png')} is not a supported image`;
    await expect(read()).rejects.toThrow(message);
    await expect(read()).rejects.toMatchObject({ name: 'DatasetError' });
    rmSync(join(own, 'train', 'dog', '1.png'));
    await expect(read()).rejects.toThrow(
      /dog.1\.png cannot be read: there is no such file or folder \(ENOENT\); replace/,
    );
  });
});

describe('a cache that is read in place', () => {
  test('with a damaged image: the file is decoded instead, a warning names it, and it is made anew', async () => {
    const cacheFolder = temporaryFolder();
    const expected = await load((await open(root)).training, false);
    const { training } = await open(root, { memoryMiB: 0, cacheFolder });
    const file = training.source!.cache!.file;
    const { size } = statSync(file);
    const bytes = readFileSync(file);
    for (let at = size - 12 * imageSize * imageSize * 3 + 5; at < size; at += imageSize * imageSize * 3) bytes[at] ^= 1;
    writeFileSync(file, bytes);
    const warnings: string[] = [];
    const options = { workers: 2, onWarning: (message: string) => void warnings.push(message) };
    expect(await load(training, false, options)).toEqual(expected);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(`the cache ${file} of ${root} is damaged`);
    expect(readdirSync(cacheFolder)).not.toContain(basename(file));
    const again = await open(root, { memoryMiB: 0, cacheFolder });
    expect(await load(again.training, false, options)).toEqual(expected);
    expect(warnings).toHaveLength(1);
  });

  test('that another process has removed: files are decoded', async () => {
    const expected = await load((await open(root)).training, false);
    const { training } = await open(root, { memoryMiB: 0 });
    rmSync(training.source!.cache!.file);
    expect(await load(training, false, { workers: 2, onWarning: () => {} })).toEqual(expected);
  });
});
