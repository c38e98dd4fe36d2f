import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { computeArguments, computeMaps } from '../../../extension/explain/compute-maps';

const folder = join(mkdtempSync(join(tmpdir(), 'mixprop-compute-')), 'run');
const wanted = { folder, checkpoint: 'best', images: ['val/a.png', '-b.png'] };

/** A program in place of `mixprop.js`. */
function program(script: string) {
  const file = join(mkdtempSync(join(tmpdir(), 'mixprop-program-')), 'mixprop.js');
  writeFileSync(file, script);
  return { nodePath: process.execPath, hostExecutable: process.execPath, script: file };
}
const never = new AbortController().signal;

test('the command line names the checkpoint, each image and where the maps go', () => {
  expect(computeArguments({ ...wanted, input: { corruption: 'fog', severity: 3 } })).toEqual([
    ...['explain', folder, '--checkpoint', 'best', '--images=val/a.png', '--images=-b.png'],
    ...['--corruption', 'fog', '--severity', '3', '--maps', join(folder, 'explain', 'computed', 'fog-3')],
  ]);
  expect(computeArguments(wanted).at(-1)).toBe(join(folder, 'explain', 'computed', 'clean'));
});

test('progress is passed on; images without maps are no failure', async () => {
  const said: string[] = [];
  const trainer = program('process.stderr.write("reading images\\n"); process.exitCode = 1;');
  const problems = await computeMaps(trainer, { ...wanted, folder: tmpdir() }, never, (message) => said.push(message));
  expect(problems).toEqual(['reading images']);
  expect(said).toEqual(['reading images']);
});

test('a failure has the last words, a cancelled computation has none', async () => {
  const failing = program('process.stderr.write("there is no checkpoint\\n"); process.exit(2);');
  await expect(computeMaps(failing, { ...wanted, folder: tmpdir() }, never, () => undefined)).rejects.toThrow(
    'no checkpoint',
  );
  const waiting = program('setTimeout(() => {}, 60_000);');
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 300);
  expect(await computeMaps(waiting, { ...wanted, folder: tmpdir() }, stop.signal, () => undefined)).toBeUndefined();
});
