import { resolve } from 'node:path';
import { listNames } from '../../common/dataset/class-names';
import { datasetPath } from '../../common/dataset/dataset-folder';
import { OutputError } from '../../common/errors/output-error';
import { isDiskError } from '../../common/errors/system-error';
import { UsageError } from '../../common/errors/usage-error';
import { type CifarType, cifarTypes } from '../../common/experiment/datasets/cifar';
import { datasetFacts, datasetTypes } from '../../common/experiment/datasets/datasets';
import { didYouMean } from '../../common/experiment/nearest-name';
import { formatBytes } from '../../common/files/byte-size';
import { cifarFormNames } from '../data/cifar/cifar-format';
import type { CorruptedReport } from '../data/corrupted/check-corrupted';
import { passedOverNames } from '../data/image-folder/passed-over';
import { checkDataset, checkedTypes, type DataReport, recogniseDataset } from '../data/open/check';
import type { PartReport } from '../data/open/check-training-data';
import { datasetArchive } from '../data/open/dataset-archives';
import { downloadDataset } from '../data/open/download-dataset';
import { DownloadError } from '../runtime/download';
import { runAction } from './actions';
import type { Command, Invocation } from './command';
import { listImages } from './data-images';
import { downloadProgress } from './download-progress';
import { usableData } from './open-data';

/** Sets of corrupted images, to evaluate on. */
const corruptedTypes: Record<CorruptedReport['type'], { summary: string; path: string }> = {
  'imagenet-c': {
    summary: 'to evaluate on: ImageNet-C, Tiny-ImageNet-C',
    path: 'a folder with <corruption>/<severity>/<class>/',
  },
  'cifar-c': {
    summary: 'to evaluate on: CIFAR-10-C, CIFAR-100-C',
    path: 'a folder with <corruption>.npy and labels.npy',
  },
};

const usage = `data list | data download ${cifarTypes.join('|')} [--form ${cifarFormNames.join('|')}] [--out DIR] | data check PATH [--type ${checkedTypes.join('|')}] [--classes FILE] [--validation FRACTION] [--json] | data images EXPERIMENT|RUN [--thumbnails N]`;

/** `mixprop data`: which data sets there are, getting one, and whether one is sound. */
export const dataCommand: Command = {
  name: 'data',
  summary: 'list the types of data sets, download one, or check one',
  usage: `${usage}

download gets the official archive (into ./data unless --out says otherwise), which needs no unpacking. An interrupted download goes on at
the next try. MIXPROP_DATASETS names another server's folder with the same files.
check says what a folder or file is recognised as, and reads all of it. --validation checks an image folder of which an experiment's
dataset.validation holds a part out.
images lists the validation images that explain.images can choose; with --json and --thumbnails, N of them with a small PNG.`,
  options: { texts: ['type', 'classes', 'validation', 'form', 'out', 'thumbnails'] },
  run: (invocation) =>
    runAction(invocation, 'data', 'data', usage, {
      images: { takes: 'one experiment file', run: listImages },
      list: { run: list },
      download: {
        takes: `one name: ${cifarTypes.join(' or ')}`,
        problemOf: (name) =>
          (cifarTypes as readonly string[]).includes(name)
            ? undefined
            : `"${name}" cannot be downloaded, only ${cifarTypes.join(' and ')}${didYouMean(name, cifarTypes) || '; docs/data-sets.md says where others come from'}`,
        run: (_, name) => fetchArchive(invocation, name as CifarType),
      },
      check: { takes: 'the path of one data set', run: check },
    }),
};

function list(invocation: Invocation): number {
  const types = [
    ...datasetTypes.map((type) => {
      const { summary, path } = datasetFacts(type);
      return { type, summary, path: path?.content ?? null };
    }),
    ...Object.entries(corruptedTypes).map(([type, facts]) => ({ type, ...facts })),
  ];
  for (const { type, summary, path } of types) {
    invocation.print(`${type.padEnd(13)} ${summary}`);
    invocation.print(`${' '.repeat(13)} path: ${path ?? 'none needed'}`);
  }
  invocation.printJson(types);
  return 0;
}

async function fetchArchive(invocation: Invocation, type: CifarType): Promise<number> {
  const form = invocation.oneOf('form', cifarFormNames) ?? 'binary';
  const folder = resolve(invocation.text('out') ?? 'data');
  const archive = datasetArchive(type, form, process.env.MIXPROP_DATASETS);
  invocation.print(`${archive.url}: ${formatBytes(archive.bytes)}, into ${folder}`);
  invocation.printJson({ type: 'plan', name: type, url: archive.url, downloadBytes: archive.bytes, folder });
  const showProgress = downloadProgress(invocation);
  try {
    const path = await downloadDataset(archive, folder, {
      signal: invocation.signal,
      onProgress: (done, total) => showProgress('downloading', done, total),
    });
    invocation.print(`${path} is whole (MD5 ${archive.md5}); in an experiment:`);
    invocation.print(`"dataset": ${JSON.stringify({ type, path })}`);
    invocation.printJson({ type: 'downloaded', name: type, path });
    return 0;
  } catch (error) {
    if (invocation.signal.aborted) {
      invocation.printError('the download was cancelled; the next one goes on with what there is');
      return 1;
    }
    if (isDiskError(error)) throw new OutputError(folder, error);
    if (!(error instanceof DownloadError) || error.isOfDisk) throw error;
    throw new DownloadError(
      `${error.message}\nget ${archive.fileName} by hand, or name another server in MIXPROP_DATASETS, and put it into ${folder}; the same command then checks it (MD5 ${archive.md5})`,
    );
  }
}

async function check(invocation: Invocation, path: string): Promise<number> {
  const place = usableData(() => datasetPath(path, process.cwd()));
  const asked = invocation.oneOf('type', checkedTypes);
  const { type, reason } = asked
    ? { type: asked, reason: 'as --type says' }
    : await recogniseDataset(place, invocation.signal);
  const classes = invocation.text('classes');
  const fraction = readFraction(invocation.text('validation'));
  for (const [option, value] of Object.entries({ classes, validation: fraction }))
    if (value !== undefined && type !== 'image-folder')
      throw new UsageError(`--${option} is for image folders, but ${place} is checked as ${type}`);
  const progress = invocation.progress();
  const report = await checkDataset(type, place, {
    classFile: classes === undefined ? null : resolve(classes),
    heldOut: fraction === undefined ? null : { fraction, seed: 0 },
    onProgress: (phase, done, total) => progress.update(phase, done, total),
    signal: invocation.signal,
  });
  for (const line of describeReport(report, reason)) invocation.print(line);
  invocation.printJson({ ...report, reason });
  return report.problems.length === 0 ? 0 : 1;
}

function readFraction(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const fraction = Number(text);
  if (text.trim() !== '' && fraction > 0 && fraction < 1) return fraction;
  throw new UsageError(`--validation must be a fraction between 0 and 1, such as 0.1, not "${text}"`);
}

const sizesShown = 5;

function describeReport(report: DataReport, reason: string): string[] {
  const { path, type, classes, sizes, problems, warnings } = report;
  const shown = sizes.slice(0, sizesShown).map(({ width, height, images }) => `${width}×${height} (${images})`);
  const more = sizes.length > sizesShown ? ` and ${sizes.length - sizesShown} other sizes` : '';
  return [
    `${path}: ${type}, ${classes.length} classes`,
    `recognised  ${reason}`,
    ...('corruptions' in report
      ? describeCorruptions(report)
      : describeParts(report.training, report.validation, classes)),
    ...(report.passedOver ?? []).map(
      ({ reason, count, examples }) =>
        `passed over ${passedOverNames[reason]}: ${count} (${examples.slice(0, 3).join(', ')}${count > 3 ? ', …' : ''})`,
    ),
    ...('notRead' in report && report.notRead && report.notRead.length > 0
      ? [`not read    ${listNames(report.notRead.map((name) => `${name}/`))}`]
      : []),
    `pixels      ${shown.length > 0 ? shown.join(', ') : 'no image could be read'}${more}`,
    ...warnings.map((warning) => `warning: ${warning}`),
    problems.length === 0 ? 'no problems' : `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}:`,
    ...problems,
  ];
}

function describeParts(training: PartReport, validation: PartReport, classes: readonly string[]): string[] {
  const isHeldOut = training.folder !== undefined && training.folder === validation.folder;
  return [
    `training    ${describePart(training, classes)}`,
    `validation  ${describePart(validation, classes)}${isHeldOut ? ', held out' : ''}`,
  ];
}

function describeCorruptions({ corruptions, classes }: CorruptedReport): string[] {
  return corruptions.map(({ name, severities }) => {
    const parts = severities.map((part) => `${part.severity}: ${describePart(part, classes)}`);
    const [first, ...others] = new Set(severities.map((part) => describePart(part, classes)));
    const numbers = severities.map(({ severity }) => severity).join(', ');
    const isAlike = first !== undefined && others.length === 0;
    return `${name.padEnd(18)} ${isAlike ? `severities ${numbers}, each ${first}` : parts.join('; ')}`;
  });
}

function describePart({ folder, images, perClass }: PartReport, classes: readonly string[]): string {
  const place = folder === undefined ? '' : `${folder}/: `;
  return `${place}${describeCounts(images, perClass, classes)}`;
}

function describeCounts(images: number, perClass: readonly number[], classes: readonly string[]): string {
  if (images === 0) return 'no images';
  const fewest = Math.min(...perClass);
  const most = Math.max(...perClass);
  if (fewest === most) return `${images} images, ${most} in every class`;
  const named = (count: number) => `${count} (${classes[perClass.indexOf(count)]})`;
  return `${images} images, from ${named(fewest)} to ${named(most)} in a class`;
}
