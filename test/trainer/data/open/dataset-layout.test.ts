import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkDataset } from '../../../../trainer/data/open/check';
import { recogniseLayout } from '../../../../trainer/data/open/dataset-layout';
import { temporaryFolder } from '../temporary-folder';

function folderOf(...files: string[]): string {
  const root = temporaryFolder();
  for (const file of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), '');
  }
  return root;
}
/** An image of each class in each place. */
const images = (places: string[], classes: string[]) =>
  places.flatMap((place) => classes.map((name) => `${place}/${name}/a.jpg`));
const digits = Array.from({ length: 10 }, (_, i) => String(i));

describe('a folder is recognised by what is in it:', () => {
  test.each<[string, string[], string, string]>([
    ['splits', images(['train', 'Valid'], ['cat', 'dog']), 'image-folder', 'it has train/ and Valid/'],
    ['splits of numbers', images(['train', 'val'], digits), 'image-folder', 'it has train/ and val/'],
    [
      'a validation split of numbers',
      images(['val'], digits),
      'image-folder',
      'it has val/ with images, and no train/',
    ],
    [
      'a validation split of numbers, each with a folder of images',
      images(['val'], digits).map((file) => file.replace('/a.jpg', '/images/a.jpg')),
      'image-folder',
      'it has val/ with images, and no train/',
    ],
    [
      'class folders, numbered ones inside',
      images(['cat', 'dog'], digits),
      'image-folder',
      'it has folders with images (cat, dog), and no train/',
    ],
    [
      'class folders of numbers',
      images(['.'], digits),
      'image-folder',
      'it has folders with images (0, 1, 2 and 7 more), and no train/',
    ],
    [
      'a wrapper around splits of numbers',
      images(['archive/train', 'archive/val'], digits),
      'image-folder',
      'it has no files of CIFAR and no folders <corruption>/<severity>/<class>/',
    ],
    [
      'corruptions',
      images(['fog/1', 'fog/5', 'my_own/3'], ['1', '2']),
      'imagenet-c',
      'it has class folders in fog, my_own, by severity',
    ],
    [
      'corruptions in the archives',
      images(['blur/zoom_blur/2'], ['cat']),
      'imagenet-c',
      'it has class folders in zoom_blur, by severity',
    ],
    ['arrays', ['fog.npy', 'labels.npy'], 'cifar-c', 'it has labels.npy and arrays beside it'],
    [
      'labels in an image folder',
      ['labels.npy', ...images(['.'], ['cat', 'dog'])],
      'image-folder',
      'it has folders with images (cat, dog), and no train/',
    ],
    ['files of CIFAR', ['test_batch.bin', 'data_batch_1.bin'], 'cifar10', 'it has the binary files of CIFAR-10'],
    [
      'CIFAR as it is unpacked',
      ['cifar-100-python/train', 'cifar-100-python/test'],
      'cifar100',
      'it has the python files of CIFAR-100 in cifar-100-python/',
    ],
    ['an archive', ['cifar-10-binary.tar.gz'], 'cifar10', 'it has the archive cifar-10-binary.tar.gz'],
    [
      'splits, beside a file with a name of CIFAR’s',
      ['test', ...images(['train', 'val'], ['cat', 'dog'])],
      'image-folder',
      'it has train/ and val/',
    ],
  ])('%s', (_, files, type, reason) => {
    expect(recogniseLayout(folderOf(...files))).toMatchObject({ type, reason });
  });
});

test('no images are always a problem', async () => {
  const { signal } = new AbortController();
  const options = { classFile: null, heldOut: null, onProgress: () => {}, signal };
  for (const [type, root] of [
    ['image-folder', folderOf('notes/a.txt')],
    ['imagenet-c', folderOf('val/0/a.jpg')],
    ['imagenet-c', folderOf('fog/1/cat/notes.txt')],
    ['cifar-c', folderOf('a.txt')],
    ['cifar10', folderOf('a.txt')],
  ] as const) {
    const { problems, sizes } = await checkDataset(type, root, options);
    expect(sizes).toEqual([]);
    expect(problems.length).toBeGreaterThan(0);
  }
});
