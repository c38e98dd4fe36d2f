import { readPictures, type StoredPictures, writePictures } from '../../common/run/explain-pictures';
import type { ValidationData } from '../data/dataset';
import type { ChosenImage, ImageProblem } from './chosen-images';
import { pngOf } from './overlay-png';

interface PictureSource extends Pick<ValidationData, 'classes' | 'readableNames'> {
  imageSize: number;
  /** Images without a picture, and why. */
  problems: readonly ImageProblem[];
}

/**
 * Stores chosen images, as the network sees them, beside their maps, so that panels need no data set. Earlier pictures stay,
 * since earlier epochs have maps of them; `problems` are replaced.
 * @param folder a run's `explain/`, or one like it
 * @throws RunWriteError
 */
export async function addPictures(
  folder: string,
  images: readonly ChosenImage[],
  source: PictureSource,
): Promise<void> {
  const added = await picturesOf(images, source);
  const paths = new Set(added.pictures.map(({ path }) => path));
  const earlier = earlierPictures(folder, source.imageSize).filter(({ path }) => !paths.has(path));
  writePictures(folder, { ...added, pictures: [...earlier, ...added.pictures] });
}

/** Empty where the file is missing or damaged: it is then rewritten. */
function earlierPictures(folder: string, imageSize: number): StoredPictures['pictures'] {
  try {
    const stored = readPictures(folder);
    return stored.imageSize === imageSize ? stored.pictures : [];
  } catch {
    return [];
  }
}

async function picturesOf(
  images: readonly ChosenImage[],
  { imageSize, classes, readableNames, problems }: PictureSource,
): Promise<StoredPictures> {
  const pictures: StoredPictures['pictures'] = [];
  for (const { path, pixels, index, label } of images) {
    pictures.push({
      path,
      ...(index !== undefined && { index }),
      ...(label !== undefined && { label: classes[label] }),
      png: (await pngOf(pixels, imageSize)).toString('base64'),
    });
  }
  return { imageSize, pictures, problems: [...problems], ...(readableNames && { readableNames }) };
}
