import { join } from 'node:path';
import { compareCodeUnits, folderNames } from '../../../common/dataset/dataset-folder';
import { DatasetError } from '../../../common/errors/dataset-error';
import { cifarTypes } from '../../../common/experiment/datasets/cifar';
import { cifarFormats } from '../cifar/cifar-format';
import type { DataProgress } from '../dataset';
import { readNpyRows } from '../formats/npy';
import { ScanNotes, scanClass } from '../image-folder/class-folders';
import type { PassedOverCount } from '../image-folder/passed-over';
import { type BrokenFile, DecodedFiles, type ImageSizes, sumUpBroken } from '../images/image-sizes';
import { cifarCorruptions, cifarSeverities, readCifarLabels, readCorruptionHeader } from './cifar-c';
import { imageNetCorruptions, severityPlace } from './imagenet-c';

/** What `data check` found in a set of corrupted images: everything was read. */
export interface CorruptedReport {
  type: 'imagenet-c' | 'cifar-c';
  path: string;
  classes: string[];
  /** In the order of the names; of each the severities that there are. */
  corruptions: { name: string; severities: { severity: number; images: number; perClass: number[] }[] }[];
  /** Sizes of the images in pixels, the most frequent first. */
  sizes: ImageSizes;
  /** Every image file that cannot be decoded. */
  brokenFiles: BrokenFile[];
  /** Of image files: what in the folders is not read, by reason. */
  passedOver?: PassedOverCount[];
  /** What leaves the set usable, but should be known. */
  warnings: string[];
  /** What makes the set or a part of it unusable, each naming file or folder and remedy. */
  problems: string[];
}

interface CheckOptions {
  onProgress: DataProgress;
  signal: AbortSignal;
}

/** Checks `<corruption>/<severity>/<class>/`: every part needs the same classes, and every image is decoded. */
export async function checkImageNetC(path: string, { onProgress, signal }: CheckOptions): Promise<CorruptedReport> {
  const notes = new ScanNotes(path);
  const problems: string[] = [];
  const folders = imageNetCorruptions(path);
  if (folders.size === 0) problems.push(`${path} has no folders <corruption>/<severity>/: unpack ImageNet-C there`);
  const parts = Array.from(folders).flatMap(([name, corruption]) =>
    corruption.severities.map((severity) => {
      const place = severityPlace(path, corruption, severity);
      return { name, severity, place, classes: new Set(folderNames(join(path, place))) };
    }),
  );
  const classes = [...new Set(parts.flatMap((part) => [...part.classes]))].sort(compareCodeUnits);
  const decoded = new DecodedFiles();
  const corruptions: CorruptedReport['corruptions'] = Array.from(folders.keys(), (name) => ({ name, severities: [] }));
  for (const [i, part] of parts.entries()) {
    const missing = classes.filter((name) => !part.classes.has(name));
    if (missing.length > 0)
      problems.push(
        `${join(path, part.place)} lacks ${missing.length} of ${classes.length} classes (${missing.slice(0, 5).join(', ')}): every part needs the same`,
      );
    const files = classes.map((name) => (part.classes.has(name) ? scanClass(`${part.place}/${name}`, notes) : []));
    const paths = files.flat().map((file) => join(path, file));
    await decoded.add(paths, (done) => onProgress(`${part.name} ${part.severity}`, done, paths.length), signal);
    corruptions
      .find(({ name }) => name === part.name)
      ?.severities.push({ severity: part.severity, images: paths.length, perClass: files.map(({ length }) => length) });
    onProgress('checking corruptions', i + 1, parts.length);
  }
  const rest = notes.passedOver.warning();
  return {
    type: 'imagenet-c',
    path,
    classes,
    corruptions,
    sizes: decoded.sizes,
    brokenFiles: decoded.broken,
    passedOver: notes.passedOver.counts(),
    warnings: rest === undefined ? [] : [rest],
    problems: [...notes.allProblems(), ...problems, ...sumUpBroken(decoded.broken)],
  };
}

/** Checks `<corruption>.npy` and `labels.npy`: every byte is read. */
export async function checkCifarC(path: string, { onProgress, signal }: CheckOptions): Promise<CorruptedReport> {
  const problems: string[] = [];
  const names = [...cifarCorruptions(path).keys()];
  if (names.length === 0) problems.push(`${path} has no <corruption>.npy: unpack CIFAR-10-C or CIFAR-100-C there`);
  const corruptions: CorruptedReport['corruptions'] = [];
  let images = 0;
  let classCount = 0;
  for (const [i, name] of names.entries()) {
    try {
      const { file, header } = readCorruptionHeader(path, name);
      const labels = readCifarLabels(path, header.shape[0], cifarFormats.cifar100.classCount);
      classCount ||= classCountOf(labels);
      const count = labels.length / cifarSeverities.length;
      const severities: CorruptedReport['corruptions'][number]['severities'] = [];
      for (const severity of cifarSeverities) {
        signal.throwIfAborted();
        const start = (severity - 1) * count;
        readNpyRows(file, header, start, count);
        const perClass = new Array<number>(classCount).fill(0);
        for (const label of labels.subarray(start, start + count)) perClass[label]++;
        severities.push({ severity, images: count, perClass });
        await new Promise(setImmediate);
      }
      images += labels.length;
      corruptions.push({ name, severities });
    } catch (error) {
      if (!(error instanceof DatasetError)) throw error;
      if (!problems.includes(error.message)) problems.push(error.message);
    }
    onProgress('reading arrays', i + 1, names.length);
  }
  const classes = cifarTypes
    .map((type) => cifarFormats[type])
    .find((format) => format.classCount === classCount)?.names;
  const sizes = images > 0 ? [{ width: 32, height: 32, images }] : [];
  return {
    type: 'cifar-c',
    path,
    classes: [...(classes ?? [])],
    corruptions,
    sizes,
    brokenFiles: [],
    warnings: [],
    problems,
  };
}

/** CIFAR-10-C and CIFAR-100-C differ in nothing but their labels. */
function classCountOf(labels: Int32Array): number {
  const { cifar10, cifar100 } = cifarFormats;
  return labels.every((label) => label < cifar10.classCount) ? cifar10.classCount : cifar100.classCount;
}
