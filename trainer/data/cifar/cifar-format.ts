import type { CifarType } from '../../../common/experiment/datasets/cifar';

/** The two forms that are read here of the three in which CIFAR is distributed. */
export type CifarFormName = 'binary' | 'python';

/** The files of one form: https://www.cs.toronto.edu/~kriz/cifar.html. */
export interface CifarForm {
  /** Folder that the official archive unpacks to. */
  folder: string;
  /** File name of the official archive. */
  archive: string;
  trainingFiles: readonly string[];
  testFile: string;
  namesFile: string;
}

export interface CifarFormat {
  title: string;
  forms: Record<CifarFormName, CifarForm>;
  classCount: number;
  /** Names for where the data set's own list is missing. */
  names: readonly string[];
  /** Bytes before the pixels of a binary record; the last of them is the class. */
  labelBytes: number;
  /** Names of the classes' fields in the pickled dictionaries. */
  labelsKey: string;
  namesKey: string;
}

const tenBatches = [1, 2, 3, 4, 5].map((number) => `data_batch_${number}`);

export const cifarFormats: Record<CifarType, CifarFormat> = {
  cifar10: {
    title: 'CIFAR-10',
    forms: {
      binary: {
        folder: 'cifar-10-batches-bin',
        archive: 'cifar-10-binary.tar.gz',
        trainingFiles: tenBatches.map((name) => `${name}.bin`),
        testFile: 'test_batch.bin',
        namesFile: 'batches.meta.txt',
      },
      python: {
        folder: 'cifar-10-batches-py',
        archive: 'cifar-10-python.tar.gz',
        trainingFiles: tenBatches,
        testFile: 'test_batch',
        namesFile: 'batches.meta',
      },
    },
    classCount: 10,
    names: ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'],
    labelBytes: 1,
    labelsKey: 'labels',
    namesKey: 'label_names',
  },
  cifar100: {
    title: 'CIFAR-100',
    forms: {
      binary: {
        folder: 'cifar-100-binary',
        archive: 'cifar-100-binary.tar.gz',
        trainingFiles: ['train.bin'],
        testFile: 'test.bin',
        namesFile: 'fine_label_names.txt',
      },
      python: {
        folder: 'cifar-100-python',
        archive: 'cifar-100-python.tar.gz',
        trainingFiles: ['train'],
        testFile: 'test',
        namesFile: 'meta',
      },
    },
    classCount: 100,
    names: Array.from({ length: 100 }, (_, label) => String(label)),
    labelBytes: 2,
    labelsKey: 'fine_labels',
    namesKey: 'fine_label_names',
  },
};

export const cifarFormNames: readonly CifarFormName[] = ['binary', 'python'];

/** Files with images, in the order of the data set. */
export const recordFiles = ({ trainingFiles, testFile }: CifarForm): string[] => [...trainingFiles, testFile];
