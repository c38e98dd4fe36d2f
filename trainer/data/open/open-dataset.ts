import type { DatasetSettings } from '../../../common/experiment/datasets/datasets';
import { classesOfNetwork } from '../data-identity';
import type { Dataset, OpenOptions } from '../dataset';
import { datasetSource } from './dataset-sources';

/**
 * Opens a data set: afterwards every image has been decoded once, and is in memory or is read when it is needed (`ImageSet`).
 *
 * @throws DatasetError naming the file or folder that is wrong, the field, and the remedy; also for other classes than the network's;
 *   the signal's reason when aborted
 */
export async function openDataset(settings: DatasetSettings, options: OpenOptions): Promise<Dataset> {
  const opened = await datasetSource(settings.type).open(settings, options);
  return { ...opened, classes: classesOfNetwork(options.networkClasses, opened.classes, settings) };
}
