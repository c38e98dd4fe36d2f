import { copyFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { plainMessage, reasonOf } from '../../../common/errors/system-error';
import { recordedDatasetFacts } from '../../../common/experiment/datasets/datasets';
import { pathInside } from '../../../common/files/path-inside';
import type { FlippedPicture, RobustnessCell } from '../../../common/panels/robustness/robustness-contract';
import type { LostImage } from '../../../common/panels/robustness/robustness-flips';
import { isCorruptedByDefault } from '../../../common/panels/robustness/robustness-model';
import type { Evaluation } from '../../../common/run/evaluations';
import { readPictures } from '../../../common/run/explain-pictures';
import { placeOfRun } from '../../../common/run/run-places';

/** Photos that are larger are not sent to a panel. */
const maxFileBytes = 8 * 2 ** 20;

/** What pictures are made of. */
export interface WantedPictures {
  cell: RobustnessCell;
  images: readonly LostImage[];
  evaluation: Evaluation;
  /** Of the run. */
  runFolder: string;
}

export interface MadePictures {
  pictures: FlippedPicture[];
  /** Why some or all are missing. */
  problem?: string;
}

/** Runs a command of `mixprop`; gives why it failed, or undefined when all went well. */
export type RunMixprop = (commandLine: readonly string[]) => Promise<string | undefined>;

/**
 * The images as they are and corrupted as they were when they were evaluated. Corrupted copies are read where they are files,
 * else made in a temporary folder. Never rejects: what is missing is said in words.
 */
export async function makePictures(wanted: WantedPictures, run: RunMixprop): Promise<MadePictures> {
  try {
    const root = dataFolder(wanted);
    return await (root === undefined ? drawnPictures(wanted, run) : filePictures(root, wanted, run));
  } catch (error) {
    return { pictures: [], problem: plainMessage(error) };
  }
}

/** Where the clean images are; undefined where they are drawn or lie in an archive. */
function dataFolder({ evaluation, runFolder }: WantedPictures): string | undefined {
  const { type, path } = evaluation.dataset;
  return recordedDatasetFacts(type)?.hasImageFiles && path !== null ? placeOfRun(runFolder, path) : undefined;
}

async function filePictures(root: string, wanted: WantedPictures, run: RunMixprop): Promise<MadePictures> {
  const { evaluation, images } = wanted;
  const corrupted =
    evaluation.source?.kind === 'folder'
      ? await readAll(
          evaluation.source.path,
          images.map(({ corruptedPath }) => corruptedPath),
        )
      : await madeCopies(root, wanted, run);
  const clean = await readAll(
    root,
    images.map(({ path }) => path),
  );
  return { pictures: pairs(images, clean.files, corrupted.files), problem: corrupted.problem ?? clean.problem };
}

/** Images that there are both pictures of. */
function pairs(
  images: readonly LostImage[],
  clean: readonly (string | undefined)[],
  corrupted: readonly (string | undefined)[],
): FlippedPicture[] {
  return images.flatMap(({ path }, index) => {
    const [before, after] = [clean[index], corrupted[index]];
    return before === undefined || after === undefined ? [] : [{ path, clean: before, corrupted: after }];
  });
}

/** Gives a folder to work in, and removes it afterwards. */
async function withTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'mixprop-lost-images-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Images that are no files, as `mixprop explain` draws or reads them beside its maps. */
async function drawnPictures(
  { cell, images, evaluation, runFolder }: WantedPictures,
  run: RunMixprop,
): Promise<MadePictures> {
  const { dataset, checkpoint } = evaluation;
  // The command that draws them has no options for other corruptions.
  if (!isCorruptedByDefault(evaluation)) {
    throw new Error(
      `the images of ${dataset.type} are no files, and their corrupted copies can be drawn only with the default strength and seed.`,
    );
  }
  return withTemporaryFolder(async (folder) => {
    const picturesOf = async (name: string, change: readonly string[]) => {
      const place = join(folder, name);
      const failure = await run([
        ...['explain', runFolder, '--checkpoint', String(checkpoint ?? 'best')],
        ...[...images.map(({ path }) => `--images=${path}`), ...change, '--maps', place],
      ]);
      if (failure !== undefined) throw new Error(failure);
      const { pictures } = readPictures(place);
      return images.map(({ path }) => pictures.find((picture) => picture.path === path)?.png);
    };
    const clean = await picturesOf('clean', []);
    const { corruption, severity } = cell;
    const corrupted = await picturesOf('corrupted', ['--corruption', corruption, '--severity', String(severity)]);
    return { pictures: pairs(images, clean, corrupted) };
  });
}

interface ReadFiles {
  /** In base64, in the order asked for; undefined where one cannot be read. */
  files: (string | undefined)[];
  problem?: string;
}

async function readAll(root: string, paths: readonly string[]): Promise<ReadFiles> {
  let problem: string | undefined;
  const files = await Promise.all(
    paths.map(async (path) => {
      try {
        const bytes = await readFile(inside(root, path));
        if (bytes.length <= maxFileBytes) return bytes.toString('base64');
        problem ??= `${path} is too large to be shown.`;
      } catch (error) {
        problem ??= `${path} cannot be read: ${reasonOf(error)}`;
      }
      return undefined;
    }),
  );
  return { files, problem };
}

/** Corrupts copies of the images. They keep their paths, on which what is drawn depends. */
async function madeCopies(
  root: string,
  { cell, images, evaluation }: WantedPictures,
  run: RunMixprop,
): Promise<ReadFiles> {
  const { source, dataset } = evaluation;
  if (source?.kind !== 'made')
    throw new Error(`the evaluation ${cell.evaluation} does not say how images were corrupted.`);
  return withTemporaryFolder(async (folder) => {
    const [input, output] = [join(folder, 'clean'), join(folder, 'corrupted')];
    for (const { path } of images) {
      const copy = inside(input, path);
      await mkdir(dirname(copy), { recursive: true });
      await copyFile(inside(root, path), copy);
    }
    const failure = await run([
      'corrupt',
      input,
      ...['--corruption', cell.corruption, '--severity', String(cell.severity)],
      ...['--strength', source.strength, '--seed', String(source.seed)],
      ...['--image-size', String(dataset.imageSize), '--format', 'png'],
      ...(source.frost === undefined ? [] : ['--frost', source.frost]),
      ...['--out', output],
    ]);
    // Some may have been made all the same.
    const read = await readAll(
      output,
      images.map(({ path }) => path.replace(/\.[^./]+$/, '.png')),
    );
    return failure === undefined ? read : { ...read, problem: failure };
  });
}

/** A path below a folder. @throws Error for one that leads out of it: it was read from a file */
function inside(root: string, path: string): string {
  const file = join(root, path);
  if (pathInside(root, file) === undefined) throw new Error(`${path} is not in ${root}.`);
  return file;
}
