import { lstatSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UsageError } from '../../common/errors/usage-error';
import { corruptionNames, type Severity, severities } from '../../common/experiment/corruption-names';
import { isImageName, isUnreadImageName } from '../../common/files/image-endings';
import { colourMapNames } from '../../common/panels/cam/picture/colour-maps';
import { enlarge } from '../../common/panels/cam/picture/enlarge';
import { type Figure, type FigureCell, figureSvg, inputLabel } from '../../common/panels/cam/picture/figure';
import { readableName } from '../../common/run/readable-names';
import { epochFile } from '../../common/run/run-folder';
import { nameRuns } from '../../common/run/run-names';
import { runTargets } from '../../common/run/run-targets';
import { parseBackend, startBackend } from '../backends/select';
import { localisationOf, writeExplanations } from '../explain/epoch-explanations';
import { classProbabilities, explanationOf } from '../explain/explain-images';
import { stageProblem } from '../explain/explain-request';
import { fileStems } from '../explain/file-stems';
import { figurePng, type OverlayStyle, overlay, pngOf } from '../explain/overlay-png';
import { addPictures } from '../explain/store-pictures';
import { checkpointPlace } from '../models/checkpoint';
import { type Column, linesOf, numberColumn, tableOf, textColumn } from '../report/text-table';
import type { Command, Invocation } from './command';
import { forEachTarget } from './each-target';
import { type ExplainedTarget, type ExplainOptions, explainTarget } from './explain-target';
import { percent } from './run-console';
import { asOutput, writeOutput } from './write-output';

/** Pixels a side of a picture in a figure, at least: one inch at 300 dots. */
const figurePixels = 300;

export const explainCommand: Command = {
  name: 'explain',
  summary: 'class activation maps: where a checkpoint looks, through main and through aux',
  usage: `explain RUN|FILE.safetensors... --images PATH... --out DIR
               [--experiment EXPERIMENT] [--checkpoint best|last|EPOCH] [--data PATH] [--branch main|aux|both]
               [--class predicted|true|NAME] [--stage 1..4] [--colour-map jet|viridis|magma|inferno] [--opacity 0..1]
               [--corruption NAME --severity 1..5] [--maps DIR]
               [--figure FILE.svg|FILE.png] [--localisation] [--backend auto|tensorflow|wasm]

What is no run among several RUNs, as by runs/*, is passed over with a message; of those that fail the rest is still explained.

  --images        paths relative to the data set, files elsewhere, or indices of validation images; default: the
                  experiment's explain.images; with --localisation how many validation images (default: all)
  --out           a PNG and a JSON file for each image and branch
  --figure        images as rows, runs and branches as columns, with labels and confidences
  --corruption    what the images are changed by before the network sees them, such as fog; see mixprop corrupt
  --severity      of the corruption (default: 3)
  --maps          the logits and maps of all classes and the images, in the files of a run's explain folder
  --localisation  how well the maps find the objects, over the validation images: a table
  --experiment    what network and data set a bare file belongs to
  --checkpoint    which checkpoint of a run (default: best)
  --data          where the data set is now, if not where it was
  --branch        default: every branch the network has
  --class         whose map is shown (default: predicted)
  --stage         Grad-CAM of the output of this stage, instead of the class activation map
  --colour-map    default: jet
  --opacity       of the map over the image (default: 0.5)`,
  options: {
    texts: [
      'out',
      'experiment',
      'checkpoint',
      'data',
      'branch',
      'class',
      'stage',
      'colour-map',
      'opacity',
      'figure',
      'maps',
      'corruption',
      'severity',
      'backend',
    ],
    lists: ['images'],
    flags: ['localisation'],
  },
  async run(invocation) {
    const { targets, passedOver, images } = splitPositionals(invocation);
    const asked = readOptions(invocation, images);
    const [out, figure, maps] = [invocation.text('out'), invocation.text('figure'), invocation.text('maps')];
    const isLocalisation = invocation.flag('localisation');
    if (out === undefined && figure === undefined && maps === undefined && !isLocalisation) {
      throw new UsageError('explain needs --out DIR, --figure FILE, --maps DIR or --localisation');
    }
    if (maps !== undefined && (targets.length > 1 || asked.stage !== undefined || asked.branch !== undefined)) {
      throw new UsageError(
        '--maps stores the class activation maps of one checkpoint through every branch: leave --stage and --branch out, and name one run',
      );
    }
    if (figure !== undefined && !/\.(svg|png)$/i.test(figure)) {
      throw new UsageError(`--figure ${figure}: the name must end with .svg or .png`);
    }
    const style = styleOf(invocation);
    const backend = await startBackend(parseBackend(invocation.text('backend')));
    for (const problem of passedOver) invocation.printError(`passed over: ${problem}`);
    const names = nameRuns(targets.map((target) => resolve(target))).map(({ label }) => label);
    const { done: explained, status } = await forEachTarget(targets, invocation, (path, i) =>
      explainTarget({ path, name: names[i].replace(/\.safetensors$/, '') }, asked, backend, invocation),
    );
    invocation.signal.throwIfAborted();
    if (explained.length === 0) return status;
    const problems = explained.flatMap((target) => target.problems.map((problem) => ({ target, problem })));
    for (const { target, problem } of problems) {
      const place = targets.length > 1 && problem.image !== target.name ? `${target.name}: ` : '';
      invocation.printError(`${place}${problem.image}: ${problem.message}`);
    }
    if (out !== undefined) await writeOverlays(invocation, resolve(out), explained, style, targets.length > 1);
    if (maps !== undefined) await asOutput(maps, () => writeMaps(invocation, resolve(maps), explained[0]));
    if (figure !== undefined) await writeFigure(invocation, resolve(figure), explained, style);
    if (isLocalisation) printLocalisation(invocation, explained);
    return problems.length > 0 ? 1 : status;
  },
};

/**
 * The first argument is a run or a checkpoint, and so are later ones that are folders or safetensors files; names of pictures and
 * what is no file are images. Other files, as among `runs/*`, are passed over.
 */
function splitPositionals(invocation: Invocation): { targets: string[]; passedOver: string[]; images: string[] } {
  const [first, ...others] = invocation.positionals;
  if (first === undefined) throw new UsageError('explain needs a run folder or a .safetensors file');
  const isFile = (path: string) => statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  const isImage = (path: string) =>
    isFile(path)
      ? isImageName(path) || isUnreadImageName(path)
      : lstatSync(path, { throwIfNoEntry: false }) === undefined;
  const paths = [first, ...others.filter((path) => !isImage(path))];
  // Of a file alone is said what it lacks as a checkpoint.
  const isCheckpoint = (path: string) => isFile(path) && (path.endsWith('.safetensors') || paths.length === 1);
  const { targets, passedOver } = runTargets(paths, isCheckpoint);
  const images = [...invocation.texts('images'), ...others.filter(isImage)];
  return { targets, passedOver: [...passedOver.values()], images };
}

function readOptions(invocation: Invocation, images: string[]): ExplainOptions {
  const branch = invocation.oneOf('branch', ['main', 'aux', 'both'] as const);
  const stage = invocation.integer('stage', 0);
  const problem = stage === undefined ? undefined : stageProblem(stage);
  if (problem) throw new UsageError(`--stage: ${problem}`);
  return {
    images: readImages(invocation, images),
    branch: branch === 'both' ? undefined : branch,
    className: invocation.text('class') ?? 'predicted',
    stage,
    corruption: readCorruption(invocation),
  };
}

function readCorruption(invocation: Invocation): ExplainOptions['corruption'] {
  const name = invocation.oneOf('corruption', corruptionNames);
  const severity = invocation.integer('severity', 1, severities.length);
  if (name !== undefined) return { name, severity: (severity ?? 3) as Severity };
  if (severity !== undefined) throw new UsageError('--severity needs --corruption NAME');
  return undefined;
}

function readImages(invocation: Invocation, images: string[]): ExplainOptions['images'] {
  if (!invocation.flag('localisation')) {
    return images.length === 0 ? undefined : images.map((image) => (/^\d+$/.test(image) ? Number(image) : image));
  }
  const excluded = ['stage', 'branch', 'class', 'figure', 'out'].find((name) => invocation.text(name) !== undefined);
  if (excluded) {
    throw new UsageError(
      `--localisation measures the maps of each image's own class through every branch: leave --${excluded} out`,
    );
  }
  if (images.length === 0) return { count: null };
  const count = Number(images[0]);
  if (images.length > 1 || !Number.isInteger(count) || count < 1) {
    throw new UsageError(`with --localisation, --images is a number of validation images, not "${images.join(' ')}"`);
  }
  return { count };
}

function styleOf(invocation: Invocation): OverlayStyle {
  const text = invocation.text('opacity');
  const opacity = text === undefined ? 0.5 : Number(text);
  if (text?.trim() === '' || !(opacity >= 0 && opacity <= 1)) {
    throw new UsageError(`--opacity must be a number from 0 to 1, not "${text}"`);
  }
  return { colourMap: invocation.oneOf('colour-map', colourMapNames) ?? 'jet', opacity };
}

/** A PNG and a JSON file for each checkpoint, image and branch. */
async function writeOverlays(
  invocation: Invocation,
  folder: string,
  targets: readonly ExplainedTarget[],
  style: OverlayStyle,
  areSeveral: boolean,
): Promise<void> {
  const stage = invocation.integer('stage', 1);
  const prefixOf = ({ name }: ExplainedTarget) => (areSeveral ? `${name}-` : '');
  const stems = fileStems(targets.flatMap((target) => target.images.map(({ path }) => prefixOf(target) + path)));
  for (const target of targets) {
    const { checkpoint, images, imageSize, readableNames, branches } = target;
    const readable = (own: string) => readableName(readableNames, own);
    const prefix = prefixOf(target);
    const own = stems.splice(0, images.length);
    for (const { explained, grids } of branches) {
      for (const [i, shown] of grids.entries()) {
        const stem = join(folder, `${own[i]}-${explained.branch}`);
        const explanation = {
          checkpoint,
          method: stage === undefined ? 'cam' : 'grad-cam',
          ...(stage !== undefined && { stage }),
          ...explanationOf(explained, i, shown),
        };
        const pixels = overlay(images[i].pixels, imageSize, shown.grid, style);
        writeOutput(`${stem}.png`, await pngOf(pixels, imageSize));
        writeOutput(`${stem}.json`, `${JSON.stringify(explanation)}\n`);
        invocation.printJson({ ...explanation, overlay: `${stem}.png` });
        const { image, branch, predicted, label, class: of, confidence } = explanation;
        const truth = label === undefined || label === predicted ? '' : ` (it is ${readable(label)})`;
        const map = `map of ${readable(of)}, ${percent(confidence)}`;
        invocation.print(`${prefix}${image}  ${branch}: ${readable(predicted)}${truth}; ${map}`);
      }
    }
  }
}

/** What the network says of all classes, and the images, as a run's `explain/` folder has them. */
async function writeMaps(
  invocation: Invocation,
  folder: string,
  { checkpoint, images, imageSize, readableNames, branches, problems }: ExplainedTarget,
): Promise<void> {
  const classes = branches[0]?.explained.classes ?? [];
  await addPictures(folder, images, { imageSize, classes, readableNames, problems });
  if (images.length === 0) return;
  const { epoch, step } = checkpointPlace(checkpoint);
  const file = join(folder, epochFile(epoch));
  writeExplanations(
    file,
    branches.map(({ explained }) => explained),
    { epoch, step },
  );
  invocation.print(file);
  invocation.printJson({ maps: file, epoch, images: images.length });
}

async function writeFigure(
  invocation: Invocation,
  file: string,
  targets: readonly ExplainedTarget[],
  style: OverlayStyle,
): Promise<void> {
  const rows = new Map<string, Figure['rows'][number]>();
  const width = targets.reduce((sum, { branches }) => sum + branches.length, 0);
  const headings: string[] = [];
  let column = 0;
  for (const { name, images, imageSize, readableNames, branches } of targets) {
    const factor = Math.ceil(figurePixels / imageSize);
    const side = imageSize * factor;
    for (const { explained, grids } of branches) {
      const nameOf = (index: number) => readableName(readableNames, explained.classes[index]);
      headings.push(targets.length === 1 && branches.length === 1 ? name : `${name}, ${explained.branch}`);
      for (const [i, { path, label, pixels }] of images.entries()) {
        const large = enlarge(pixels, imageSize, factor);
        if (!rows.has(path)) {
          const original = {
            png: (await pngOf(large, side)).toString('base64'),
            caption: label === undefined ? '' : nameOf(label),
          };
          rows.set(path, { original, cells: new Array<FigureCell | undefined>(width).fill(undefined) });
        }
        const { predicted, probabilities } = classProbabilities(explained, i);
        rows.get(path)!.cells[column] = {
          png: (await pngOf(overlay(large, side, grids[i].grid, style), side)).toString('base64'),
          caption: nameOf(predicted),
          confidence: percent(probabilities[predicted]),
          ...(label !== undefined && { isRight: predicted === label }),
        };
      }
      column++;
    }
  }
  if (rows.size === 0) return;
  const corruption = readCorruption(invocation);
  const input = corruption === undefined ? 'original' : inputLabel(corruption.name, corruption.severity);
  const figure = { input, headings, rows: [...rows.values()] };
  writeOutput(file, /\.svg$/i.test(file) ? figureSvg(figure) : await figurePng(figure));
  invocation.print(file);
}

function printLocalisation(invocation: Invocation, targets: readonly ExplainedTarget[]): void {
  const results = targets
    .filter(({ images }) => images.length > 0)
    .map(({ name, checkpoint, branches, imageSize }) => {
      const explained = branches.map((branch) => branch.explained);
      return { name, checkpoint, ...localisationOf(explained, imageSize) };
    });
  invocation.printJson(results);
  const rows = results.flatMap(({ main, aux, ...result }) => [
    { ...result, branch: 'main', values: main },
    ...(aux ? [{ ...result, branch: 'aux', values: aux, agreement: undefined }] : []),
  ]);
  const columns: Column<(typeof rows)[number]>[] = [
    textColumn('run', ({ name }) => name),
    textColumn('branch', ({ branch }) => branch),
    numberColumn('images', ({ images }) => String(images)),
    numberColumn('with object', ({ withRegion }) => String(withRegion)),
    numberColumn('pointing', ({ values }) => share(values.pointing)),
    numberColumn('energy', ({ values }) => share(values.energy)),
    numberColumn('area', ({ values }) => share(values.area)),
    numberColumn('regions', ({ values }) => values.regions?.toFixed(2)),
    numberColumn('agreement', ({ agreement }) => agreement?.toFixed(3)),
  ];
  for (const line of linesOf(tableOf(columns, rows))) invocation.print(line);
}

const share = (value: number | undefined) => (value === undefined ? undefined : percent(value));
