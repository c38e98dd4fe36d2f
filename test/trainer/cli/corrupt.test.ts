import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { parseInvocation } from '../../../trainer/cli/command';
import { corruptCommand } from '../../../trainer/cli/corrupt';
import { corruptImage } from '../../../trainer/data/corruptions/corrupt-image';
import { imageSeed } from '../../../trainer/data/corruptions/image-seed';
import { decodeImage } from '../../../trainer/data/images/decode';
import { pixelsOf, writeImage, writeImageFolder } from '../data/images/image-files';
import { temporaryFolder } from '../data/temporary-folder';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Runs the command and returns its status and what it printed. */
async function corrupt(argv: string[], stop = new AbortController()) {
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      printed[name] += String(text);
      return true;
    });
  const status = await corruptCommand.run(parseInvocation(corruptCommand, argv, stop));
  return { status, ...printed };
}

async function oneImage(size = 40): Promise<{ folder: string; file: string }> {
  const folder = temporaryFolder();
  const file = join(folder, 'cat.png');
  await writeImage(file, pixelsOf(1, size, size), size, size);
  return { folder, file };
}

describe('mixprop corrupt, one image', () => {
  test('writes the picture without loss and says the strength it chose', async () => {
    const { folder, file } = await oneImage();
    const out = join(folder, 'snowy.png');
    const argv = [file, '--corruption', 'snow', '--severity', '2', '--seed', '9', '--out', out, '--json'];
    const { status, stdout, stderr } = await corrupt(argv);
    expect(status).toBe(0);
    expect(stderr).toContain('strength cifar, for images of 40 px');
    expect(JSON.parse(stdout)).toEqual({ out, corruption: 'snow', severity: 2, strength: 'cifar', seed: 9 });
    const corruption = { name: 'snow', severity: 2, strength: 'cifar', seed: 9 } as const;
    const expected = await corruptImage(pixelsOf(1, 40, 40), 40, 40, corruption);
    expect(new Uint8Array((await decodeImage(out)).data)).toEqual(expected);
    expect(readdirSync(folder).sort()).toEqual(['cat.png', 'snowy.png']);
  });

  test('makes JPEG where the name says so, and resizes where asked', async () => {
    const { folder, file } = await oneImage(120);
    const out = join(folder, 'small.jpg');
    await corrupt([file, '--corruption', 'fog', '--severity', '1', '--image-size', '64', '--out', out]);
    expect(await decodeImage(out)).toMatchObject({ width: 64, height: 64 });
    expect(readFileSync(out).subarray(0, 2).toString('hex')).toBe('ffd8');
  });

  test('several corruptions of it go into folders', async () => {
    const { folder, file } = await oneImage();
    const out = join(folder, 'all');
    await corrupt([file, '--corruption', 'all', '--severity', '1,5', '--out', out]);
    expect(readdirSync(out).length).toBe(20);
    expect(readdirSync(join(out, 'frost'))).toEqual(['1', '5']);
    expect(readdirSync(join(out, 'jpeg_compression', '5'))).toEqual(['cat.png']);
  });

  const bad: [string, string[], string][] = [
    ['a misspelt corruption', ['--corruption', 'gausian_noise', '--severity', '1'], 'did you mean gaussian_noise?'],
    ['severity 0', ['--corruption', 'fog', '--severity', '0'], '--severity must be of 1, 2, 3, 4, 5'],
    ['severity 6', ['--corruption', 'fog', '--severity', '6'], '--severity must be of 1, 2, 3, 4, 5'],
    ['no severity', ['--corruption', 'fog'], 'corrupt needs --severity'],
    ['no corruption', ['--severity', '1'], 'corrupt needs --corruption'],
    [
      'an unknown strength',
      ['--corruption', 'fog', '--severity', '1', '--strength', 'huge'],
      '--strength must be one of',
    ],
    ['a negative seed', ['--corruption', 'fog', '--severity', '1', '--seed=-1'], '--seed must be a whole number'],
    ['a frost folder without frost', ['--corruption', 'frost', '--severity', '1', '--frost', '.'], 'frost1.png'],
  ];
  test.each(bad)('refuses %s', async (_, argv, message) => {
    const { folder, file } = await oneImage();
    await expect(corrupt([file, ...argv, '--out', join(folder, 'x.png')])).rejects.toThrow(message);
    expect(existsSync(join(folder, 'x.png'))).toBe(false);
  });

  test.each([
    ['empty', Buffer.alloc(0), 'is empty'],
    ['no image', Buffer.from('hello, this is text'), 'is not a supported image'],
    ['cut off', 'half', 'is damaged or cut off'],
  ])('refuses a file that is %s', async (_, content, message) => {
    const { folder, file } = await oneImage();
    const whole = readFileSync(file);
    writeFileSync(file, content === 'half' ? whole.subarray(0, whole.length >> 1) : content);
    const argv = [file, '--corruption', 'fog', '--severity', '1', '--out', join(folder, 'x.png')];
    await expect(corrupt(argv)).rejects.toThrow(`${file} ${message}`);
    expect(readdirSync(folder)).toEqual(['cat.png']);
  });

  test('refuses outputs that are no place for it', async () => {
    const { folder, file } = await oneImage();
    const fog = ['--corruption', 'fog', '--severity', '1', '--strength', 'cifar'];
    await expect(corrupt([file, ...fog, '--out', file])).rejects.toThrow('the input itself');
    await expect(corrupt([file, ...fog, '--out', join(folder, 'x.bmp')])).rejects.toThrow('must end in .png or .jpg');
    await expect(corrupt([file, ...fog, '--out', join(folder, 'no', 'x.png')])).rejects.toThrow('there is no folder');
    await expect(corrupt([join(folder, 'dog.png'), ...fog, '--out', 'x.png'])).rejects.toThrow('correct the path');
  });
});

describe('mixprop corrupt, a folder', () => {
  const list = (folder: string): string[] =>
    (readdirSync(folder, { recursive: true }) as string[]).filter((name) => name.endsWith('.png')).sort();

  test('reads every format, in any case of the ending', async () => {
    const root = temporaryFolder();
    const grey = sharp({ create: { width: 16, height: 16, channels: 3, background: '#808080' } });
    mkdirSync(join(root, 'in', 'deeper'), { recursive: true });
    writeFileSync(join(root, 'in', 'a.WebP'), await grey.clone().webp().toBuffer());
    writeFileSync(join(root, 'in', 'deeper', 'b.TIF'), await grey.clone().tiff().toBuffer());
    const fog = ['--corruption', 'fog', '--severity', '1', '--out', join(root, 'out')];
    expect((await corrupt([join(root, 'in'), ...fog])).status).toBe(0);
    expect(list(join(root, 'out'))).toEqual(['a.png', join('deeper', 'b.png')]);
  });

  test('makes every image, each from its own path and seed', async () => {
    const root = await writeImageFolder(join(temporaryFolder(), 'in'), 2, 1, 16);
    const out = join(root, '..', 'out');
    const { status, stdout } = await corrupt([
      root,
      '--corruption',
      'glass_blur',
      '--severity',
      '3',
      '--out',
      out,
      '--json',
    ]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ images: 6, written: 6, kept: 0, problems: [], strength: 'cifar' });
    expect(list(out)).toEqual(list(root));
    const { data } = await decodeImage(join(root, 'val', 'dog', '0.png'));
    const corruption = {
      name: 'glass_blur',
      severity: 3,
      strength: 'cifar',
      seed: imageSeed(0, 'val/dog/0.png'),
    } as const;
    const expected = await corruptImage(new Uint8Array(data), 16, 16, corruption);
    expect(new Uint8Array((await decodeImage(join(out, 'val', 'dog', '0.png'))).data)).toEqual(expected);
  });

  test('goes on where it stopped, and keeps what is finished', async () => {
    const root = await writeImageFolder(join(temporaryFolder(), 'in'), 2, 1, 16);
    const out = join(root, '..', 'out');
    const argv = [root, '--corruption', 'fog,contrast', '--severity', 'all', '--out', out, '--json'];
    const stop = new AbortController();
    stop.abort();
    expect((await corrupt(argv, stop)).status).toBe(1);
    expect(list(out)).toEqual([]);
    await corrupt(argv);
    expect(list(out).length).toBe(60);
    expect(readdirSync(out).sort()).toEqual(['contrast', 'corruptions.json', 'fog']);
    const kept = join(out, 'fog', '1', 'val', 'cat', '0.png');
    const time = statSync(kept).mtimeMs;
    const lost = join(out, 'fog', '5', 'train', 'cat', '1.png');
    const before = readFileSync(lost);
    rmSync(lost);
    expect(JSON.parse((await corrupt(argv)).stdout)).toMatchObject({ written: 1, kept: 59 });
    expect(readFileSync(lost)).toEqual(before);
    expect(statSync(kept).mtimeMs).toBe(time);
    await expect(corrupt([...argv, '--seed', '4'])).rejects.toThrow('made with other settings');
  });

  test('tells which files are broken, and makes the others', async () => {
    const root = await writeImageFolder(join(temporaryFolder(), 'in'), 2, 1, 16);
    writeFileSync(join(root, 'train', 'dog', '0.png'), '');
    const out = join(root, '..', 'out');
    const { status, stdout, stderr } = await corrupt([root, '--corruption', 'fog', '--severity', '1', '--out', out]);
    expect(status).toBe(1);
    expect(stderr).toContain(`${join(root, 'train', 'dog', '0.png')} is empty; replace or remove it`);
    expect(stdout).toContain('5 pictures written, 0 kept, of 6 images');
    expect(list(out).length).toBe(5);
  });

  test('refuses an output inside the input or around it, and folders without images', async () => {
    const root = await writeImageFolder(join(temporaryFolder(), 'in'), 1, 1, 16);
    const fog = ['--corruption', 'fog', '--severity', '1'];
    await expect(corrupt([root, ...fog, '--out', join(root, 'out')])).rejects.toThrow('lies inside the input');
    await expect(corrupt([root, ...fog, '--out', root])).rejects.toThrow('lies inside the input');
    await expect(corrupt([root, ...fog, '--out', join(root, '..')])).rejects.toThrow('holds the input');
    const empty = join(root, '..', 'empty');
    mkdirSync(empty);
    await expect(corrupt([empty, ...fog, '--out', join(root, '..', 'out')])).rejects.toThrow('holds no image');
  });

  test('refuses a folder with pictures that it cannot read, and follows no link that leads back', async () => {
    const root = join(temporaryFolder(), 'in');
    await writeImage(join(root, 'cat', 'a.png'), pixelsOf(1, 16, 16), 16, 16);
    symlinkSync('..', join(root, 'cat', 'up'));
    writeFileSync(join(root, 'b.heic'), '');
    const argv = [root, '--corruption', 'fog', '--severity', '1', '--out', join(root, '..', 'out')];
    await expect(corrupt(argv)).rejects.toThrow(`1 picture in ${root} cannot be read (1 .heic)`);
    rmSync(join(root, 'b.heic'));
    expect((await corrupt(argv)).status).toBe(0);
    expect(readdirSync(join(root, '..', 'out', 'cat'))).toEqual(['a.png']);
  });

  test('refuses two images that would become one', async () => {
    const root = join(temporaryFolder(), 'in');
    for (const name of ['a.png', 'a.jpg']) await writeImage(join(root, 'cat', name), pixelsOf(1, 16, 16), 16, 16);
    const argv = [root, '--corruption', 'fog', '--severity', '1', '--out', join(root, '..', 'out')];
    await expect(corrupt(argv)).rejects.toThrow('would both become cat/a.png');
  });

  test('runs from the command line', async () => {
    const root = await writeImageFolder(join(temporaryFolder(), 'in'), 1, 1, 16);
    const out = join(root, '..', 'out');
    const argv = ['dist/mixprop.js', 'corrupt', root, '--corruption', 'common', '--severity', '1', '--out', out];
    const { status, stdout, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8' });
    expect(stderr).toContain('strength cifar');
    expect(stdout).toContain('60 pictures written, 0 kept, of 4 images');
    expect(status).toBe(0);
    expect(list(out).length).toBe(60);
  });
});
