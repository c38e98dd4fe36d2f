import { renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { parseInvocation } from '../../../trainer/cli/command';
import { dataCommand } from '../../../trainer/cli/data';
import { UsageError } from '../../../trainer/usage-error';
import { pixelsOf, writeImage, writeImageFolder } from '../data/image-files';
import { temporaryFolder } from '../data/temporary-folder';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Runs the command and returns its status and what it printed on stdout. */
async function data(...argv: string[]): Promise<{ status: number; output: string }> {
  let output = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    output += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  const status = await dataCommand.run(parseInvocation(dataCommand, argv, new AbortController()));
  return { status, output };
}

describe('mixprop data list', () => {
  test('names every type and what its path needs', async () => {
    const { status, output } = await data('list');
    expect(status).toBe(0);
    for (const word of ['shapes', 'image-folder', 'cifar10', 'cifar100', 'train/ and val/', 'test_batch.bin'])
      expect(output).toContain(word);
    const types = JSON.parse((await data('list', '--json')).output) as { type: string; path: string | null }[];
    expect(types.map(({ type }) => type)).toEqual(['shapes', 'image-folder', 'cifar10', 'cifar100']);
    expect(types[0].path).toBeNull();
  });
});

describe('mixprop data check', () => {
  test('tells sizes and classes of a sound image folder', async () => {
    const root = await writeImageFolder(temporaryFolder(), 3, 2);
    await writeImage(join(root, 'train', 'dog', 'x.jpg'), pixelsOf(1, 20, 10), 20, 10);
    const { status, output } = await data('check', root);
    expect(status).toBe(0);
    expect(output).toContain(`${root}: image-folder, 2 classes`);
    expect(output).toContain('7 images, from 3 (cat) to 4 (dog) in a class');
    expect(output).toContain('4 images, 2 in every class');
    expect(output).toContain('8×8 (10), 20×10 (1)');
    expect(output).toContain('no problems');
    const { output: json } = await data('check', root, '--json');
    expect(JSON.parse(json)).toMatchObject({
      type: 'image-folder',
      classes: ['cat', 'dog'],
      training: { images: 7, perClass: [3, 4] },
      validation: { images: 4, perClass: [2, 2] },
      sizes: [
        { width: 8, height: 8, images: 10 },
        { width: 20, height: 10, images: 1 },
      ],
      problems: [],
    });
  });

  test('lists everything that is wrong, and fails', async () => {
    const root = await writeImageFolder(temporaryFolder(), 40, 2);
    truncateSync(join(root, 'train', 'cat', '03.png'), 100);
    writeFileSync(join(root, 'train', 'dog', '39.png'), 'hello');
    writeFileSync(join(root, 'val', 'dog', '1.png'), '');
    writeFileSync(join(root, 'val', 'dog', 'notes.txt'), 'hello');
    renameSync(join(root, 'val', 'cat'), join(root, 'val', 'lion'));
    const { status, output } = await data('check', root);
    expect(status).toBe(1);
    for (const expected of [
      '5 problems:',
      `${join(root, 'train', 'cat', '03.png')} is damaged or cut off`,
      `${join(root, 'train', 'dog', '39.png')} is neither a JPEG nor a PNG`,
      `${join(root, 'val', 'dog', '1.png')} is empty`,
      `${join(root, 'val', 'dog', 'notes.txt')} is no .jpg`,
      'only in train/: cat; only in val/: lion',
    ])
      expect(output).toContain(expected);
    const json = await data('check', root, '--json');
    expect(json.status).toBe(1);
    expect((JSON.parse(json.output) as { problems: string[] }).problems).toHaveLength(5);
  });

  test('knows the CIFAR types by their files, and their damages', async () => {
    const root = temporaryFolder();
    const records = Buffer.alloc(3073 * 10);
    for (let label = 0; label < 10; label++) records[label * 3073] = label;
    writeFileSync(join(root, 'data_batch_1.bin'), records);
    const missing = await data('check', root);
    expect(missing.status).toBe(1);
    expect(missing.output).toContain(`${root} has no test_batch.bin`);
    writeFileSync(join(root, 'test_batch.bin'), records);
    const { status, output } = await data('check', root);
    expect(status).toBe(0);
    expect(output).toContain('cifar10, 10 classes');
    expect(output).toContain('10 images, 1 in every class');
    writeFileSync(join(root, 'data_batch_1.bin'), records.subarray(0, 5000));
    writeFileSync(join(root, 'test_batch.bin'), Buffer.alloc(3073, 11));
    const broken = await data('check', root);
    expect(broken.status).toBe(1);
    expect(broken.output).toContain('data_batch_1.bin has 5000 bytes');
    expect(broken.output).toContain('test_batch.bin: record 0 has class 11');
    const forced = await data('check', root, '--type', 'image-folder');
    expect(forced.output).toContain('has no folder train/');
  });

  test('refuses arguments that make no sense', async () => {
    const attempts: [string[], string][] = [
      [[], 'list or check'],
      [['chek', 'x'], 'there is no "data chek"'],
      [['check'], 'takes the path of one data set'],
      [['check', 'a', 'b'], 'takes the path of one data set'],
      [['list', 'a'], 'takes no further arguments'],
      [['check', join(temporaryFolder(), 'nowhere')], 'does not exist'],
      [['check', temporaryFolder()], 'is empty'],
    ];
    for (const [argv, expected] of attempts) {
      const error = await data(...argv).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(UsageError);
      expect((error as UsageError).message).toContain(expected);
    }
    const root = await writeImageFolder(temporaryFolder());
    await expect(data('check', root, '--type', 'png')).rejects.toThrow('--type must be one of');
  });
});
