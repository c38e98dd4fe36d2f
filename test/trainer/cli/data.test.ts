import { existsSync, readdirSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { UsageError } from '../../../common/errors/usage-error';
import { parseInvocation } from '../../../trainer/cli/command';
import { dataCommand } from '../../../trainer/cli/data';
import { tarOf } from '../data/formats/archive-files';
import { pixelsOf, writeImage, writeImageFolder } from '../data/images/image-files';
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
    for (const word of [
      'shapes',
      'image-folder',
      'cifar10',
      'cifar100',
      'imagenet-c',
      'train/ and val/',
      'test_batch.bin',
    ])
      expect(output).toContain(word);
    const types = JSON.parse((await data('list', '--json')).output) as { type: string; path: string | null }[];
    expect(types.map(({ type }) => type)).toEqual([
      'shapes',
      'image-folder',
      'cifar10',
      'cifar100',
      'imagenet-c',
      'cifar-c',
    ]);
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
      '4 problems:',
      `${join(root, 'train', 'cat', '03.png')} is damaged or cut off`,
      `${join(root, 'train', 'dog', '39.png')} is not a supported image`,
      `${join(root, 'val', 'dog', '1.png')} is empty`,
      'passed over text and annotation files: 1 (val/dog/notes.txt)',
      'only in train/: cat; only in val/: lion',
    ])
      expect(output).toContain(expected);
    const json = await data('check', root, '--json');
    expect(json.status).toBe(1);
    expect((JSON.parse(json.output) as { problems: string[] }).problems).toHaveLength(4);
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

  test('reads archives, and names what is wrong with one', async () => {
    const file = join(temporaryFolder(), 'cifar-10-binary.tar.gz');
    const image = (label: number) => Buffer.concat([Buffer.of(label), Buffer.alloc(3072)]);
    const member = (name: string, data: Buffer) => ({ name: `cifar-10-batches-bin/${name}`, data });
    const batches = [
      member('data_batch_1.bin', Buffer.concat([image(3), image(4)])),
      member('test_batch.bin', image(5)),
    ];
    const packed = gzipSync(tarOf(batches));
    writeFileSync(file, packed);
    const { status, output } = await data('check', file);
    expect(status).toBe(0);
    expect(output).toContain(`${file}: cifar10, 10 classes`);
    expect(output).toContain('2 images, from 0 (airplane) to 1 (cat) in a class');
    const folder = await data('check', join(file, '..'));
    expect(folder.output).toContain('cifar10, 10 classes');
    const other = await data('check', file, '--type', 'cifar100', '--json');
    expect(other.status).toBe(1);
    expect((JSON.parse(other.output) as { problems: string[] }).problems[0]).toContain('has no file of CIFAR-100');
    writeFileSync(file, packed.subarray(0, packed.length - 20));
    const cut = await data('check', file, '--type', 'cifar10');
    expect(cut.status).toBe(1);
    expect(cut.output).toContain(`${file} is damaged or cut off`);
    writeFileSync(file, gzipSync(tarOf([...batches, member('../../../escaped', Buffer.from('x'))])));
    expect((await data('check', file, '--type', 'cifar10')).output).toContain('leads out of its folder');
    expect(readdirSync(join(file, '..'))).toEqual(['cifar-10-binary.tar.gz']);
    writeFileSync(file, 'hello');
    await expect(data('check', file)).rejects.toThrow(`${file} is neither a .tar.gz nor a .tar archive`);
    writeFileSync(file, gzipSync(tarOf([{ name: 'a.txt', data: Buffer.from('x') }])));
    await expect(data('check', file)).rejects.toThrow('has no file of CIFAR-10 or CIFAR-100 in it');
  });

  test('takes a list of classes', async () => {
    const root = await writeImageFolder(temporaryFolder());
    const list = join(temporaryFolder(), 'classes.txt');
    writeFileSync(list, 'dog\ncat\n');
    expect((await data('check', root, '--classes', list)).status).toBe(0);
    writeFileSync(list, 'dog\ncat\ncat\nowl\n');
    const { status, output } = await data('check', root, '--classes', list);
    expect(status).toBe(1);
    expect(output).toContain(`${list}, line 3: the class cat is listed twice (first in line 2)`);
    expect(output).toContain(`${list}, line 4: train/ and val/ of ${root} have no class owl`);
    await expect(data('check', root, '--classes', join(root, 'none'))).rejects.toThrow('none does not exist');
    await expect(data('check', root, '--classes', list, '--type', 'imagenet-c')).rejects.toThrow(
      '--classes is for image folders',
    );
  });

  test('knows sets of corrupted images', async () => {
    const root = temporaryFolder();
    for (const place of ['fog/1', 'fog/2', 'snow/5'])
      for (const name of ['cat', 'dog']) await writeImage(join(root, place, name, 'a.png'), pixelsOf(1, 8, 8), 8, 8);
    await writeImage(join(root, 'snow', '5', 'dog', 'b.png'), pixelsOf(1, 8, 8), 8, 8);
    const { status, output } = await data('check', root);
    expect(status).toBe(0);
    expect(output).toContain(`${root}: imagenet-c, 2 classes`);
    expect(output).toMatch(/fog +severities 1, 2, each 2 images, 1 in every class/);
    expect(output).toMatch(/snow +severities 5, each 3 images, from 1 \(cat\) to 2 \(dog\) in a class/);
  });

  test('refuses arguments that make no sense', async () => {
    const attempts: [string[], string][] = [
      [[], 'list, download or check'],
      [['chek', 'x'], 'there is no "data chek"'],
      [['check'], 'takes the path of one data set'],
      [['check', 'a', 'b'], 'takes the path of one data set'],
      [['list', 'a'], 'takes no further arguments'],
      [['download'], 'takes one name: cifar10 or cifar100'],
      [['download', 'imagenet'], '"imagenet" cannot be downloaded, only cifar10 and cifar100'],
      [['download', 'cifar10', 'cifar100'], 'takes one name'],
      [['download', 'cifar10', '--form', 'matlab'], '--form must be one of binary, python'],
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

describe('mixprop data download', () => {
  /** A server in place of the official one, which answers with these bytes; `asked` collects addresses. */
  async function mirror(content: Uint8Array): Promise<string[]> {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(200, { 'content-length': content.length }).end(content);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    vi.stubEnv('MIXPROP_DATASETS', `http://127.0.0.1:${(server.address() as AddressInfo).port}/files`);
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    return asked;
  }

  test('asks for the official archive, and refuses another file', async () => {
    const asked = await mirror(Buffer.from('an error page'));
    const out = join(temporaryFolder(), 'new', 'folder');
    const error = (await data('download', 'cifar100', '--out', out).catch((reason: unknown) => reason)) as Error;
    expect(error.name).toBe('DownloadError');
    expect(error.message).toMatch(
      /\/files\/cifar-100-binary.tar.gz has the md5 checksum [0-9a-f]{32} instead of 03b5dce01913d631647c71ecec9e9cb8/,
    );
    expect(error.message).toContain(
      `get cifar-100-binary.tar.gz by hand, or name another server in MIXPROP_DATASETS, and put it into ${out}; the same command then checks it (MD5 03b5dce01913d631647c71ecec9e9cb8)`,
    );
    await data('download', 'cifar10', '--form', 'python', '--out', out).catch(() => {});
    expect(asked).toEqual(['/files/cifar-100-binary.tar.gz', '/files/cifar-10-python.tar.gz']);
    expect(readdirSync(out)).toEqual([]);
  });

  test('says where it cannot write', async () => {
    const asked = await mirror(Buffer.from('x'));
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    const download = data('download', 'cifar10', '--out', join(file, 'inside'));
    await expect(download).rejects.toMatchObject({
      name: 'OutputError',
      message: `cannot write ${join(file, 'inside')}: a part of the path is a file (ENOTDIR): choose another place`,
    });
    expect(asked).toEqual([]);
    expect(existsSync(join(file, 'inside'))).toBe(false);
  });
});
