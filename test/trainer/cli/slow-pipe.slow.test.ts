import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'mixprop-pipe-'));
afterAll(() => rmSync(folder, { recursive: true }));
const program = join(__dirname, '..', '..', '..', 'dist', 'mixprop.js');
const experiment = join(folder, 'a.mixprop.json');
writeFileSync(
  experiment,
  JSON.stringify({
    dataset: { type: 'shapes', imageSize: 16, trainingImages: 60, validationImages: 1000 },
    model: { width: 4 },
    training: { epochs: 1, batchSize: 16 },
    record: { draws: true },
    explain: { images: [] },
  }),
);
const manyProblems = join(folder, 'many.mixprop.json');
const unknown = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`unknown-field-${i}`, i]));
writeFileSync(manyProblems, JSON.stringify(unknown));
const images = join(folder, 'images');
for (const split of ['train', 'val'])
  for (const name of ['bee', 'cat']) {
    mkdirSync(join(images, split, name), { recursive: true });
    for (let i = 0; i < 1500; i++) writeFileSync(join(images, split, name, `${i}.jpg`), '');
  }
const run = join(folder, 'runs', 'r');

/** Of both streams all that a command writes, by way of a shell. */
function outputOf(argv: readonly string[], way: (command: string, out: string, err: string) => string) {
  const quoted = [process.execPath, program, ...argv].map((word) => `'${word}'`).join(' ');
  const [out, err] = [join(folder, 'out'), join(folder, 'err')];
  spawnSync('bash', ['-c', way(quoted, out, err)], { cwd: folder });
  return { out: readFileSync(out, 'utf8'), err: readFileSync(err, 'utf8') };
}
const intoFiles = (command: string, out: string, err: string) => `${command} >'${out}' 2>'${err}'`;
/** Nobody reads for a second, by which time the command has written all that it has to say. */
const throughPipes = (command: string, out: string, err: string) =>
  `{ { ${command} 2>&3 | { sleep 1; cat >'${out}'; }; } 3>&1 >&4 | { sleep 1; cat >'${err}'; }; } 4>&1`;

describe.skipIf(process.platform === 'win32')('through a slow pipe comes what comes into a file', () => {
  const trained = spawnSync(
    process.execPath,
    [program, 'train', experiment, '--runs', join(folder, 'runs'), '--name', 'r', '--backend', 'wasm'],
    { encoding: 'utf8' },
  );

  test.each<[string, string[], number]>([
    ['data images', ['data', 'images', experiment, '--json', '--thumbnails', '300'], 200_000],
    ['data check', ['data', 'check', images, '--json'], 200_000],
    ['validate', ['validate', manyProblems, '--json'], 100_000],
    ['evaluate', ['evaluate', run, '--json'], 500],
    [
      'explain',
      [
        'explain',
        run,
        '--images',
        ...Array.from({ length: 200 }, (_, i) => String(i)),
        '--out',
        join(folder, 'maps'),
        '--json',
      ],
      70_000,
    ],
    ['replay', ['replay', run, '--step', '2', '--json'], 500],
    ['report', ['report', run, '--tables', '--json'], 500],
    ['recipe', ['recipe', 'list', '--json'], 500],
    ['data list', ['data', 'list', '--json'], 100],
    ['resume', ['resume', run, '--json'], 50],
  ])('%s --json', (_, argv, atLeast) => {
    expect(trained.stderr).toBe('');
    const whole = outputOf(argv, intoFiles);
    expect(whole.out.length).toBeGreaterThan(atLeast);
    const piped = outputOf(argv, throughPipes);
    // What was measured differs from one call to the next.
    const stable = (text: string) => text.replace(/"(seconds|imagesPerSecond|created)":("[^"]*"|[-0-9.e]+)/g, '"$1":0');
    expect(stable(piped.out).length).toBe(stable(whole.out).length);
    expect(stable(piped.out)).toBe(stable(whole.out));
  });

  test('so does a long error', () => {
    const argv = ['validate', manyProblems];
    expect(outputOf(argv, throughPipes)).toEqual(outputOf(argv, intoFiles));
  });
});
