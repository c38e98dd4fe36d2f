import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatasetError } from '../../../common/errors/dataset-error';
import { reasonOf } from '../../../common/errors/system-error';
import { type CifarType, cifarTypes } from '../../../common/experiment/datasets/cifar';
import type { DataProgress } from '../dataset';
import { looksLikeArchive, readArchive } from '../formats/archive';
import {
  type CifarForm,
  type CifarFormat,
  type CifarFormName,
  cifarFormats,
  cifarFormNames,
  recordFiles,
} from './cifar-format';

/** Where a CIFAR data set lies: in a folder with its files, or in an archive of them. */
export type CifarSource = { kind: 'folder'; form: CifarFormName; path: string } | { kind: 'archive'; path: string };

/** A file of the data set, read. */
export interface CifarFile {
  /** Its name in the data set: data_batch_1.bin. */
  name: string;
  /** How messages call it: its path, or "archive: path inside". */
  label: string;
  form: CifarFormName;
  bytes: Buffer;
}

/** The largest official file, CIFAR-100's training images, has 155 MB; the archives unpack to 187 MB. */
const maxFileBytes = 256 * 2 ** 20;

/**
 * Looks for a data set at `path`: an archive; a folder with the files of either form; a folder around the one that the
 * official archive unpacks to; a folder with the official archive in it. Unpacked files come before archives, the binary form before
 * the python form.
 *
 * @param path absolute path of an existing file or folder
 */
export function findCifarSource(path: string, format: CifarFormat): CifarSource | undefined {
  if (!statSync(path).isDirectory()) return looksLikeArchive(path) ? { kind: 'archive', path } : undefined;
  for (const inside of [false, true]) {
    for (const form of cifarFormNames) {
      const folder = inside ? join(path, format.forms[form].folder) : path;
      if (recordFiles(format.forms[form]).some((name) => isFile(join(folder, name))))
        return { kind: 'folder', form, path: folder };
    }
  }
  const archives = cifarFormNames.map((form) => join(path, format.forms[form].archive));
  const archive = archives.find(isFile);
  return archive === undefined ? undefined : { kind: 'archive', path: archive };
}

/** Folders of the same names do not count: `train` and `test` are those of image folders too. */
const isFile = (path: string) => existsSync(path) && !statSync(path).isDirectory();

/**
 * The type of data set in an archive, told by the first file that only one of them has.
 *
 * @throws DatasetError if it is no archive of CIFAR or is damaged before such a file
 */
export async function cifarTypeOfArchive(file: string, signal?: AbortSignal): Promise<CifarType> {
  if (!looksLikeArchive(file))
    throw new DatasetError(
      `${file} is neither a .tar.gz nor a .tar archive: give an official archive of CIFAR, or a folder`,
    );
  let found: CifarType | undefined;
  const wants = (name: string) => {
    found ??= cifarTypes.find((type) => formOf(basename(name), cifarFormats[type]) !== undefined);
    return found !== undefined;
  };
  for await (const _ of readArchive(file, { wants, ...limits, signal })) break;
  if (found) return found;
  throw new DatasetError(
    `${file} has no file of CIFAR-10 or CIFAR-100 in it: give an official archive, binary or python`,
  );
}

const limits = { maxMemberBytes: maxFileBytes, maxBytes: 512 * 2 ** 20 };

/**
 * Reads the files of a data set one after the other; in a folder those that are there, in the data set's order, in an archive in
 * the archive's order. Nothing is unpacked to the disk.
 *
 * @throws DatasetError if an archive is damaged, or has the files in more than one folder; the signal's reason when aborted
 */
export async function* readCifarFiles(
  source: CifarSource,
  format: CifarFormat,
  options: ReadCifarFilesOptions,
): AsyncGenerator<CifarFile> {
  if (source.kind === 'archive') yield* readFromArchive(source.path, format, options);
  else yield* readFromFolder(source.path, source.form, format, options);
}

export interface ReadCifarFilesOptions {
  /** Training images are passed over. */
  testOnly: boolean;
  /** Called with what is wrong with one file; reading goes on if it returns. */
  onProblem: (problem: DatasetError) => void;
  onProgress: DataProgress;
  signal?: AbortSignal;
}

async function* readFromFolder(
  folder: string,
  form: CifarFormName,
  format: CifarFormat,
  { testOnly, onProblem, onProgress, signal }: ReadCifarFilesOptions,
): AsyncGenerator<CifarFile> {
  const present = new Set(readdirSync(folder));
  const names = filesOf(format.forms[form], testOnly).filter((name) => present.has(name));
  for (const [i, name] of names.entries()) {
    signal?.throwIfAborted();
    const label = join(folder, name);
    try {
      const bytes = readWhole(label);
      yield { name, label, form, bytes };
    } catch (error) {
      if (!(error instanceof DatasetError)) throw error;
      onProblem(error);
    }
    onProgress('reading records', i + 1, names.length);
    await new Promise(setImmediate);
  }
}

function readWhole(file: string): Buffer {
  try {
    const stats = statSync(file);
    if (!stats.isFile()) throw new DatasetError(`${file} is not a file: get the official archive again`);
    if (stats.size > maxFileBytes)
      throw new DatasetError(
        `${file} has ${stats.size} bytes, more than any file of CIFAR: get the official archive again`,
      );
    return readFileSync(file);
  } catch (error) {
    if (error instanceof DatasetError) throw error;
    throw new DatasetError(`${file} cannot be read: ${reasonOf(error)}`);
  }
}

async function* readFromArchive(
  file: string,
  format: CifarFormat,
  { testOnly, onProgress, signal }: ReadCifarFilesOptions,
): AsyncGenerator<CifarFile> {
  /** Folder and form of the first file that is read: the others are beside it. */
  let place: { folder: string; form: CifarFormName } | undefined;
  const wants = (path: string) => {
    const form = formOf(basename(path), format);
    if (form === undefined) return false;
    place ??= { folder: dirname(path), form };
    if (place.folder === dirname(path) && place.form === form)
      return filesOf(format.forms[form], testOnly).includes(basename(path));
    throw new DatasetError(
      `${file} has files of ${format.title} in more than one folder or form (${path} beside ${place.folder}/): keep one of them`,
    );
  };
  const progress = (done: number, total: number) => onProgress('reading the archive', done, total);
  for await (const { name, data } of readArchive(file, { wants, ...limits, onProgress: progress, signal })) {
    const form = formOf(basename(name), format);
    if (form) yield { name: basename(name), label: `${file}: ${name}`, form, bytes: data };
  }
}

/** The files that are read, names of classes first. */
const filesOf = (form: CifarForm, testOnly: boolean): string[] => [
  form.namesFile,
  ...(testOnly ? [form.testFile] : recordFiles(form)),
];

/** The form that has a file of this name. */
function formOf(name: string, format: CifarFormat): CifarFormName | undefined {
  return cifarFormNames.find((form) => filesOf(format.forms[form], false).includes(name));
}
