import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type FolderScan,
  type FolderSplit,
  listTraining,
  listValidation,
  type ScanOptions,
  scanImageFolder,
  scanValidation,
} from '../../../../trainer/data/image-folder/folder-scan';
import { temporaryFolder } from '../temporary-folder';

const plain: ScanOptions = { classFile: null, heldOut: null };

/** A folder with these files, all empty. */
function folderOf(...files: string[]): string {
  const root = temporaryFolder();
  add(root, ...files);
  return root;
}
function add(root: string, ...files: string[]): void {
  for (const file of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), '');
  }
}
/** Two images of each class in each split. */
const images = (splits: string[], classes: string[]): string[] =>
  splits.flatMap((split) => classes.flatMap((name) => [`${split}/${name}/a.jpg`, `${split}/${name}/b.jpg`]));

const named = ({ classes }: FolderScan, { files, labels }: FolderSplit) =>
  files.map((file, i) => `${classes[labels[i]]}: ${file}`);

describe('the splits', () => {
  test.each([
    [['train', 'valid', 'test'], 'train', 'valid'],
    [['Training', 'Validation', 'test'], 'Training', 'Validation'],
    [['TRAIN', 'VAL'], 'TRAIN', 'VAL'],
    [['train', 'val', 'testing'], 'train', 'val'],
    [['train', 'Dev', 'test'], 'train', 'Dev'],
    [['training', 'validate', 'test'], 'training', 'validate'],
    [['train', 'val', 'eval', 'test'], 'train', 'val'],
  ])('of %j: %s/ and %s/', (splits, training, validation) => {
    const root = folderOf(...images(splits, ['cat', 'dog']));
    for (const scan of [scanImageFolder(root), scanValidation(root, plain), listValidation(root, plain)]) {
      expect(scan).toMatchObject({ problems: [], warnings: [] });
      expect([scan.validation.folder, scan.validation.files.length]).toEqual([validation, 4]);
      expect(scan.validation.files[0]).toBe(`${validation}/cat/a.jpg`);
    }
    expect(scanImageFolder(root).training.folder).toBe(training);
    expect(listTraining(root, ['cat', 'dog'], plain).files[3]).toBe(`${training}/dog/b.jpg`);
  });

  test('a test set that is used for validation is a warning; of two candidates none is chosen', () => {
    const root = folderOf(...images(['train', 'Test'], ['cat', 'dog']));
    const scan = scanImageFolder(root);
    expect(scan.validation.folder).toBe('Test');
    expect(scan.problems).toEqual([]);
    expect(scan.warnings).toEqual([
      expect.stringContaining(`${join(root, 'Test')} is used for validation, so it chooses the best checkpoint`),
    ]);
    expect(scan.warnings[0]).toContain('let dataset.validation hold some out');
    // A finished network chooses none.
    expect(scanValidation(root, plain).warnings).toEqual([]);
    for (const [splits, message] of [
      [['val', 'valid'], 'has val/ and valid/, and nothing says which'],
      [['Val', 'val'], 'has Val/ and val/, and nothing says which'],
      [['test', 'testing'], 'has test/ and testing/'],
    ] as const) {
      const both = folderOf(...images(['train', ...splits], ['cat', 'dog']));
      expect(scanImageFolder(both).problems).toEqual([expect.stringContaining(`${both} ${message}`)]);
      expect(scanValidation(both, plain).problems).toEqual([expect.stringContaining(`${both} ${message}`)]);
    }
    const two = folderOf(...images(['train', 'training', 'val'], ['cat', 'dog']));
    expect(scanImageFolder(two).problems).toEqual([expect.stringContaining(`${two} has train/ and training/`)]);
  });

  test('that are not there: what was meant is said', () => {
    const archive = folderOf(...images(['data/archive/train', 'data/archive/val'], ['cat', 'dog']));
    for (const path of [archive, join(archive, 'data')])
      expect(scanImageFolder(path).problems).toEqual([
        `${path} has no folder train/, but ${join(archive, 'data', 'archive')} has: give that as the path of the data set`,
      ]);
    for (const split of ['train', 'val'])
      expect(scanImageFolder(join(archive, 'data', 'archive', split)).problems).toEqual([
        expect.stringContaining(`but ${join(archive, 'data', 'archive')} has: give that`),
      ]);
    const bare = folderOf('cat/a.jpg', 'dog/images/a.jpg');
    expect(scanImageFolder(bare).problems).toEqual([
      expect.stringContaining('but folders that look like classes (cat, dog): move them into'),
    ]);
    const longer = folderOf(...images(['train_set', 'Test2017'], ['cat', 'dog']));
    expect(scanImageFolder(longer).problems).toEqual([
      expect.stringContaining(
        'but Test2017/, train_set/: if these are its splits, rename them to train/, val/ and test/',
      ),
    ]);
    const half = folderOf(...images(['train', 'val-images', 'values'], ['cat', 'dog']));
    expect(scanImageFolder(half).problems).toEqual([
      expect.stringContaining('but val-images/: if this is for validation, rename it to val/'),
    ]);
    const alone = folderOf(...images(['train'], ['cat', 'dog']));
    expect(scanImageFolder(alone).problems).toEqual([
      expect.stringContaining(`${alone} has no folder val/ (nor valid/, validation/, test/): make one`),
    ]);
    symlinkSync('/nowhere', join(alone, 'val'));
    expect(scanImageFolder(alone).problems).toEqual([expect.stringContaining('only a broken link val')]);
    const flat = folderOf(...images(['train'], ['cat', 'dog']), 'val/1.jpg', 'val/2.jpg');
    expect(scanImageFolder(flat).problems).toEqual([
      expect.stringContaining(`${join(flat, 'val')} has no class folders: it needs those of train/`),
      expect.stringContaining(
        `2 images lie beside the class folders of ${flat}, such as ${join(flat, 'val', '1.jpg')}`,
      ),
    ]);
    const deep = folderOf(...images(['train/animals', 'val/animals'], ['cat', 'dog']));
    expect(scanImageFolder(deep).problems).toEqual([
      expect.stringContaining('if those in train/animals/ are the classes (cat, dog), move them up into train/'),
    ]);
  });
});

test('validation on the training images, by a link, is a warning', () => {
  const root = folderOf(...images(['train'], ['cat', 'dog']));
  symlinkSync('train', join(root, 'val'));
  const { problems, warnings } = scanImageFolder(root);
  expect(problems).toEqual([]);
  expect(warnings).toEqual([expect.stringContaining(`${join(root, 'val')} is a link to the training images`)]);
});

describe('a part that is held out', () => {
  const heldOut = { fraction: 0.2, seed: 0 };
  const many = (split: string, name: string, count: number) =>
    Array.from({ length: count }, (_, i) => `${split}/${name}/${i}.jpg`);

  test('is the same part of every class, at least one image, and the rest is trained on', () => {
    const root = folderOf(...many('train', 'cat', 20), ...many('train', 'dog', 10), ...many('train', 'elk', 2));
    const scan = scanImageFolder(root, { ...plain, heldOut });
    expect(scan).toMatchObject({ problems: [], warnings: [], classes: ['cat', 'dog', 'elk'] });
    const counts = ({ labels }: FolderSplit) =>
      [0, 1, 2].map((label) => labels.filter((other) => other === label).length);
    expect(counts(scan.validation)).toEqual([4, 2, 1]);
    expect(counts(scan.training)).toEqual([16, 8, 1]);
    expect([scan.training.folder, scan.validation.folder]).toEqual(['train', 'train']);
    const all = [...scan.training.files, ...scan.validation.files].sort();
    expect(all).toEqual([...many('train', 'cat', 20), ...many('train', 'dog', 10), ...many('train', 'elk', 2)].sort());
    // A finished network is evaluated on the same.
    for (const again of [scanValidation(root, { ...plain, heldOut }), listValidation(root, { ...plain, heldOut })])
      expect(again.validation).toEqual(scan.validation);
    expect(listTraining(root, scan.classes, { heldOut })).toEqual(scan.training);
    // More of them hold out the same and more; another seed, others.
    const more = scanImageFolder(root, { ...plain, heldOut: { fraction: 0.5, seed: 0 } });
    expect(more.validation.files).toEqual(expect.arrayContaining(scan.validation.files));
    const other = scanImageFolder(root, { ...plain, heldOut: { ...heldOut, seed: 1 } });
    expect(other.validation.files).not.toEqual(scan.validation.files);
  });

  test('leaves test/ alone, and does not go with val/, nor with a class of one image, nor without train/', () => {
    const root = folderOf(...many('train', 'cat', 5), ...many('train', 'dog', 5), ...many('test', 'cat', 2));
    expect(scanImageFolder(root, { ...plain, heldOut })).toMatchObject({ problems: [], warnings: [] });
    add(root, ...many('valid', 'cat', 2), 'train/elk/0.jpg');
    for (const scan of [scanImageFolder, scanValidation])
      expect(scan(root, { ...plain, heldOut }).problems).toEqual([
        expect.stringContaining(
          `${root} has valid/ for it: remove dataset.validation from the experiment, or move valid/`,
        ),
        expect.stringContaining(
          `${join(root, 'train', 'elk')} has a single image, of which dataset.validation can hold none`,
        ),
      ]);
    for (const folder of ['train', 'valid']) rmSync(join(root, folder), { recursive: true });
    expect(scanValidation(root, { ...plain, heldOut }).problems).toEqual([
      expect.stringContaining(`${root} has no folder train/`),
    ]);
  });
});

describe('what is in a class folder', () => {
  test('is read at any depth, in the order of the paths', () => {
    const files = ['a.jpg', 'b/1.PNG', 'b/c/2.jpeg', 'z.jpg', 'b.jpg'].map((file) => `train/cat/${file}`);
    const root = folderOf(
      ...files,
      ...images(['val'], ['cat', 'dog']),
      'train/dog/images/1.jpg',
      'train/dog/dog_boxes.txt',
    );
    const scan = scanImageFolder(root);
    expect(scan.problems).toEqual([]);
    expect(scan.training.files).toEqual([...files.toSorted(), 'train/dog/images/1.jpg']);
  });

  test('is counted where it is passed over', () => {
    const root = folderOf(...images(['train', 'val'], ['cat', 'dog']));
    const rest = ['.DS_Store', 'thumbs.db', 'a.xml', 'sub/notes.txt', 'clip.mp4', 'sub/noending'];
    add(
      root,
      ...rest.map((file) => `train/cat/${file}`),
      'train/.cache/x.jpg',
      'train/@eaDir/a.jpg',
      'train/classes.json',
    );
    symlinkSync('..', join(root, 'train', 'cat', 'sub', 'up'));
    symlinkSync('../../dog', join(root, 'train', 'cat', 'sub', 'dog'));
    const scan = scanImageFolder(root);
    expect(scan.problems).toEqual([]);
    expect(scan.training.files).toEqual([
      ...['a.jpg', 'b.jpg', 'sub/dog/a.jpg', 'sub/dog/b.jpg'].map((file) => `train/cat/${file}`),
      'train/dog/a.jpg',
      'train/dog/b.jpg',
    ]);
    expect(scan.passedOver).toEqual([
      {
        reason: 'hidden',
        count: 4,
        examples: ['train/.cache', 'train/@eaDir', 'train/cat/.DS_Store', 'train/cat/thumbs.db'],
      },
      { reason: 'text', count: 3, examples: ['train/classes.json', 'train/cat/a.xml', 'train/cat/sub/notes.txt'] },
      { reason: 'other', count: 2, examples: ['train/cat/clip.mp4', 'train/cat/sub/noending'] },
      { reason: 'cycle', count: 1, examples: ['train/cat/sub/up'] },
    ]);
    expect(scan.warnings).toEqual([
      `passed over in ${root}, files that do not have the name of an image: 2 (train/cat/clip.mp4, train/cat/sub/noending); links back to a folder that they lie in: 1 (train/cat/sub/up)`,
    ]);
  });

  test('is refused where an image would be dropped', () => {
    const root = folderOf(...images(['train', 'val'], ['cat', 'dog']), 'train/loose.jpg', 'train/cat/x.avif');
    mkdirSync(Buffer.concat([Buffer.from(join(root, 'train', 'caf')), Buffer.of(0xe9)]));
    writeFileSync(
      Buffer.concat([Buffer.from(join(root, 'val', 'cat', '�')), Buffer.of(0xff), Buffer.from('.jpg')]),
      '',
    );
    symlinkSync('nowhere', join(root, 'val', 'dog', 'c.jpg'));
    const { problems, training } = scanImageFolder(root);
    expect(problems).toEqual([
      expect.stringContaining(
        `1 picture in ${root} cannot be read (1 .avif), such as ${join(root, 'train/cat/x.avif')}`,
      ),
      expect.stringContaining(
        `1 image lies beside the class folders of ${root}, such as ${join(root, 'train/loose.jpg')}`,
      ),
      expect.stringContaining('not UTF-8 (train/caf\\xe9, val/cat/�\\xff.jpg): rename'),
      expect.stringContaining(`1 link in ${root} leads nowhere, such as ${join(root, 'val/dog/c.jpg')}`),
    ]);
    expect(training.files).toHaveLength(4);
  });

  test.skipIf(process.platform === 'win32' || process.getuid?.() === 0)('that may not be read is named', () => {
    const root = folderOf(...images(['train', 'val'], ['cat', 'dog']));
    chmodSync(join(root, 'train', 'cat'), 0);
    expect(scanImageFolder(root).problems[0]).toContain(`the folder ${join(root, 'train', 'cat')} cannot be read`);
    chmodSync(join(root, 'train', 'cat'), 0o700);
  });
});

describe("Tiny-ImageNet's val/ after a script has sorted it", () => {
  const list = 'a.JPEG\tcat\t0\nb.JPEG\tdog\t0\n';
  const sorted = (...files: string[]) => {
    const root = folderOf(...images(['train'], ['cat', 'dog']), ...files);
    writeFileSync(join(root, 'val', 'val_annotations.txt'), list);
    return root;
  };
  test.each([
    ['into val/', ['val/cat/a.JPEG', 'val/dog/b.JPEG']],
    ['into val/<class>/images/', ['val/cat/images/a.JPEG', 'val/dog/images/b.JPEG']],
    ['inside val/images/', ['val/images/cat/a.JPEG', 'val/images/dog/b.JPEG']],
    ['by copying', ['val/cat/a.JPEG', 'val/dog/b.JPEG', 'val/images/a.JPEG', 'val/images/b.JPEG']],
  ])('%s: the class folders are read', (_, files) => {
    const root = sorted(...files);
    if (!files.some((file) => file.startsWith('val/images/'))) mkdirSync(join(root, 'val', 'images'));
    for (const scan of [scanImageFolder(root), scanValidation(root, plain)]) {
      expect(scan.problems).toEqual([]);
      expect(named(scan, scan.validation)).toEqual([`cat: ${files[0]}`, `dog: ${files[1]}`]);
    }
  });

  test('half of it: both numbers are named; nothing where it should be: that too', () => {
    const half = sorted('val/cat/a.JPEG', 'val/images/b.JPEG');
    expect(scanImageFolder(half).problems[0]).toContain(
      `${join(half, 'val')} is only partly sorted: 1 images lie in class folders, 1 flat in val/images/`,
    );
    const gone = sorted('val/images/a.JPEG', 'val/images/stranger.JPEG');
    expect(scanImageFolder(gone).problems).toEqual([
      expect.stringContaining(`lists 1 image that is not in ${join(gone, 'val', 'images')}, such as b.JPEG`),
      expect.stringContaining(`1 image lies beside the class folders of ${gone}`),
    ]);
  });

  test('the list may begin with a byte-order mark; another encoding is named', () => {
    const flat = sorted('val/images/a.JPEG', 'val/images/b.JPEG');
    const file = join(flat, 'val', 'val_annotations.txt');
    writeFileSync(file, `\ufeff${list.replaceAll('\n', '\r\n')}`);
    const scan = scanImageFolder(flat);
    expect(scan.problems).toEqual([]);
    expect(named(scan, scan.validation)).toEqual(['cat: val/images/a.JPEG', 'dog: val/images/b.JPEG']);
    writeFileSync(file, `\ufeff${list}`, 'utf16le');
    expect(scanImageFolder(flat).problems).toContainEqual(
      expect.stringMatching(/val_annotations\.txt, line 1: is UTF-16 \(little endian\): save it as UTF-8/),
    );
  });
});

describe('names of classes', () => {
  const [composed, decomposed] = ['caf\u00e9', 'cafe\u0301'];

  test('that only look alike are quoted, with what they differ in', () => {
    for (const [a, b, phrase] of [
      [composed, decomposed, `"${composed}" composed (NFC) and "${decomposed}" decomposed (NFD)`],
      ['cat ', 'cat', '"cat " with a trailing space and "cat"'],
      ['Cat', 'cat', '"Cat" and "cat", in the case of their letters'],
    ]) {
      const between = scanImageFolder(folderOf(...images(['train'], [a, 'dog']), ...images(['val'], [b, 'dog'])));
      const [first, second] = phrase.startsWith(`"${a}`) ? [a, b] : [b, a];
      expect(between.problems).toHaveLength(1);
      expect(between.problems[0]).toContain('these only look alike: ');
      for (const name of [first, second]) expect(between.problems[0]).toContain(JSON.stringify(name));
      const within = scanImageFolder(folderOf(...images(['train', 'val'], [a, b])));
      expect(within.problems).toEqual([]);
      expect(within.warnings).toEqual([expect.stringContaining('two classes whose names look alike, ')]);
      for (const part of phrase.split(' and ')) expect(within.warnings[0]).toContain(part.split(',')[0]);
    }
    const list = join(temporaryFolder(), 'classes.txt');
    writeFileSync(list, 'cat\ndog\n');
    expect(
      scanImageFolder(folderOf(...images(['train', 'val'], ['cat ', 'dog'])), { ...plain, classFile: list }).problems,
    ).toEqual([
      expect.stringMatching(
        /line 1: .* no class cat; these only look alike: "cat" and "cat " with a trailing space: correct/,
      ),
    ]);
  });

  test('that are numbers in another order than by name: a warning, unless a list or a run states the order', () => {
    const numbers = Array.from({ length: 12 }, (_, i) => String(i));
    const root = folderOf(...images(['train', 'val'], numbers));
    const scans = [scanImageFolder, scanValidation, listValidation];
    for (const scan of scans) {
      expect(scan(root, plain).warnings).toEqual([
        expect.stringMatching(/in the order of their names, 0, 1, 10, 11, 2 …, .* in dataset\.classes$/),
      ]);
      const list = join(temporaryFolder(), 'classes.txt');
      writeFileSync(list, numbers.join('\n'));
      const stated = scan(root, { ...plain, classFile: list });
      expect(stated.classes).toEqual(numbers);
      expect(named(stated, stated.validation)[4]).toBe('10: val/10/a.jpg');
      expect(stated.validation.labels[4]).toBe(10);
      expect(scan(root, { ...plain, networkClasses: numbers })).toMatchObject({
        classes: numbers,
        warnings: [expect.stringContaining('labels go by name, in the network’s order')],
      });
    }
  });

  test.each([
    [['01', '02', '10'], 0],
    [['8', '9'], 0],
    [['c2', 'c10'], 1],
    [['c-2', 'c-10', 'c-3'], 1],
    [['-1', '-2', '0', '1'], 1],
    [['-2', '-1.5', '0', '1'], 1],
    [['0.5', '10.5', '2.5'], 1],
    [['0-9', '10-19', '100-109', '20-29'], 1],
    [['1st', '2nd', '10th'], 1],
    [['0_ant', '1_bee', '10_cat', '2_dog'], 1],
    [['0', '1', '10', '2', 'background'], 1],
    // What is numbered among others says nothing of their order.
    [['A318', 'ATR-72', 'DC-10', 'DC-3', 'cat'], 0],
    [['n01440764', 'n01443537'], 0],
  ])('%j in the order of the names: %i warning', (names, count) => {
    expect(scanImageFolder(folderOf(...images(['train', 'val'], names))).warnings).toHaveLength(count);
  });
});

test('whatever the names, orders, splits and depths: a label is that of the class folder, and no file is lost uncounted', () => {
  const letter = fc.constantFrom(...'aBz019 _-é\u0301ß日.,');
  const className = fc
    .oneof(
      fc.string({ unit: letter, minLength: 1, maxLength: 6 }),
      fc.nat(120).map(String),
      fc.constantFrom('val', 'images', 'train'),
    )
    .filter((name) => !name.startsWith('.') && name.trim() === name);
  const fileName = fc.constantFrom(
    '1.jpg',
    '2.PNG',
    '10.jpeg',
    'x.JPG',
    'a.xml',
    'b.mp4',
    '.hidden',
    'c.txt',
    'noending',
  );
  const place = fc.constantFrom('', 'images/', 'day/2/', '1/');
  const files = fc.uniqueArray(
    fc.tuple(place, fileName).map((parts) => parts.join('')),
    { minLength: 1, maxLength: 6 },
  );
  const world = fc.record({
    classes: fc.uniqueArray(className, {
      minLength: 2,
      maxLength: 6,
      selector: (name) => name.normalize().toLowerCase(),
    }),
    files: fc.array(files, { minLength: 6, maxLength: 6 }),
    training: fc.constantFrom('train', 'Training', 'TRAIN'),
    validation: fc.constantFrom('val', 'Valid', 'validation', 'test'),
    order: fc.constantFrom('name', 'list', 'network') as fc.Arbitrary<'name' | 'list' | 'network'>,
    shuffle: fc.array(fc.nat(), { minLength: 6, maxLength: 6 }),
    heldOut: fc.option(fc.record({ fraction: fc.double({ min: 0.01, max: 0.99, noNaN: true }), seed: fc.nat(3) })),
  });
  fc.assert(
    fc.property(world, ({ classes, files, training, validation, order, shuffle, heldOut }) => {
      const splits = heldOut ? [training] : [training, validation];
      const made = splits.flatMap((split) =>
        classes.flatMap((name, i) => [...files[i], 'p.jpg', 'q.jpg'].map((file) => `${split}/${name}/${file}`)),
      );
      const root = folderOf(...made);
      const shuffled = classes.toSorted((a, b) => shuffle[classes.indexOf(a)] - shuffle[classes.indexOf(b)]);
      const list = join(root, 'order.txt');
      writeFileSync(list, shuffled.map((name) => `${name}\t`).join('\n'));
      const options: ScanOptions = {
        classFile: order === 'list' ? list : null,
        heldOut,
        ...(order === 'network' && { networkClasses: shuffled }),
      };
      const scan = scanImageFolder(root, options);
      expect(scan.problems).toEqual([]);
      expect(scan.classes).toEqual(order === 'name' ? classes.toSorted() : shuffled);
      for (const part of [scan.training, scan.validation]) {
        for (const [i, file] of part.files.entries()) expect(file.split('/')[1]).toBe(scan.classes[part.labels[i]]);
        // By class name, then by path, whatever the order of the labels.
        const keys = part.files.map((file) => [file.split('/')[1], file] as const);
        expect(keys).toEqual(keys.toSorted(([a, x], [b, y]) => (a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1)));
      }
      const read = [...scan.training.files, ...scan.validation.files];
      expect(new Set(read).size).toBe(read.length);
      expect(read.toSorted()).toEqual(made.filter((file) => /\.(jpe?g|png)$/i.test(file)).toSorted());
      const passedOver = scan.passedOver.reduce((sum, { count }) => sum + count, 0);
      expect(read.length + passedOver).toBe(made.length);
      const again = scanValidation(root, options);
      expect([again.classes, again.validation]).toEqual([scan.classes, scan.validation]);
      rmSync(root, { recursive: true });
    }),
    { numRuns: 60 },
  );
});
