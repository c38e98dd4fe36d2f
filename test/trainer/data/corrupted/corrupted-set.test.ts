import { cpSync, mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DatasetError } from '../../../../common/errors/dataset-error';
import type { CorruptedReport } from '../../../../trainer/data/corrupted/check-corrupted';
import { openCorruptedSet } from '../../../../trainer/data/corrupted/corrupted-set';
import { openEvaluationFolder } from '../../../../trainer/data/corrupted/evaluation-images';
import { readImage } from '../../../../trainer/data/images/image-reader';
import { fitImage } from '../../../../trainer/data/images/resize';
import type { ChannelNormalization } from '../../../../trainer/data/loading/augment';
import { loadBatches } from '../../../../trainer/data/loading/batch-loader';
import { type CheckedType, checkDataset, recogniseDataset } from '../../../../trainer/data/open/check';
import { longLabels, npyOf } from '../formats/npy-files';
import { pixelsOf, writeImage } from '../images/image-files';
import { temporaryFolder } from '../temporary-folder';

const identity: ChannelNormalization = { mean: [0, 0, 0], std: [1, 1, 1] };
const animals = ['cat', 'dog', 'elk'];
const options = (classes = animals, imageSize = 8) => ({ baseFolder: '/', classes, imageSize });

/** `<corruption>/<severity>/<class>/`, two images of 8 pixels a class, made from seeds that count up. */
async function writeImageNetC(root: string, places: [string, number[]][], classes = animals): Promise<string> {
  let seed = 0;
  for (const [folder, severities] of places)
    for (const severity of severities)
      for (const name of classes)
        for (const i of [0, 1])
          await writeImage(join(root, folder, String(severity), name, `${i}.png`), pixelsOf(seed++, 8, 8), 8, 8);
  return root;
}

/** CIFAR-C with two images a severity: byte i of image n is (n·100 + i) mod 251 plus `shift`. */
function writeCifarC(
  labels: Buffer = npyOf(
    '|u1',
    [10],
    Uint8Array.from({ length: 10 }, (_, i) => i % 2),
  ),
): string {
  const root = temporaryFolder();
  for (const [shift, name] of ['fog', 'brightness'].entries()) {
    const data = Uint8Array.from(
      { length: 10 * 3072 },
      (_, i) => ((Math.floor(i / 3072) * 100 + (i % 3072)) % 251) + shift,
    );
    writeFileSync(join(root, `${name}.npy`), npyOf('|u1', [10, 32, 32, 3], data));
  }
  writeFileSync(join(root, 'labels.npy'), labels);
  return root;
}

function problemOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(DatasetError);
    return (error as DatasetError).message;
  }
  throw new Error('nothing was thrown');
}

async function check(path: string, type?: CheckedType): Promise<CorruptedReport> {
  const { signal } = new AbortController();
  const report = await checkDataset(type ?? (await recogniseDataset(path, signal)).type, path, {
    classFile: null,
    heldOut: null,
    onProgress: () => {},
    signal,
  });
  expect('corruptions' in report).toBe(true);
  return report as CorruptedReport;
}

describe('ImageNet-C', () => {
  test('is read part by part, also within the folders of its archives', async () => {
    const root = await writeImageNetC(temporaryFolder(), [
      ['noise/shot_noise', [5, 1]],
      ['fog', [3]],
    ]);
    writeFileSync(join(root, 'README.md'), 'about');
    const set = openCorruptedSet(root, options());
    expect(set.layout).toBe('imagenet-c');
    expect([...set.severities]).toEqual([
      ['fog', [3]],
      ['shot_noise', [1, 5]],
    ]);
    const images = set.open('shot_noise', 1);
    expect([images.count, ...images.labels]).toEqual([6, 0, 0, 1, 1, 2, 2]);
    expect(images.path(3)).toBe('noise/shot_noise/1/dog/1.png');
    // Severity 5 was written first, fog last: seeds from 6.
    for (const i of [0, 3, 5]) expect(Buffer.compare(await readImage(images, i), pixelsOf(6 + i, 8, 8))).toBe(0);
    for await (const { pixels, request } of loadBatches(
      images,
      [{ indices: Int32Array.of(5, 0), crops: null }],
      identity,
    )) {
      const levels = [...request.indices].flatMap((i) => [...pixelsOf(6 + i, 8, 8)]);
      expect([...pixels]).toEqual(levels.map((level) => Math.fround(level / 255)));
    }
  });

  test('has the classes of the experiment alone, numbered in their order, and images are brought to size', async () => {
    const root = await writeImageNetC(temporaryFolder(), [['fog', [1]]]);
    const images = openCorruptedSet(root, options(['elk', 'cat'], 4)).open('fog', 1);
    expect([...images.labels]).toEqual([1, 1, 0, 0]);
    const whole = { data: Buffer.from(pixelsOf(0, 8, 8)), width: 8, height: 8 };
    expect(Buffer.compare(await readImage(images, 0), fitImage(whole, 4, 'validation'))).toBe(0);
  });

  test('that lacks something is refused', async () => {
    const root = await writeImageNetC(temporaryFolder(), [['fog', [1, 2]]]);
    const set = openCorruptedSet(root, options());
    expect(problemOf(() => set.open('fog', 3))).toBe(`${root} has no fog of severity 3: there are fog (1, 2)`);
    expect(problemOf(() => set.open('rain', 1))).toContain('has no rain of severity 1');
    const other = openCorruptedSet(root, options(['cat', 'owl']));
    expect(problemOf(() => other.open('fog', 1))).toContain('has no folder for 1 of 2 classes (owl)');
    writeFileSync(join(root, 'fog', '1', 'cat', '0.png'), 'broken');
    await expect(readImage(set.open('fog', 1), 0)).rejects.toThrow(
      `${join(root, 'fog', '1', 'cat', '0.png')} is not a supported image`,
    );
    expect(problemOf(() => openCorruptedSet(temporaryFolder(), options()))).toContain('is empty');
    const none = join(await writeImageNetC(temporaryFolder(), [['fog', [1]]]), 'fog', '1', 'cat');
    expect(problemOf(() => openCorruptedSet(none, options()))).toContain('is no set of corrupted images');
  });

  test('is checked: counts, sizes, classes that differ, broken files', async () => {
    const root = await writeImageNetC(temporaryFolder(), [
      ['weather/fog', [1, 2]],
      ['weather/snow', [1]],
    ]);
    const sound = await check(root);
    expect(sound).toMatchObject({ type: 'imagenet-c', classes: animals, problems: [] });
    expect(sound.sizes).toEqual([{ width: 8, height: 8, images: 18 }]);
    const part = (severity: number) => ({ severity, images: 6, perClass: [2, 2, 2] });
    expect(sound.corruptions).toEqual([
      { name: 'fog', severities: [part(1), part(2)] },
      { name: 'snow', severities: [part(1)] },
    ]);
    rmSync(join(root, 'weather', 'fog', '2', 'elk'), { recursive: true });
    truncateSync(join(root, 'weather', 'snow', '1', 'cat', '1.png'), 50);
    writeFileSync(join(root, 'weather', 'snow', '1', 'dog', 'notes.txt'), '');
    const { problems, passedOver } = await check(root);
    expect(passedOver).toEqual([{ reason: 'text', count: 1, examples: ['weather/snow/1/dog/notes.txt'] }]);
    expect(problems).toEqual([
      expect.stringContaining(`${join(root, 'weather', 'fog', '2')} lacks 1 of 3 classes (elk)`),
      expect.stringContaining(`${join(root, 'weather', 'snow', '1', 'cat', '1.png')} is damaged or cut off`),
    ]);
  });

  test('may be a whole data set that was corrupted: its validation split is read', async () => {
    const root = await writeImageNetC(temporaryFolder(), [['fog', [1]]]);
    for (const split of ['train', 'Val'])
      cpSync(join(root, 'fog', '1'), join(root, 'fog', '2', split), { recursive: true });
    const set = openCorruptedSet(root, options());
    expect([...set.severities]).toEqual([['fog', [1, 2]]]);
    expect([1, 2].map((severity) => set.open('fog', severity).path(5))).toEqual([
      'fog/1/elk/1.png',
      'fog/2/Val/elk/1.png',
    ]);
    expect(await check(root)).toMatchObject({ classes: animals, problems: [], sizes: [{ images: 12 }] });
  });

  test('is not seen in an image folder whose classes have numbers for names', async () => {
    const root = temporaryFolder();
    for (const place of ['train/1', 'train/2', 'val/1', 'val/2'])
      await writeImage(join(root, place, 'a.png'), pixelsOf(1, 8, 8), 8, 8);
    expect((await recogniseDataset(root, new AbortController().signal)).type).toBe('image-folder');
  });
});

describe('CIFAR-C', () => {
  const ten = Array.from({ length: 10 }, (_, i) => String(i));

  test('is read part by part', async () => {
    for (const labels of [
      undefined,
      npyOf('<i8', [10], longLabels([0, 1, 0, 1, 0, 1, 0, 1, 0, 1])),
      npyOf('|u1', [2], Buffer.of(0, 1)),
    ]) {
      const set = openCorruptedSet(writeCifarC(labels), options(ten, 32));
      expect(set.layout).toBe('cifar-c');
      expect([...set.severities]).toEqual([
        ['brightness', [1, 2, 3, 4, 5]],
        ['fog', [1, 2, 3, 4, 5]],
      ]);
      const images = set.open('brightness', 3);
      expect([images.count, ...images.labels]).toEqual([2, 0, 1]);
      expect(images.path(1)).toBe('brightness.npy#5');
      const pixels = await readImage(images, 1);
      expect(pixels).toHaveLength(3072);
      expect([pixels[0], pixels[300]]).toEqual([(500 % 251) + 1, (800 % 251) + 1]);
    }
  });

  test('labels go by the names of CIFAR’s classes, whatever their order, or by numbers; other names are refused', () => {
    const cifar = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];
    const root = writeCifarC(npyOf('|u1', [2], Buffer.of(3, 9)));
    const labels = (classes: string[], areNumbered = false) => [
      ...openCorruptedSet(root, { ...options(classes, 32), areNumbered }).open('fog', 1).labels,
    ];
    const reversed = [...cifar].reverse();
    expect(labels(cifar)).toEqual([3, 9]);
    expect(labels(reversed).map((label) => reversed[label])).toEqual(['cat', 'truck']);
    expect(labels([...ten].reverse())).toEqual([6, 0]);
    const others = cifar.map((name) => name.replace('cat', 'wasp'));
    expect(() => labels(others)).toThrow('with the names of CIFAR-10');
    // In CIFAR's own files classes are numbers, whatever the list beside them calls them.
    expect(labels(others, true)).toEqual([3, 9]);
  });

  test('that is damaged, or of another data set, is refused', () => {
    const open =
      (root: string, classes = ten, imageSize = 32) =>
      () =>
        openCorruptedSet(root, options(classes, imageSize)).open('fog', 1);
    expect(problemOf(open(writeCifarC(), ten, 64))).toContain('images of 32 pixels, but the network takes 64');
    expect(problemOf(open(writeCifarC(npyOf('|u1', [9], new Uint8Array(9)))))).toContain('does not fit 10 images');
    const high = npyOf('|u1', [10], new Uint8Array(10).fill(42));
    expect(problemOf(open(writeCifarC(high)))).toContain('labels.npy: entry 0 is class 42, but classes go to 9');
    const ofTen = writeCifarC(
      npyOf(
        '|u1',
        [10],
        Uint8Array.from({ length: 10 }, (_, i) => i),
      ),
    );
    const hundred = Array.from({ length: 100 }, (_, i) => String(i));
    expect(open(ofTen)().labels).toHaveLength(2);
    expect(problemOf(open(ofTen, hundred))).toContain(
      'labels from 0 to 9, as CIFAR-10-C has, but the network tells 100',
    );
    const negative = npyOf('<i8', [10], longLabels(new Array<number>(10).fill(-1)));
    expect(problemOf(open(writeCifarC(negative)))).toContain('is class -1');
    const cut = writeCifarC();
    truncateSync(join(cut, 'fog.npy'), 5000);
    expect(problemOf(open(cut))).toContain(`${join(cut, 'fog.npy')} has 5000 bytes instead of 30848: it is cut off`);
    const other = writeCifarC();
    writeFileSync(join(other, 'fog.npy'), npyOf('|u1', [10, 3, 32, 32], new Uint8Array(30720)));
    expect(problemOf(open(other))).toContain('has the shape [10, 3, 32, 32] instead of');
  });

  test('is checked: counts, balance, broken files', async () => {
    const root = writeCifarC();
    const sound = await check(root);
    expect(sound).toMatchObject({ type: 'cifar-c', problems: [], sizes: [{ width: 32, height: 32, images: 20 }] });
    expect(sound.classes[3]).toBe('cat');
    expect(sound.corruptions[1]).toMatchObject({ name: 'fog' });
    expect(sound.corruptions[1].severities[4]).toEqual({
      severity: 5,
      images: 2,
      perClass: [1, 1, 0, 0, 0, 0, 0, 0, 0, 0],
    });
    truncateSync(join(root, 'fog.npy'), 5000);
    expect((await check(root)).problems).toEqual([expect.stringContaining('fog.npy has 5000 bytes')]);
    const empty = temporaryFolder();
    mkdirSync(empty, { recursive: true });
    writeFileSync(join(empty, 'labels.npy'), '');
    expect((await check(empty)).problems[0]).toContain('has no <corruption>.npy');
  });
});

describe('a folder for evaluation alone', () => {
  test('has class folders, in it or in val/', async () => {
    const root = temporaryFolder();
    for (const [seed, name] of animals.entries()) {
      await writeImage(join(root, 'plain', name, 'a.png'), pixelsOf(seed, 8, 8), 8, 8);
      await writeImage(join(root, 'split', 'val', name, 'a.png'), pixelsOf(seed, 8, 8), 8, 8);
    }
    for (const [folder, path] of [
      ['plain', 'dog/a.png'],
      ['split', 'val/dog/a.png'],
    ]) {
      const images = openEvaluationFolder(folder, { ...options(['dog', 'elk']), baseFolder: root });
      expect([images.count, images.path(0)]).toEqual([2, path]);
      expect(Buffer.compare(await readImage(images, 1), pixelsOf(2, 8, 8))).toBe(0);
    }
  });
});
