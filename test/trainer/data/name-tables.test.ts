import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readReadableNames } from '../../../trainer/data/name-tables';
import { openValidation } from '../../../trainer/data/open/open-validation';
import { pixelsOf, writeImage } from './images/image-files';
import { temporaryFolder } from './temporary-folder';

const identifiers = ['n01440764', 'n01443537', 'n02012849', 'n03126707'];

/** Files of a data set's folder, by name. */
function folderOf(files: Record<string, string | Uint8Array>): string {
  const root = temporaryFolder();
  for (const [name, contents] of Object.entries(files)) writeFileSync(join(root, name), contents);
  return root;
}

describe('what classes are called', () => {
  test.each([
    ['words.txt', 'n00001740\tentity\nn01440764\ttench, Tinca tinca\r\nn01443537\tgoldfish, Carassius auratus\n'],
    ['classes.txt', 'n01440764 tench, Tinca tinca\n# more\nn01443537\tgoldfish\n'],
    ['LOC_synset_mapping.txt', 'n01440764 tench, Tinca tinca\nn01443537 goldfish, Carassius auratus\n'],
    ['Labels.json', '{"n01440764": "tench, Tinca tinca", "n01443537": "goldfish, Carassius auratus", "n02": 7}'],
  ])('is the first synonym of %s', (name, text) => {
    expect(readReadableNames(folderOf({ [name]: text }), null, identifiers)).toEqual({
      n01440764: 'tench',
      n01443537: 'goldfish',
    });
  });

  test('comes from the list of classes first', () => {
    const root = folderOf({
      'ours.txt': '# ours\nn01440764 doctor fish\nn01443537\n\nc017\tgreat dane\ncat\n',
      'words.txt': 'n01440764\ttench\nn01443537\tgoldfish\n',
    });
    const names = readReadableNames(root, join(root, 'ours.txt'), ['c017', 'cat', 'n01440764', 'n01443537']);
    expect(names).toEqual({ c017: 'great dane', n01440764: 'doctor fish', n01443537: 'goldfish' });
  });

  test('is of one class only', () => {
    const words = 'n02012849\tcrane\nn03126707\tcrane, lifting machine\nn01440764\ttench\nn01443537\tcat\n';
    expect(readReadableNames(folderOf({ 'words.txt': words }), null, [...identifiers, 'cat'])).toEqual({
      n01440764: 'tench',
      n01443537: 'cat (n01443537)',
      n02012849: 'crane (n02012849)',
      n03126707: 'crane (n03126707)',
    });
  });

  test.each([
    ['no table', {}],
    ['one of other classes', { 'words.txt': 'n00001740\tentity\n' }],
    ['one that says nothing', { 'words.txt': 'n01440764\t, \nn01443537\nn01443537\tn01443537\n' }],
    ['a damaged one', { 'words.txt': Uint8Array.of(0xff, 0xfe, 0x00), 'Labels.json': '{"n01440764": "te' }],
    ['one that is no object', { 'Labels.json': 'null' }],
  ])('is unknown with %s', (_, files: Record<string, string | Uint8Array>) => {
    expect(readReadableNames(folderOf(files), null, identifiers)).toBeUndefined();
  });

  test('is known of an opened image folder, of its listed classes', async () => {
    const root = folderOf({ 'words.txt': identifiers.map((name, i) => `${name}\tfish ${i}\n`).join('') });
    for (const name of identifiers.slice(0, 3))
      await writeImage(join(root, 'val', name, 'a.png'), pixelsOf(1, 8, 8), 8, 8);
    writeFileSync(join(root, 'two.txt'), identifiers.slice(0, 2).join('\n'));
    const open = (classes: string | null) =>
      openValidation(
        {
          type: 'image-folder',
          path: root,
          classes,
          validation: null,
          imageSize: 8,
          trainingImages: null,
          validationImages: null,
          normalization: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
        },
        { baseFolder: root, cacheFolder: temporaryFolder() },
      );
    expect((await open(null)).readableNames).toEqual({ n01440764: 'fish 0', n01443537: 'fish 1', n02012849: 'fish 2' });
    expect((await open('two.txt')).readableNames).toEqual({ n01440764: 'fish 0', n01443537: 'fish 1' });
  });
});
