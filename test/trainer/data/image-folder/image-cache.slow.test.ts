import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { fitImage } from '../../../../trainer/data/images/resize';
import { pixelsOf, writeImageFolder } from '../images/image-files';
import { temporaryFolder } from '../temporary-folder';

/** Of the training images of a folder by `writeImageFolder`, as they are opened at 32 pixels. */
function sumOfTraining(count: number, size: number): number {
  const images = Array.from({ length: 2 * count }, (_, i) =>
    fitImage({ data: pixelsOf(i, size, size), width: size, height: size }, 32, 'training'),
  );
  return images.reduce((sum, pixels) => pixels.reduce((a, b) => a + b, sum), 0);
}

test('a process that is killed while it decodes, or two at once, do not harm the cache', async () => {
  const [root, cache] = [await writeImageFolder(temporaryFolder(), 40, 10, 40), temporaryFolder()];
  const opener = await bundledOpener();
  const start = () => spawn(process.execPath, [opener, root, cache], { stdio: ['ignore', 'pipe', 'inherit'] });
  const outputOf = (child: ReturnType<typeof start>) => text(child.stdout);
  const killed = start();
  await once(killed.stdout, 'data');
  killed.kill('SIGKILL');
  const both = await Promise.all([start(), start()].map(outputOf));
  // From the cache: nothing is decoded.
  const cached = await outputOf(start());
  expect(cached).toBe(`opened ${sumOfTraining(40, 40)}\n`);
  for (const output of both) expect(output.endsWith(cached)).toBe(true);
});

test.skipIf(process.platform === 'win32')(
  'a disk that fills while images are cached: they are opened all the same, a warning says what to do',
  async () => {
    const [root, cache] = [await writeImageFolder(temporaryFolder(), 40, 10, 40), temporaryFolder()];
    const opener = await bundledOpener();
    const run = async (limit: string) => {
      const child = spawn('/bin/sh', ['-c', `${limit} exec "$0" "$@"`, process.execPath, opener, root, cache]);
      let [output, errors] = ['', ''];
      child.stdout.on('data', (chunk) => {
        output += chunk;
      });
      child.stderr.on('data', (chunk) => {
        errors += chunk;
      });
      const [status] = await once(child, 'close');
      return { status, opened: output.split('\n').at(-2), errors };
    };
    // 80 training images of 3 KiB do not fit, 20 for validation do.
    const full = await run('ulimit -f 150;');
    expect(full.status).toBe(0);
    expect(full.errors).toMatch(new RegExp(`images of ${root} could not be cached in ${cache}: .*EFBIG.* Make room`));
    expect(readdirSync(cache)).toHaveLength(1);
    const roomy = await run('');
    expect(roomy.errors).toBe('');
    expect(roomy.opened).toBe(full.opened);
    expect(readdirSync(cache)).toHaveLength(2);
    expect((await run('')).opened).toBe(full.opened);
  },
);

/** A program that opens an image folder at 32 pixels and prints "start", then the sum of its training pixels. */
async function bundledOpener(): Promise<string> {
  const { build } = await import('esbuild');
  const repository = join(import.meta.dirname, '..', '..', '..', '..');
  const folder = join(repository, 'node_modules', '.cache', 'mixprop-test');
  const file = join(folder, `open-${process.pid}.cjs`);
  onTestFinished(() => rmSync(file, { force: true }));
  await build({
    stdin: {
      contents: `
        import { openImageFolder } from './trainer/data/image-folder/image-folder';
        const [path, cacheFolder] = process.argv.slice(2);
        const settings = { type: 'image-folder', path, classes: null, imageSize: 32, trainingImages: null, validationImages: null };
        const onProgress = (phase) => phase.startsWith('decoding') && console.log('start');
        openImageFolder(settings, { baseFolder: '/', cacheFolder, onProgress }).then(({ training }) =>
          console.log('opened ' + training.pixels.reduce((sum, level) => sum + level, 0)));`,
      resolveDir: repository,
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['sharp'],
    define: { __dirname: JSON.stringify(join(repository, 'dist')) },
    outfile: file,
  });
  return file;
}
