import type { DatasetSettings } from '../../../common/experiment/schema';
import { openCifar } from '../cifar/cifar';
import { classesOfNetwork } from '../data-identity';
import type { Dataset, OpenOptions } from '../dataset';
import { openImageFolder } from '../image-folder/image-folder';
import { openShapes } from '../shapes/shapes';

/**
 * Opens a data set: afterwards every image has been decoded once, and is in memory or is read when it is needed (`ImageSet`).
 *
 * @throws DatasetError naming the file or folder that is wrong, the field, and the remedy; also for other classes than the network's;
 *   the signal's reason when aborted
 */
export async function openDataset(settings: DatasetSettings, options: OpenOptions): Promise<Dataset> {
  const opened = await openOfType(settings, options);
  return { ...opened, classes: classesOfNetwork(options.networkClasses, opened.classes, settings) };
}

async function openOfType(settings: DatasetSettings, options: OpenOptions): Promise<Dataset> {
  switch (settings.type) {
    case 'shapes':
      return openShapes(settings, options);
    case 'image-folder':
      return openImageFolder(settings, options);
    case 'cifar10':
    case 'cifar100':
      return openCifar(settings, options);
  }
}
