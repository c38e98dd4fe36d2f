import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { OutputError } from '../../common/errors/output-error';
import { UsageError } from '../../common/errors/usage-error';
import {
  type CorruptionName,
  commonCorruptions,
  corruptionNames,
  heldOutCorruptions,
  type Severity,
  type Strength,
  strengthForSize,
  strengthNames,
} from '../../common/experiment/corruption-names';
import { readableEndings, withoutImageEnding } from '../../common/files/image-endings';
import { makeFolders } from '../../common/files/make-folders';
import { pathInside } from '../../common/files/path-inside';
import {
  type CorruptSettings,
  type CorruptTarget,
  type CorruptTask,
  corruptFiles,
} from '../data/corruptions/corrupt-pool';
import { imageSeed } from '../data/corruptions/image-seed';
import { imagesBelow, ScanNotes } from '../data/image-folder/class-folders';
import type { Command, Invocation } from './command';
import { corruptionList, frostFolder, severityList } from './corruption-options';
import { asOutput, requireFolder, writeOutput } from './write-output';

const usage = `corrupt INPUT --corruption NAME|LIST|all|common --severity 1..5|LIST|all [--strength imagenet|tiny|cifar]
               [--seed N] [--image-size S] [--frost FOLDER] [--format png|jpeg] --out OUTPUT

  INPUT         one image, or a folder of them (class folders or any other)
  --corruption  ${commonCorruptions.join(', ')};
                held out: ${heldOutCorruptions.join(', ')};
                all: all of them, common: the first 15
  --severity    1 to 5
  --strength    parameters made for 224, 64 or 32 px (default: by the size of the image, of a folder's first image)
  --seed        of everything drawn (default 0); in a folder an image's draws depend on its path too
  --image-size  resize and crop to S×S first, as evaluation does (default: images as they are)
  --frost       folder with the original's frost1.png … frost5.jpg (default: textures of our own)
  --format      of a folder's pictures: png, lossless, or jpeg of quality 85 as ImageNet-C (default png)
  --out         one image for one corruption and severity: the file to write, .png or .jpg.
                Otherwise a folder; with several corruptions or severities in it CORRUPTION/SEVERITY/…, as ImageNet-C has it.
                What is there already from the same settings is kept.`;

/** In an output folder: what its pictures were made with. */
const settingsFile = 'corruptions.json';

/** `mixprop corrupt`: corrupted copies of an image or of all images of a folder. */
export const corruptCommand: Command = {
  name: 'corrupt',
  summary: 'make the common corruptions of an image or a folder of images',
  usage,
  options: { texts: ['corruption', 'severity', 'strength', 'seed', 'image-size', 'frost', 'format', 'out'] },
  async run(invocation) {
    const input = invocation.single('corrupt needs one image or one folder of images');
    const [corruption, severity] = [invocation.text('corruption'), invocation.text('severity')];
    if (corruption === undefined)
      throw new UsageError(`corrupt needs --corruption: all, or of ${corruptionNames.join(', ')}`);
    if (severity === undefined) throw new UsageError('corrupt needs --severity: 1 to 5, a list such as 1,3,5, or all');
    const names = corruptionList('corruption', corruption);
    const levels = severityList('severity', severity);
    const seed = invocation.integer('seed', 0, 2 ** 32 - 1) ?? 0;
    const format = invocation.oneOf('format', ['png', 'jpeg'] as const);
    const out = invocation.text('out');
    if (out === undefined) throw new UsageError('corrupt needs --out OUTPUT');
    const root = resolve(input);
    const stats = statSync(root, { throwIfNoEntry: false });
    if (!stats) throw new UsageError(`there is no ${input}: correct the path`);
    const settings: Omit<CorruptSettings, 'strength'> = {
      format: format ?? 'png',
      imageSize: invocation.integer('image-size', 1, 65_535) ?? null,
      frostFolder: frostFolder(invocation.text('frost')),
    };
    const strength = invocation.oneOf('strength', strengthNames);
    const job: Job = { invocation, names, levels, seed, settings, strength, out: resolve(out) };
    if (stats.isDirectory()) return corruptFolder(root, job);
    if (names.length * levels.length > 1) return corruptFolder(dirname(root), job, [basename(root)]);
    return corruptOne(root, job, format);
  },
};

interface Job {
  invocation: Invocation;
  names: readonly CorruptionName[];
  levels: readonly Severity[];
  seed: number;
  settings: Omit<CorruptSettings, 'strength'>;
  strength: Strength | undefined;
  out: string;
}

/** One picture of one image, under the name that --out gives. */
async function corruptOne(input: string, job: Job, format: 'png' | 'jpeg' | undefined): Promise<number> {
  const { invocation, names, levels, seed, out } = job;
  const extension = extname(out).toLowerCase();
  const byName = extension === '.png' ? 'png' : /^\.jpe?g$/.test(extension) ? 'jpeg' : undefined;
  if (!byName) throw new UsageError(`--out ${out}: the file must end in .png or .jpg`);
  if (format && format !== byName) throw new UsageError(`--format ${format} does not fit --out ${out}`);
  if (resolve(out) === input) throw new UsageError('--out is the input itself: choose another file');
  requireFolder('out', out);
  const strength = await chosenStrength(job, input);
  const [outcome] = await corruptFiles(
    [{ input, seed, targets: [{ name: names[0], severity: levels[0], file: out }] }],
    { ...job.settings, strength, format: byName },
    { onProgress: () => {}, signal: invocation.signal },
  );
  invocation.signal.throwIfAborted();
  if (outcome?.obstacle) throw new OutputError(out, outcome.obstacle);
  if (outcome?.problem) throw new UsageError(outcome.problem);
  invocation.print(`wrote ${out}: ${names[0]} ${levels[0]}, strength ${strength}, seed ${seed}`);
  invocation.printJson({ out, corruption: names[0], severity: levels[0], strength, seed });
  return 0;
}

async function corruptFolder(root: string, job: Job, only?: readonly string[]): Promise<number> {
  const { invocation, names, levels, seed, settings, out } = job;
  if (!only) refuseNesting(root, out);
  if (statSync(out, { throwIfNoEntry: false })?.isFile())
    throw new UsageError(`--out ${out} is a file: several pictures need a folder`);
  const paths = only ?? imagePaths(root, invocation);
  if (paths.length === 0)
    throw new UsageError(`${root} holds no image (${readableEndings.map((ending) => `.${ending}`).join(', ')})`);
  const strength = await chosenStrength(job, join(root, paths[0]));
  const made = { ...settings, strength, seed };
  rememberSettings(out, made);
  const { tasks, kept } = await asOutput(out, () => plan(root, paths, job));
  const progress = invocation.progress();
  const outcomes = await corruptFiles(
    tasks,
    { ...settings, strength },
    {
      onProgress: (done) => progress.update('corrupting images', done, tasks.length),
      signal: invocation.signal,
    },
  );
  const problems = outcomes.flatMap((outcome) => outcome?.problem ?? []);
  // Of a disk that is full every thread says so.
  const full = outcomes.find((outcome) => outcome?.obstacle);
  if (full?.obstacle) problems.push(new OutputError(full.obstacle.file, full.obstacle).message);
  const written = outcomes.reduce((sum, outcome) => sum + (outcome?.written ?? 0), 0);
  for (const problem of problems) invocation.printError(problem);
  const stopped = invocation.signal.aborted || full !== undefined;
  const rest = stopped ? '; stopped: the same command goes on from here' : '';
  invocation.print(`${out}: ${written} pictures written, ${kept} kept, of ${paths.length} images${rest}`);
  invocation.printJson({
    out,
    corruptions: names,
    severities: levels,
    ...made,
    images: paths.length,
    written,
    kept,
    problems,
  });
  return problems.length > 0 || stopped ? 1 : 0;
}

/** All images below a folder: paths relative to it, with slashes, sorted. @throws UsageError where some cannot be read */
function imagePaths(root: string, invocation: Invocation): string[] {
  const notes = new ScanNotes(root);
  const paths = imagesBelow('', notes);
  const problems = notes.allProblems();
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
  invocation.warn(notes.passedOver.warning());
  return paths;
}

/** What is still to be made; folders for it are made here. */
function plan(root: string, paths: readonly string[], job: Job): { tasks: CorruptTask[]; kept: number } {
  const { names, levels, seed, settings, out } = job;
  const single = names.length * levels.length === 1;
  const sources = new Map<string, string>();
  const tasks: CorruptTask[] = [];
  let kept = 0;
  for (const path of paths) {
    const stem = withoutImageEnding(path);
    const isJpeg = /\.jpe?g$/i.test(path);
    const name = settings.format === 'png' ? `${stem}.png` : isJpeg ? path : `${stem}.jpg`;
    const other = sources.get(name);
    if (other !== undefined)
      throw new UsageError(`${join(root, other)} and ${path} would both become ${name}: rename one of them`);
    sources.set(name, path);
    const targets: CorruptTarget[] = [];
    for (const corruption of names) {
      for (const severity of levels) {
        const file = single ? join(out, name) : join(out, corruption, String(severity), name);
        if (existsSync(file)) kept++;
        else {
          makeFolders(dirname(file));
          targets.push({ name: corruption, severity, file });
        }
      }
    }
    if (targets.length > 0) tasks.push({ input: join(root, path), seed: imageSeed(seed, path), targets });
  }
  return { tasks, kept };
}

/** Output below the input would be corrupted again by the next call, and input below the output overwritten. */
function refuseNesting(root: string, out: string): void {
  const [from, to] = [realpathSync(root), existingPart(out)];
  if (pathInside(from, to) !== undefined)
    throw new UsageError(`--out ${out} lies inside the input ${root}: choose a folder beside it`);
  if (pathInside(to, from) !== undefined && existsSync(out))
    throw new UsageError(`--out ${out} holds the input ${root}: choose a folder beside it`);
}

/** A path without symbolic links, as far as it exists. */
function existingPart(path: string): string {
  if (existsSync(path) || dirname(path) === path) return realpathSync(path);
  return join(existingPart(dirname(path)), basename(path));
}

/** Pictures of one folder are of one making. */
function rememberSettings(out: string, made: object): void {
  const file = join(out, settingsFile);
  const text = `${JSON.stringify(made)}\n`;
  if (existsSync(file) && readFileSync(file, 'utf8') !== text)
    throw new UsageError(
      `${out} holds pictures made with other settings (${readFileSync(file, 'utf8').trim()}): choose another --out, or delete it first`,
    );
  writeOutput(file, text);
}

/** The strength asked for, or the one made for images of this size. */
async function chosenStrength({ invocation, strength, settings }: Job, file: string): Promise<Strength> {
  if (strength) return strength;
  const side = settings.imageSize ?? (await shorterSide(file));
  const chosen = strengthForSize(side);
  invocation.printError(`strength ${chosen}, for images of ${side} px (--strength chooses another)`);
  return chosen;
}

async function shorterSide(file: string): Promise<number> {
  // Imported here: other commands need not load a native module.
  const { decodeImage } = await import('../data/images/decode');
  try {
    const { width, height } = await decodeImage(file);
    return Math.min(width, height);
  } catch (error) {
    throw new UsageError(`${file} ${(error as Error).message}; replace or remove it`);
  }
}
