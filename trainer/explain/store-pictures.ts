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
  {
    imageSize,
    classes,
    problems,
  }: { imageSize: number; classes: readonly string[]; problems: readonly ImageProblem[] },
): Promise<void> {
  const pictures: StoredPictures['pictures'] = [];
  for (const { path, pixels, index, label } of images) {
    pictures.push({
      path,
      ...(index !== undefined && { index }),
      ...(label !== undefined && { label: classes[label] }),
      png: (await pngOf(pixels, imageSize)).toString('base64'),
    });
  }
  writePictures(folder, { imageSize, pictures, problems: [...problems] });
}
