import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DatasetError } from '../../../common/errors/dataset-error';
import { readClassList } from '../../../trainer/data/class-list';
import { scanImageFolder } from '../../../trainer/data/image-folder/folder-scan';
import { openImageFolder } from '../../../trainer/data/image-folder/image-folder';
import { pixelsOf, writeImage } from './images/image-files';
import { temporaryFolder } from './temporary-folder';

function write(text: string | Uint8Array): string {
  const file = join(temporaryFolder(), 'classes.txt');
  writeFileSync(file, text);
  return file;
}
const listed = (classFile: string) => ({ classFile, heldOut: null });
const namesOf = (text: string) => readClassList(write(text)).classes.map(({ name }) => name);

/** An image folder with one image in each of these classes. */
async function folderOf(train: string[], val: string[]): Promise<string> {
  const root = temporaryFolder();
  for (const [split, names] of [
    ['train', train],
    ['val', val],
  ] as const)
    for (const name of names) await writeImage(join(root, split, name, 'a.png'), pixelsOf(1, 8, 8), 8, 8);
  return root;
}

describe('a list of classes', () => {
  test('is one class a line, in their order, with comments and words', () => {
    expect(namesOf('dog\n\n# what follows is not needed\n cat \nGreat Dane\n')).toEqual(['dog', 'cat', 'Great Dane']);
    expect(namesOf('n01443537 goldfish, Carassius auratus\r\nn01440764\ttench\r\nn02084071')).toEqual([
      'n01443537',
      'n01440764',
      'n02084071',
    ]);
    expect(namesOf('\ufeffcat\tFelis catus\ndog\tCanis\n')).toEqual(['cat', 'dog']);
  });

  test('is wrong in named lines', () => {
    const file = write('cat\ndog\n\ncat\n../etc\na/b\n.\n');
    expect(readClassList(file).problems).toEqual([
      `${file}, line 4: the class cat is listed twice (first in line 1): remove one`,
      `${file}, line 5: "../etc" cannot be the name of a class folder`,
      `${file}, line 6: "a/b" cannot be the name of a class folder`,
      `${file}, line 7: "." cannot be the name of a class folder`,
    ]);
    const one = write('# nothing\ncat\n');
    expect(readClassList(one).problems).toEqual([`${one} lists only one class: at least two are needed, one a line`]);
    expect(readClassList(write('')).problems[0]).toContain('lists no classes');
  });

  test('that is no text is refused', () => {
    const large = write('');
    truncateSync(large, 2 ** 33);
    const attempts: [string, string][] = [
      [write(Buffer.of(0xff, 0xfe, 0x63, 0)), 'line 1: is UTF-16 (little endian): save it as UTF-8'],
      [large, 'too many for a list of classes'],
      [temporaryFolder(), 'is a folder'],
      [join(temporaryFolder(), 'none.txt'), 'does not exist'],
    ];
    for (const [file, message] of attempts) {
      expect(() => readClassList(file)).toThrow(DatasetError);
      expect(() => readClassList(file)).toThrow(message);
    }
  });
});

describe('an image folder with a list of classes', () => {
  test('has only these, numbered in the order of the lines, and files in the order of the names', async () => {
    const root = await folderOf(['ant', 'bee', 'cat', 'dog'], ['bee', 'cat', 'dog', 'elk']);
    const file = write('dog\nbee\n');
    const { classes, training, validation, problems } = scanImageFolder(root, listed(file));
    expect({ classes, problems }).toEqual({ classes: ['dog', 'bee'], problems: [] });
    expect(training).toEqual({ folder: 'train', files: ['train/bee/a.png', 'train/dog/a.png'], labels: [1, 0] });
    expect(validation.files).toEqual(['val/bee/a.png', 'val/dog/a.png']);
  });

  test('names listed classes that are missing, with their line', async () => {
    const root = await folderOf(['ant', 'bee', 'cat'], ['ant', 'cat', 'dog']);
    const file = write('ant\nbee\ncat\ndog\nelk\n');
    expect(scanImageFolder(root, listed(file)).problems).toEqual([
      `${file}, line 2: val/ of ${root} has no class bee: correct the list or add its images`,
      `${file}, line 4: train/ of ${root} has no class dog: correct the list or add its images`,
      `${file}, line 5: train/ and val/ of ${root} have no class elk: correct the list or add its images`,
    ]);
  });

  test('says what a line has around the name of a class', async () => {
    const root = await folderOf(['ant', 'bee'], ['ant', 'bee']);
    for (const lines of [
      '"ant"\n"bee"\n',
      'ant,\nbee,\n',
      '0,ant\n1,bee\n',
      '- ant\n- bee\n',
      'ant # one\nbee # two\n',
    ]) {
      const { problems } = scanImageFolder(root, listed(write(lines)));
      expect(problems).toEqual([
        expect.stringContaining('; if ant is meant, a line has this name and nothing around it: correct'),
        expect.stringContaining('; if bee is meant, a line has this name and nothing around it: correct'),
      ]);
    }
  });

  test('sums up many classes that are missing', async () => {
    const root = await folderOf(['ant', 'bee'], ['ant', 'bee']);
    const file = write(['ant', ...Array.from({ length: 30 }, (_, i) => `none${i}`), 'bee'].join('\n'));
    expect(scanImageFolder(root, listed(file)).problems).toEqual([
      expect.stringMatching(
        /, from line 2: .* have no class none0; so it is with 30 of the 32 listed \(none0, .* and 20 more\)/,
      ),
    ]);
  });

  test('is opened by an experiment that names the list', async () => {
    const root = await folderOf(['ant', 'bee', 'cat'], ['ant', 'bee', 'cat']);
    const lists = temporaryFolder();
    writeFileSync(join(lists, 'two.txt'), 'cat\nant\n');
    const open = () =>
      openImageFolder(
        {
          type: 'image-folder',
          path: root,
          classes: 'two.txt',
          validation: null,
          imageSize: 8,
          trainingImages: null,
          validationImages: null,
          normalization: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
        },
        { baseFolder: lists, cacheFolder: temporaryFolder() },
      );
    const { classes, training } = await open();
    expect(classes).toEqual(['cat', 'ant']);
    expect([training.count, training.path(1), training.labels[1]]).toEqual([2, 'train/cat/a.png', 0]);
    writeFileSync(join(lists, 'two.txt'), 'cat\nowl\n');
    await expect(open()).rejects.toThrow(/two.txt, line 2: train\/ and val\/ of .* have no class owl/);
    // What the message sends to finds the same.
    writeFileSync(join(lists, 'two.txt'), 'cow\nowl\n');
    await expect(open()).rejects.toThrow(`"mixprop data check ${root} --classes ${join(lists, 'two.txt')}" lists all`);
    rmSync(join(lists, 'two.txt'));
    await expect(open()).rejects.toThrow(/two.txt does not exist/);
  });
});

describe("Tiny-ImageNet's own layout", () => {
  test('is read as it is unpacked, also with a list of classes', async () => {
    const root = temporaryFolder();
    const annotations: string[] = [];
    const classes = ['n01443537', 'n01629819', 'n02124075'];
    for (const [label, name] of classes.entries()) {
      for (const i of [0, 1]) {
        await writeImage(join(root, 'train', name, 'images', `${name}_${i}.JPEG`), pixelsOf(label, 8, 8), 8, 8);
        const file = `val_${3 * i + label}.JPEG`;
        await writeImage(join(root, 'val', 'images', file), pixelsOf(label + 5, 8, 8), 8, 8);
        annotations.push(`${file}\t${name}\t0\t32\t44\t62\n`);
      }
      writeFileSync(join(root, 'train', name, `${name}_boxes.txt`), `${name}_0.JPEG\t0\t10\t63\t58\n`);
    }
    writeFileSync(join(root, 'val', 'val_annotations.txt'), annotations.join(''));
    writeFileSync(join(root, 'wnids.txt'), classes.join('\n'));
    writeFileSync(join(root, 'words.txt'), 'n01443537\tgoldfish\n');
    mkdirSync(join(root, 'test', 'images'), { recursive: true });
    await writeImage(join(root, 'test', 'images', 'test_0.JPEG'), pixelsOf(9, 8, 8), 8, 8);
    const all = scanImageFolder(root, listed(join(root, 'wnids.txt')));
    expect(all).toMatchObject({ classes, problems: [] });
    expect(all).toEqual(scanImageFolder(root));
    expect(all.validation.files).toEqual([0, 3, 1, 4, 2, 5].map((i) => `val/images/val_${i}.JPEG`));
    const two = scanImageFolder(root, listed(write('n02124075 Egyptian cat\nn01443537 goldfish\n')));
    expect(two).toMatchObject({ classes: ['n02124075', 'n01443537'], problems: [] });
    expect(two.validation.labels).toEqual([1, 1, 0, 0]);
    writeFileSync(
      join(root, 'val', 'val_annotations.txt'),
      [...annotations, annotations[0], '../x.JPEG\tn01443537\n'].join(''),
    );
    expect(scanImageFolder(root).problems).toEqual([
      expect.stringContaining('val_annotations.txt, line 7: val_0.JPEG is there twice (first in line 1)'),
      expect.stringContaining('val_annotations.txt, line 8: expected is a file name'),
    ]);
  });
});
