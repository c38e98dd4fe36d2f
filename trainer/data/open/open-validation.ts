import type { DatasetSettings } from '../../../common/experiment/schema';
import { openCifarTest } from '../cifar/cifar';
import { classesOfNetwork } from '../data-identity';
import type { OpenOptions, ValidationData } from '../dataset';
import { openFolderValidation } from '../image-folder/image-folder';
import { openShapesValidation } from '../shapes/shapes';

/**
 * Opens of a data set what a finished network is evaluated on. Training images are not read, and need not be there.
 *
 * @throws DatasetError naming the file or folder that is wrong, the field, and the remedy; also for other classes than the network's;
 *   the signal's reason when aborted
 */
export async function openValidation(settings: DatasetSettings, options: OpenOptions): Promise<ValidationData> {
  const opened = await openOfType(settings, options);
  return { ...opened, classes: classesOfNetwork(options.networkClasses, opened.classes, settings) };
}

async function openOfType(settings: DatasetSettings, options: OpenOptions): Promise<ValidationData> {
  switch (settings.type) {
    case 'shapes':
      return openShapesValidation(settings, options);
    case 'image-folder':
      return openFolderValidation(settings, options);
    case 'cifar10':
    case 'cifar100':
      return openCifarTest(settings, options);
  }
}
