import { statSync } from 'node:fs';
import { type FolderDatasetType, folderDatasetTypes } from '../../../common/experiment/datasets/datasets';
import { cifarTypeOfArchive } from '../cifar/cifar-source';
import { type CorruptedReport, checkCifarC, checkImageNetC } from '../corrupted/check-corrupted';
import type { CorruptedLayout } from '../corrupted/corrupted-set';
import type { CheckOptions, TrainingDataReport } from './check-training-data';
import { type RecognisedLayout, recogniseLayout } from './dataset-layout';
import { datasetOnDisk } from './dataset-sources';

/** What `data check` can check: data sets to train on, and sets of corrupted images. */
export type CheckedType = FolderDatasetType | CorruptedLayout;
export type DataReport = TrainingDataReport | CorruptedReport;

const checks: {
  readonly [Type in CorruptedLayout]: (path: string, options: CheckOptions) => Promise<CorruptedReport>;
} = { 'imagenet-c': checkImageNetC, 'cifar-c': checkCifarC };

export const checkedTypes: readonly CheckedType[] = [...folderDatasetTypes, 'imagenet-c', 'cifar-c'];

/**
 * The data set that a folder or file looks like, and by what that is told.
 *
 * @param path absolute path, existing
 * @throws DatasetError if a file is no archive of a data set
 */
export async function recogniseDataset(path: string, signal: AbortSignal): Promise<RecognisedLayout> {
  if (statSync(path).isDirectory()) return recogniseLayout(path);
  const type = await cifarTypeOfArchive(path, signal);
  return { type, reason: 'by the names of the files in the archive' };
}

/**
 * Reads all of a data set and lists everything that is wrong with it.
 *
 * @param path absolute path of an existing folder or, for CIFAR, an archive
 * @throws the signal's reason when aborted; DatasetError if the list of classes cannot be read
 */
export async function checkDataset(type: CheckedType, path: string, options: CheckOptions): Promise<DataReport> {
  const check = type in checks ? checks[type as CorruptedLayout] : datasetOnDisk(type as FolderDatasetType).check;
  const report: DataReport = await check(path, options);
  if (report.sizes.length === 0 && report.problems.length === 0)
    report.problems.push(`${path} has no images: correct the path, or put the data set there`);
  return report;
}
