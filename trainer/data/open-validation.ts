import type { DatasetSettings } from '../experiment/schema';
import { openCifarTest } from './cifar';
import type { OpenOptions, ValidationData } from './dataset';
import { openFolderValidation } from './image-folder';
import { openShapesValidation } from './shapes';

export interface OpenValidationOptions extends OpenOptions {
  /** Names in the order of the network's outputs, where its run recorded them. */
  networkClasses?: readonly string[];
}

/**
 * Opens of a data set what a finished network is evaluated on. Training images are not read, and need not be there.
 *
 * @throws DatasetError naming the file or folder that is wrong, the field, and the remedy; the signal's reason when aborted
 */
export async function openValidation(
  settings: DatasetSettings,
  options: OpenValidationOptions,
): Promise<ValidationData> {
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
