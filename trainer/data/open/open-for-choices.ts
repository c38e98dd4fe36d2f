import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { DatasetSettings } from '../../../common/experiment/datasets/datasets';
import type { Dataset, ImageSet, OpenOptions } from '../dataset';
import { datasetSource } from './dataset-sources';
import { openDataset } from './open-dataset';
import { openValidation } from './open-validation';

/**
 * Opens of a data set what is needed to look at chosen images: the validation images, and training images only if one may be
 * among them. Those of an image folder are listed, not decoded: training images need not be there, and one that is damaged
 * leaves the others.
 *
 * @param choices indices of validation images, paths in the data set, or files elsewhere; none: all validation images, decoded
 * @param places folders that a relative path of a file elsewhere may be in
 * @throws DatasetError as `openValidation` and `openDataset`
 */
export async function openForChoices(
  choices: readonly (string | number)[],
  settings: DatasetSettings,
  places: readonly string[],
  options: OpenOptions,
): Promise<Dataset> {
  const { listValidation, listTraining } = datasetSource(settings.type);
  const opened =
    listValidation && choices.length > 0 ? listValidation(settings, options) : await openValidation(settings, options);
  const { classes, validation } = opened;
  const paths = new Set(Array.from({ length: validation.count }, (_, index) => validation.path(index)));
  const others = choices.filter((choice): choice is string => typeof choice === 'string' && !paths.has(choice));
  if (listTraining)
    return {
      ...opened,
      training: others.length > 0 ? listTraining(settings, classes, options) : noImages(validation.imageSize),
    };
  const isFile = (path: string) =>
    places.some((place) => statSync(resolve(place, path), { throwIfNoEntry: false })?.isFile());
  if (!others.every(isFile)) return openDataset(settings, options);
  return { ...opened, training: noImages(validation.imageSize) };
}

const noImages = (imageSize: number): ImageSet => ({
  count: 0,
  imageSize,
  labels: new Int32Array(0),
  path: (index) => {
    throw new Error(`there is no image ${index}`);
  },
});
