import { cpSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DatasetError } from '../../../../common/errors/dataset-error';
import type { DatasetSettings } from '../../../../common/experiment/datasets/datasets';
import type { CifarSettings } from '../../../../trainer/data/cifar/cifar';
import type { ImageSet } from '../../../../trainer/data/dataset';
import type { ImageFolderSettings } from '../../../../trainer/data/image-folder/image-folder';
import { readImage } from '../../../../trainer/data/images/image-reader';
import { openDataset } from '../../../../trainer/data/open/open-dataset';
import { openForChoices } from '../../../../trainer/data/open/open-for-choices';
import { openValidation, openValidationFolder } from '../../../../trainer/data/open/open-validation';
import { writeImageFolder } from '../images/image-files';
import { temporaryFolder } from '../temporary-folder';

const normalization = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] } as const;
const folderSettings = (path: string, changes: Partial<ImageFolderSettings> = {}): ImageFolderSettings => ({
  type: 'image-folder',
  path,
  classes: null,
  validation: null,
  imageSize: 8,
  trainingImages: null,
  validationImages: null,
  normalization: { mean: [...normalization.mean], std: [...normalization.std] },
  ...changes,
});

const open = (
  settings: DatasetSettings,
  networkClasses?: readonly string[],
  phases: string[] = [],
  warnings: string[] = [],
) =>
  openValidation(settings, {
    baseFolder: '/',
    cacheFolder: temporaryFolder(),
    networkClasses,
    onProgress: (phase) => phases.push(phase),
    onWarning: (message) => warnings.push(message),
  });

async function problemOf(opening: Promise<unknown>): Promise<string> {
  const error = await opening.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(DatasetError);
  return (error as DatasetError).message;
}

const paths = ({ count, path }: ImageSet) => Array.from({ length: count }, (_, i) => path(i));
const all = (images: ImageSet) => Promise.all(paths(images).map((_, i) => readImage(images, i)));

/** An image folder whose training images are gone. */
async function validationOnly(): Promise<string> {
  const root = await writeImageFolder(temporaryFolder());
  rmSync(join(root, 'train'), { recursive: true });
  return root;
}

describe('validation images of an image folder', () => {
  test('are those of the whole data set, and no training image is opened', async () => {
    const root = await writeImageFolder(temporaryFolder());
    const whole = await openDataset(folderSettings(root), { baseFolder: '/', cacheFolder: temporaryFolder() });
    // One that cannot be decoded would be named.
    writeFileSync(join(root, 'train', 'cat', '0.png'), 'no picture');
    const phases: string[] = [];
    const { classes, validation } = await open(folderSettings(root), undefined, phases);
    expect(classes).toEqual(whole.classes);
    expect(paths(validation)).toEqual(paths(whole.validation));
    expect([...validation.labels]).toEqual([...whole.validation.labels]);
    expect(await all(validation)).toEqual(await all(whole.validation));
    expect(phases.filter((phase) => phase.includes('training'))).toEqual([]);
  });

  test('do without train/: the classes are those of val/', async () => {
    const { classes, validation } = await open(folderSettings(await validationOnly()));
    expect(classes).toEqual(['cat', 'dog']);
    expect(paths(validation)).toEqual(['val/cat/0.png', 'val/cat/1.png', 'val/dog/0.png', 'val/dog/1.png']);
    expect([...validation.labels]).toEqual([0, 0, 1, 1]);
  });

  test('of a network with fewer classes: its own, known from a list or its run, in its order', async () => {
    const root = await validationOnly();
    mkdirSync(join(root, 'val', 'bird'));
    cpSync(join(root, 'val', 'cat', '0.png'), join(root, 'val', 'bird', '0.png'));
    const list = join(root, 'classes.txt');
    writeFileSync(list, 'dog\ncat\n');
    for (const networkClasses of [undefined, ['cat', 'dog'], ['dog', 'cat']]) {
      for (const settings of [folderSettings(root, { classes: list }), folderSettings(root)]) {
        if (!networkClasses && settings.classes === null) continue;
        const warnings: string[] = [];
        const { classes, validation } = await open(settings, networkClasses, [], warnings);
        // Without a network's order it is the list's.
        expect(classes).toEqual(networkClasses ?? ['dog', 'cat']);
        expect(Array.from(validation.labels, (label) => classes[label])).toEqual(['cat', 'cat', 'dog', 'dog']);
        const said = networkClasses
          ? `${list} has the classes in another order than the network was trained with`
          : `${list} numbers the classes in the order of its lines, dog, cat: if the checkpoint`;
        const others = `passed over in ${root}, folders of classes that are not asked for: 1 (val/bird)`;
        if (settings.classes === null) expect(warnings).toEqual([others]);
        else expect(warnings).toEqual(networkClasses?.[0] === 'dog' ? [] : [expect.stringContaining(said)]);
      }
    }
    expect((await open(folderSettings(root))).classes).toEqual(['bird', 'cat', 'dog']);
  });

  test('must be of the network’s classes', async () => {
    const root = await writeImageFolder(temporaryFolder());
    expect(await problemOf(open(folderSettings(root), ['cat', 'wolf']))).toContain(
      `${join(root, 'train')} names other classes than those that the network was trained on (without wolf; with dog)`,
    );
    const list = join(root, 'classes.txt');
    writeFileSync(list, 'dog\nowl\n');
    expect(await problemOf(open(folderSettings(root, { classes: list }), ['cat', 'dog']))).toContain(
      `${list} names other classes than those that the network was trained on (without cat; with owl)`,
    );
    rmSync(join(root, 'train'), { recursive: true });
    expect(await problemOf(open(folderSettings(root), ['cat', 'dog', 'wolf']))).toContain(
      `${join(root, 'val')} has no images of 1 of 3 classes (wolf): add them`,
    );
  });

  test('and train/ must have the same classes, where it is there', async () => {
    const root = await writeImageFolder(temporaryFolder());
    renameSync(join(root, 'val', 'dog'), join(root, 'val', 'wolf'));
    expect(await problemOf(open(folderSettings(root)))).toContain(
      'different classes (only in train/: dog; only in val/: wolf)',
    );
  });

  test('may lie in another folder, while the data set itself is gone', async () => {
    const root = await validationOnly();
    const gone = folderSettings(join(root, 'gone'));
    const options = { baseFolder: '/' };
    for (const place of [root, join(root, 'val')]) {
      const { classes, validation } = openValidationFolder(place, gone, options);
      expect(classes).toEqual(['cat', 'dog']);
      expect([...validation.labels]).toEqual([0, 0, 1, 1]);
    }
    const { classes } = openValidationFolder(root, gone, { ...options, networkClasses: ['dog', 'cat'] });
    expect(classes).toEqual(['dog', 'cat']);
  });

  test('may have more classes than the network, which is said; without class folders nothing says what is shown', async () => {
    const root = await validationOnly();
    cpSync(join(root, 'val', 'cat'), join(root, 'val', 'wasp'), { recursive: true });
    const warnings: string[] = [];
    const options = {
      baseFolder: '/',
      networkClasses: ['cat', 'dog'],
      onWarning: (message: string) => warnings.push(message),
    };
    const { validation } = openValidationFolder(root, folderSettings(join(root, 'gone')), options);
    expect(validation.count).toBe(4);
    const said = `passed over in ${join(root, 'val')}, folders of classes that the network does not have: 1 (wasp)`;
    expect(warnings).toEqual([said]);
    expect(() => openValidationFolder(join(root, 'val', 'cat'), folderSettings('/gone'), options)).toThrow(
      '(cat, dog; its images lie in no folders that say what they show)',
    );
  });

  test('may be files of images for a network of CIFAR, by the names of the classes', async () => {
    const root = await validationOnly();
    const classes = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];
    const cifar: CifarSettings = {
      type: 'cifar10',
      path: '/gone',
      trainingImages: null,
      validationImages: null,
      normalization: { mean: [0, 0, 0], std: [1, 1, 1] },
    };
    expect(() => openValidationFolder(root, cifar, { baseFolder: '/' })).toThrow('has no folder for 8 of 10 classes');
    for (const name of classes.filter((each) => each !== 'cat' && each !== 'dog'))
      cpSync(join(root, 'val', 'cat'), join(root, 'val', name), { recursive: true });
    const { validation } = openValidationFolder(root, cifar, { baseFolder: '/' });
    expect(validation.imageSize).toBe(32);
    expect(
      Array.from(validation.labels, (label, i) => `${classes[label]} ${validation.path(i).split('/')[1]}`),
    ).toEqual(classes.flatMap((name) => [`${name} ${name}`, `${name} ${name}`]));
  });
});

test('in whatever place, split, depth and order of classes: a label is that of the class folder', () => {
  const className = fc.oneof(
    fc.nat(30).map(String),
    fc.string({ unit: fc.constantFrom(...'aBé_ 1'), minLength: 1, maxLength: 4 }),
  );
  const world = fc.record({
    classes: fc.uniqueArray(
      className.filter((name) => name.trim() === name),
      { minLength: 2, maxLength: 5, selector: (name) => name.toLowerCase() },
    ),
    split: fc.constantFrom('', 'val/', 'Valid/', 'test/'),
    inside: fc.constantFrom('', 'images/', 'a/b/'),
    order: fc.constantFrom('name', 'list', 'network'),
    turn: fc.nat(4),
  });
  fc.assert(
    fc.property(world, ({ classes, split, inside, order, turn }) => {
      const root = temporaryFolder();
      for (const [i, name] of classes.entries()) {
        mkdirSync(join(root, split, name, inside), { recursive: true });
        for (let image = 0; image <= i; image++) writeFileSync(join(root, split, name, inside, `${image}.png`), '');
      }
      const turned = [...classes.slice(turn % classes.length), ...classes.slice(0, turn % classes.length)];
      const list = join(root, 'order.txt');
      writeFileSync(list, turned.map((name) => `${name}\t`).join('\n'));
      const opened = openValidationFolder(
        root,
        folderSettings(join(root, 'gone'), { classes: order === 'list' ? list : null }),
        { baseFolder: '/', onWarning: () => {}, ...(order === 'network' && { networkClasses: turned }) },
      );
      expect(opened.classes).toEqual(order === 'name' ? classes.toSorted() : turned);
      const { validation } = opened;
      const folders = paths(validation).map((path) => path.slice(split.length).split('/')[0]);
      expect(Array.from(validation.labels, (label) => opened.classes[label])).toEqual(folders);
      expect(folders).toEqual(classes.flatMap((name, i) => new Array(i + 1).fill(name)).toSorted());
      rmSync(root, { recursive: true });
    }),
    { numRuns: 50 },
  );
});

describe('validation images of others', () => {
  test('CIFAR does without its training files', async () => {
    const golden = join(import.meta.dirname, '..', '..', '..', 'golden', 'cifar-python', 'python2');
    const folder = temporaryFolder();
    cpSync(join(golden, 'cifar-100-python'), folder, { recursive: true });
    const settings: CifarSettings = {
      type: 'cifar100',
      path: folder,
      trainingImages: null,
      validationImages: null,
      normalization: { mean: [...normalization.mean], std: [...normalization.std] },
    };
    const whole = await openDataset(settings, { baseFolder: '/', cacheFolder: '/' });
    rmSync(join(folder, 'train'));
    const { classes, validation } = await open(settings);
    expect(classes).toEqual(whole.classes);
    expect(validation.pixels).toEqual(whole.validation.pixels);
    expect(await problemOf(openDataset(settings, { baseFolder: '/', cacheFolder: '/' }))).toContain('has no train');
    rmSync(join(folder, 'test'));
    expect(await problemOf(open(settings))).toContain('has no CIFAR-100');
  });

  test('shapes are the same without training images', async () => {
    const settings = {
      type: 'shapes',
      imageSize: 8,
      trainingImages: 1_000_000,
      validationImages: 12,
      seed: 5,
      normalization: { mean: [...normalization.mean], std: [...normalization.std] },
    } as Extract<DatasetSettings, { type: 'shapes' }>;
    const { validation } = await open(settings);
    const whole = await openDataset({ ...settings, trainingImages: 10 }, { baseFolder: '/', cacheFolder: '/' });
    expect(validation.pixels).toEqual(whole.validation.pixels);
  });
});

describe('for chosen images', () => {
  const options = () => ({ baseFolder: '/', cacheFolder: temporaryFolder() });

  test('training images are looked at only if one may be chosen, and look as they did in training', async () => {
    const root = await writeImageFolder(temporaryFolder(), 3, 2, 12);
    const settings = folderSettings(root);
    const whole = await openDataset(settings, options());
    const without = await openForChoices([0, 'val/cat/1.png'], settings, [], options());
    expect(without.training.count).toBe(0);
    const { training } = await openForChoices(['train/dog/2.png'], settings, [], options());
    expect(paths(training)).toEqual(paths(whole.training));
    expect(await all(training)).toEqual(await all(whole.training));
    const crops = { ...options(), augmentation: { type: 'resized-crop-flip' } as const };
    const [kept, listed] = [
      (await openDataset(settings, crops)).training,
      (await openForChoices(['train/dog/2.png'], settings, [], crops)).training,
    ];
    expect(await all(listed)).toEqual(await all(kept));
  });

  test('validation images are those of the whole set; a damaged one leaves the others', async () => {
    const root = await writeImageFolder(temporaryFolder());
    const settings = folderSettings(root, { validationImages: 2 });
    const whole = await openValidation(settings, options());
    writeFileSync(join(root, 'val', 'dog', '0.png'), 'no picture');
    const { classes, validation } = await openForChoices([0], settings, [], options());
    expect([classes, paths(validation), [...validation.labels]]).toEqual([
      whole.classes,
      paths(whole.validation),
      [...whole.validation.labels],
    ]);
    expect([...(await readImage(validation, 0))]).toEqual([...(await readImage(whole.validation, 0))]);
    expect(await problemOf(readImage(validation, 1))).toContain('0.png is not a supported image');
    // Whoever looks at all of them is told before.
    expect(await problemOf(openForChoices([], settings, [], options()))).toContain('0.png is not a supported image');
  });

  test('images that were moved away leave the others, were they the last of a class', async () => {
    const root = await writeImageFolder(temporaryFolder());
    const settings = folderSettings(root, { validationImages: 4 });
    for (const image of ['0.png', '1.png']) rmSync(join(root, 'val', 'dog', image));
    writeFileSync(join(root, 'val', 'cat', 'notes.txt'), 'moved dogs');
    const { classes, validation } = await openForChoices(['val/cat/1.png'], settings, [], options());
    expect([classes, paths(validation), [...validation.labels]]).toEqual([
      ['cat', 'dog'],
      ['val/cat/0.png', 'val/cat/1.png'],
      [0, 0],
    ]);
    expect(await problemOf(openForChoices([], settings, [], options()))).toContain(
      `${join(root, 'val', 'dog')} has no images`,
    );
    const others = { ...options(), networkClasses: ['cat', 'wolf'] };
    expect(await problemOf(openForChoices([0], settings, [], others))).toContain('without wolf; with dog');
    rmSync(join(root, 'val'), { recursive: true });
    expect(await problemOf(openForChoices([0], settings, [], options()))).toContain(
      'has no folder val/ (nor valid/, validation/, test/)',
    );
  });

  test('a folder without train/ has none', async () => {
    const { training, validation } = await openForChoices(
      ['elsewhere.png'],
      folderSettings(await validationOnly()),
      [],
      options(),
    );
    expect([training.count, validation.count]).toEqual([0, 4]);
  });
});
