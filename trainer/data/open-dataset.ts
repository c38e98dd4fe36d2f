import type { DatasetSettings } from '../experiment/schema';
import { openCifar } from './cifar';
import type { Dataset, OpenOptions } from './dataset';
import { openImageFolder } from './image-folder';
import { openShapes } from './shapes';

/**
 * Opens a data set: afterwards every image has been decoded once, and is in memory or is read when it is needed (`ImageSet`).
 *
 * @throws DatasetError naming the file or folder that is wrong, the field, and the remedy; the signal's reason when aborted
 */
export async function openDataset(settings: DatasetSettings, options: OpenOptions): Promise<Dataset> {
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
