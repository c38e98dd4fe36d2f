import { checkDataset, type DataReport, guessDatasetType, type PartReport } from '../data/check';
import { DatasetError } from '../data/dataset';
import { datasetFolder } from '../data/dataset-folder';
import type { DatasetType } from '../experiment/schema';
import { UsageError } from '../usage-error';
import type { Command, Invocation } from './command';

/** The data sets that an experiment's `dataset.type` can name. */
const datasetTypes: Record<DatasetType, { summary: string; path: string | null }> = {
  shapes: { summary: 'built in: coloured, textured shapes in clutter, 10 classes, masks known', path: null },
  'image-folder': {
    summary: 'JPEG and PNG images in class folders',
    path: 'a folder with train/ and val/ (or test/), each with one folder a class',
  },
  cifar10: {
    summary: 'CIFAR-10 as official binary records, 32 pixels, 10 classes',
    path: 'the folder with data_batch_1.bin … data_batch_5.bin and test_batch.bin, or the one around cifar-10-batches-bin/',
  },
  cifar100: {
    summary: 'CIFAR-100 as official binary records, 32 pixels, 100 classes',
    path: 'the folder with train.bin and test.bin, or the one around cifar-100-binary/',
  },
};

const usage = 'data list | data check PATH [--type image-folder|cifar10|cifar100] [--json]';

/** `mixprop data`: which data sets there are, and whether one is sound. */
export const dataCommand: Command = {
  name: 'data',
  summary: 'list the types of data sets, or check one',
  usage,
  options: { type: { type: 'string' } },
  async run(invocation) {
    const [action, path, ...rest] = invocation.positionals;
    if (action === 'list' && path === undefined) return list(invocation);
    if (action === 'check' && path !== undefined && rest.length === 0) return check(invocation, path);
    const problem =
      action === undefined
        ? 'say what to do with data: list or check'
        : action === 'list'
          ? 'data list takes no further arguments'
          : action === 'check'
            ? 'data check takes the path of one data set'
            : `there is no "data ${action}"`;
    throw new UsageError(`${problem}\nusage: mixprop ${usage}`);
  },
};

function list(invocation: Invocation): number {
  const types = Object.entries(datasetTypes).map(([type, { summary, path }]) => ({ type, summary, path }));
  for (const { type, summary, path } of types) {
    invocation.print(`${type.padEnd(13)} ${summary}`);
    invocation.print(`${' '.repeat(13)} path: ${path ?? 'none needed'}`);
  }
  invocation.printJson(types);
  return 0;
}

async function check(invocation: Invocation, path: string): Promise<number> {
  const folder = existingFolder(path);
  const type = invocation.choice('type', ['image-folder', 'cifar10', 'cifar100']) ?? guessDatasetType(folder);
  const progress = invocation.progress();
  const report = await checkDataset(
    type,
    folder,
    (phase, done, total) => progress.update(phase, done, total),
    invocation.signal,
  ).finally(() => progress.clear());
  for (const line of describeReport(report)) invocation.print(line);
  invocation.printJson(report);
  return report.problems.length === 0 ? 0 : 1;
}

function existingFolder(path: string): string {
  try {
    return datasetFolder(path, process.cwd());
  } catch (error) {
    if (error instanceof DatasetError) throw new UsageError(error.message);
    throw error;
  }
}

const sizesShown = 5;

function describeReport({ path, type, classes, training, validation, sizes, problems }: DataReport): string[] {
  const shown = sizes.slice(0, sizesShown).map(({ width, height, images }) => `${width}×${height} (${images})`);
  const more = sizes.length > sizesShown ? ` and ${sizes.length - sizesShown} other sizes` : '';
  return [
    `${path}: ${type}, ${classes.length} classes`,
    `training    ${describePart(training, classes)}`,
    `validation  ${describePart(validation, classes)}`,
    `pixels      ${shown.length > 0 ? shown.join(', ') : 'no image could be read'}${more}`,
    problems.length === 0 ? 'no problems' : `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}:`,
    ...problems,
  ];
}

function describePart({ images, perClass }: PartReport, classes: readonly string[]): string {
  if (images === 0) return 'no images';
  const fewest = Math.min(...perClass);
  const most = Math.max(...perClass);
  if (fewest === most) return `${images} images, ${most} in every class`;
  const named = (count: number) => `${count} (${classes[perClass.indexOf(count)]})`;
  return `${images} images, from ${named(fewest)} to ${named(most)} in a class`;
}
