import { datasetPath } from '../../../common/dataset/dataset-folder';
import { DatasetError } from '../../../common/errors/dataset-error';
import { type CifarType, cifarTypes } from '../../../common/experiment/datasets/cifar';
import type { DatasetSettings } from '../../../common/experiment/datasets/datasets';
import type { DataProgress, Dataset, MemoryImageSet, OpenOptions, ValidationData } from '../dataset';
import { evenSubset } from '../subset';
import { type CifarFormat, type CifarFormName, cifarFormats } from './cifar-format';
import { type CifarRecords, cifarImageBytes, cifarImageSize, decodeCifarFile, decodeCifarNames } from './cifar-records';
import { findCifarSource, readCifarFiles } from './cifar-source';

export type CifarSettings = Extract<DatasetSettings, { type: CifarType }>;

/** A file of images, decoded. */
export interface CifarPart {
  name: string;
  records: CifarRecords;
}

/** All of a CIFAR data set, decoded. */
export interface CifarContents {
  classes: readonly string[];
  /** In the data set's order. */
  training: CifarPart[];
  test: CifarPart | undefined;
}

export interface ReadCifarOptions {
  /** Training images are passed over. */
  testOnly?: boolean;
  /** Called with each thing that makes the data set unusable; reading goes on if it returns. */
  onProblem: (problem: DatasetError) => void;
  onProgress: DataProgress;
  signal?: AbortSignal;
}

/**
 * Opens CIFAR-10 or CIFAR-100 as it is distributed, in the binary or the python form, unpacked or as `.tar.gz`
 * (`findCifarSource` says where it is looked for). Not all five training files of CIFAR-10 need be there. The data-set index of an
 * image is its place in the files, within the images that `trainingImages` or `validationImages` leave.
 *
 * @throws DatasetError naming the file that is missing or damaged
 */
export async function openCifar(settings: CifarSettings, options: OpenOptions): Promise<Dataset<MemoryImageSet>> {
  const contents = await readFor(settings, options, false);
  const { classes, training } = contents;
  return {
    classes,
    training: imageSet(training, classes.length, settings.trainingImages, 'dataset.trainingImages'),
    validation: validationSet(contents, settings),
  };
}

/** Opens the test images alone: files of training images may be missing. @throws as `openCifar` */
export async function openCifarTest(
  settings: CifarSettings,
  options: OpenOptions,
): Promise<ValidationData<MemoryImageSet>> {
  const contents = await readFor(settings, options, true);
  return { classes: contents.classes, validation: validationSet(contents, settings) };
}

function readFor(
  { path, type }: CifarSettings,
  { baseFolder, onProgress = () => {}, signal }: OpenOptions,
  testOnly: boolean,
): Promise<CifarContents> {
  const onProblem = (problem: DatasetError) => {
    throw problem;
  };
  return readCifar(datasetPath(path, baseFolder), type, { testOnly, onProblem, onProgress, signal });
}

const validationSet = ({ classes, test }: CifarContents, { validationImages }: CifarSettings) =>
  imageSet(test ? [test] : [], classes.length, validationImages, 'dataset.validationImages');

/**
 * Reads all of a CIFAR data set.
 *
 * @param path absolute path of an existing file or folder
 * @throws the signal's reason when aborted
 */
export async function readCifar(path: string, type: CifarType, options: ReadCifarOptions): Promise<CifarContents> {
  const { testOnly = false, onProblem, onProgress, signal } = options;
  const format = cifarFormats[type];
  const parts = new Map<string, CifarPart>();
  let classes = format.names;
  let form: CifarFormName | undefined;
  let place = path;
  try {
    const source = findCifarSource(path, format);
    if (!source) throw new DatasetError(nothingFound(path, format));
    place = source.path;
    if (source.kind === 'folder') form = source.form;
    for await (const file of readCifarFiles(source, format, { testOnly, onProblem, onProgress, signal })) {
      form = file.form;
      try {
        if (file.name === format.forms[form].namesFile)
          classes = decodeCifarNames(file.label, file.bytes, form, format);
        else parts.set(file.name, { name: file.name, records: decodeCifarFile(file.label, file.bytes, form, format) });
      } catch (error) {
        if (!(error instanceof DatasetError)) throw error;
        // The file is there, only not to be used.
        if (file.name !== format.forms[form].namesFile) parts.set(file.name, emptyPart(file.name));
        onProblem(error);
      }
    }
  } catch (error) {
    if (!(error instanceof DatasetError)) throw error;
    onProblem(error);
    return contentsOf(classes, parts, format, form ?? 'binary');
  }
  for (const missing of missingFiles(parts, format, form, testOnly)) onProblem(new DatasetError(`${place} ${missing}`));
  return contentsOf(classes, parts, format, form ?? 'binary');
}

const emptyPart = (name: string): CifarPart => ({ name, records: { labels: [], pixels: new Uint8Array(0) } });

function contentsOf(
  classes: readonly string[],
  parts: ReadonlyMap<string, CifarPart>,
  format: CifarFormat,
  form: CifarFormName,
): CifarContents {
  const { trainingFiles, testFile } = format.forms[form];
  return { classes, training: trainingFiles.flatMap((name) => parts.get(name) ?? []), test: parts.get(testFile) };
}

function nothingFound(path: string, format: CifarFormat): string {
  const { binary, python } = format.forms;
  const other = cifarTypes.find(
    (type) => cifarFormats[type] !== format && findCifarSource(path, cifarFormats[type])?.kind === 'folder',
  );
  if (other)
    return `${path} holds ${cifarFormats[other].title}, not ${format.title}: set dataset.type to "${other}" or correct the path`;
  return (
    `${path} has no ${format.title} (no ${binary.testFile}, ${python.testFile} or ${binary.archive}): ` +
    `unpack the official archive there, give its .tar.gz, or get it with "mixprop data download ${typeOf(format)}"`
  );
}

/** What is missing, as predicates. */
function missingFiles(
  parts: ReadonlyMap<string, CifarPart>,
  format: CifarFormat,
  form: CifarFormName | undefined,
  testOnly: boolean,
): string[] {
  if (form === undefined) {
    const others = cifarTypes.filter((type) => cifarFormats[type] !== format).map((type) => cifarFormats[type].title);
    return [`has no file of ${format.title} in it: give the official archive, or check whether it is ${others.join()}`];
  }
  const { trainingFiles, testFile } = format.forms[form];
  const missing = testOnly || trainingFiles.some((name) => parts.has(name)) ? [] : [trainingFiles[0]];
  if (!parts.has(testFile)) missing.push(testFile);
  return missing.map((name) => `has no ${name}: get the official archive again or correct the path`);
}

const typeOf = (format: CifarFormat) => cifarTypes.find((type) => cifarFormats[type] === format);

function imageSet(
  parts: readonly CifarPart[],
  classCount: number,
  limit: number | null,
  field: 'dataset.trainingImages' | 'dataset.validationImages',
): MemoryImageSet {
  const places = parts.flatMap((part) => part.records.labels.map((label, record) => ({ part, record, label })));
  const chosen = Array.from(
    evenSubset(
      places.map((place) => place.label),
      classCount,
      limit,
      field,
    ),
    (i) => places[i],
  );
  const pixels = new Uint8Array(chosen.length * cifarImageBytes);
  chosen.forEach(({ part, record }, i) => {
    pixels.set(
      part.records.pixels.subarray(record * cifarImageBytes, (record + 1) * cifarImageBytes),
      i * cifarImageBytes,
    );
  });
  return {
    count: chosen.length,
    imageSize: cifarImageSize,
    pixels,
    labels: Int32Array.from(chosen, (place) => place.label),
    path: (index) => `${chosen[index].part.name}#${chosen[index].record}`,
  };
}
