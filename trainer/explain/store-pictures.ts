import { type StoredPictures, writePictures } from '../run/explain-pictures';
import type { ChosenImage, ImageProblem } from './chosen-images';
import { pngOf } from './overlay-png';

/**
 * Keeps chosen images as the network sees them beside their maps, so that panels need no data set.
 * @param folder a run's `explain/`, or one like it
 * @throws RunWriteError
 */
export async function storePictures(
  folder: string,
  images: readonly ChosenImage[],
  imageSize: number,
  problems: readonly ImageProblem[],
): Promise<void> {
  const pictures: StoredPictures['pictures'] = [];
  for (const { path, pixels } of images) {
    pictures.push({ path, png: (await pngOf(pixels, imageSize)).toString('base64') });
  }
  writePictures(folder, { imageSize, pictures, problems: [...problems] });
}
