import { type DatasetSettings, imageSizeOf } from '../../../common/experiment/datasets/datasets';
import { openFolderOfClasses, openFolderOfImages } from '../corrupted/evaluation-images';
import { classesOfNetwork } from '../data-identity';
import type { OpenOptions, ValidationData } from '../dataset';
import { datasetOnDisk, datasetSource } from './dataset-sources';

/**
 * Opens of a data set what a finished network is evaluated on. Training images are not read, and need not be there.
 *
 * @throws DatasetError naming the file or folder that is wrong, the field, and the remedy; also for other classes than the network's;
 *   the signal's reason when aborted
 */
export async function openValidation(settings: DatasetSettings, options: OpenOptions): Promise<ValidationData> {
  const opened = await datasetSource(settings.type).openValidation(settings, options);
  return { ...opened, classes: classesOfNetwork(options.networkClasses, opened.classes, settings) };
}

/**
 * Opens a folder of validation images in the place of an experiment's data set. Its classes are the network's, or those that the
 * data set has without its own list.
 *
 * @param path absolute
 * @throws DatasetError as `openEvaluationFolder`, or if the classes are known not to be the network's
 */
export function openValidationFolder(
  path: string,
  settings: Extract<DatasetSettings, { path: string }>,
  options: Pick<OpenOptions, 'baseFolder' | 'networkClasses' | 'onWarning'>,
): ValidationData {
  if (settings.type === 'image-folder') return openFolderOfImages(path, settings, options);
  const classes = options.networkClasses ?? datasetOnDisk(settings.type).classNames ?? [];
  return openFolderOfClasses(path, { classes, imageSize: imageSizeOf(settings) }, options);
}
