import { basename, join, relative } from 'node:path';
import { folderNames } from '../../../common/dataset/dataset-folder';
import { findSplits, foldersNamed } from '../../../common/dataset/split-folders';
import type { CifarType } from '../../../common/experiment/datasets/cifar';
import type {
  DatasetSettings,
  DatasetType,
  FolderDatasetType,
  SettingsOfDataset,
} from '../../../common/experiment/datasets/datasets';
import { openCifar, openCifarTest } from '../cifar/cifar';
import { cifarFormats } from '../cifar/cifar-format';
import { findCifarSource } from '../cifar/cifar-source';
import type { Dataset, ImageSet, OpenOptions, ValidationData } from '../dataset';
import {
  listFolderTraining,
  listFolderValidation,
  openFolderValidation,
  openImageFolder,
} from '../image-folder/image-folder';
import { openShapes, openShapesValidation } from '../shapes/shapes';
import { type CheckOptions, checkCifar, checkImageFolder, type TrainingDataReport } from './check-training-data';

/** What reads a type of data sets. All throw a DatasetError that names the file or folder that is wrong, and the remedy. */
export interface DatasetSource<Settings> {
  /** Afterwards every image has been decoded once. */
  open(settings: Settings, options: OpenOptions): Promise<Dataset>;
  /** The same of the validation images alone: training images need not be there. */
  openValidation(settings: Settings, options: OpenOptions): Promise<ValidationData>;
  /** Where images are files: the validation images, none of them decoded. */
  listValidation?(settings: Settings, options: OpenOptions): ValidationData;
  /** Where images are files: the training images of these classes, none of them decoded. */
  listTraining?(settings: Settings, classes: readonly string[], options: OpenOptions): ImageSet;
}

/** What there is to do with a type of data sets that lies on the disk. Paths are absolute and exist. */
export interface DatasetOnDisk {
  /** By what a folder is known to be such a data set: "it has train/ and val/"; undefined where it is none. */
  recognise(folder: string): string | undefined;
  /** Reads everything, and lists what is wrong. */
  check(path: string, options: CheckOptions): Promise<TrainingDataReport>;
  /** Names of the classes where nothing else says; null where those of folders do. */
  readonly classNames: readonly string[] | null;
}

/** Where an image folder is recognised surely: by folders in train/. */
function recogniseImageFolder(folder: string): string | undefined {
  const { training, validation, test } = findSplits(folder);
  if (!training.some((name) => folderNames(join(folder, name)).length > 0)) return undefined;
  return `it has ${foldersNamed([...training, ...(validation.length > 0 ? validation : test)])}`;
}

function cifarOnDisk(type: CifarType): DatasetOnDisk {
  const format = cifarFormats[type];
  return {
    recognise: (folder) => {
      const source = findCifarSource(folder, format);
      if (!source) return undefined;
      if (source.kind === 'archive') return `it has the archive ${basename(source.path)}`;
      const inside = relative(folder, source.path);
      return `it has the ${source.form} files of ${format.title}${inside === '' ? '' : ` in ${inside}/`}`;
    },
    check: (path, options) => checkCifar(type, path, options),
    classNames: format.names,
  };
}

const cifar = (type: CifarType) => ({ open: openCifar, openValidation: openCifarTest, ...cifarOnDisk(type) });

type SourceOf<Type extends DatasetType> = DatasetSource<SettingsOfDataset<Type>> &
  (Type extends FolderDatasetType ? DatasetOnDisk : unknown);

const sources: { readonly [Type in DatasetType]: SourceOf<Type> } = {
  shapes: { open: openShapes, openValidation: openShapesValidation },
  'image-folder': {
    open: openImageFolder,
    openValidation: openFolderValidation,
    listValidation: listFolderValidation,
    listTraining: listFolderTraining,
    recognise: recogniseImageFolder,
    check: checkImageFolder,
    classNames: null,
  },
  cifar10: cifar('cifar10'),
  cifar100: cifar('cifar100'),
};

/** What reads a data set; its functions take the settings of that type. */
export const datasetSource = (type: DatasetType): DatasetSource<DatasetSettings> => sources[type];

export const datasetOnDisk = (type: FolderDatasetType): DatasetOnDisk => sources[type];
