import { cacheFolder } from '../data/cache-folder';
import { DatasetError } from '../data/dataset';
import { readImage } from '../data/image-source';
import { openValidation } from '../data/open-validation';
import { fitImage } from '../data/resize';
import { pngOf } from '../explain/overlay-png';
import { UsageError } from '../usage-error';
import type { Invocation } from './command';
import { readExperiment } from './experiment-files';

/** Pixels a side of a thumbnail, at most. */
const thumbnailSide = 48;

/** A validation image as it is listed. */
interface ListedImage {
  index: number;
  path: string;
  class: string;
  /** A small PNG in base64, of as many images as were asked for. */
  thumbnail?: string;
}

/**
 * `mixprop data images EXPERIMENT [--thumbnails N]`: the validation images of an experiment, which `explain.images` chooses
 * from; N of them, evenly spread, with a thumbnail.
 */
export async function listImages(invocation: Invocation, file: string): Promise<number> {
  const { experiment, baseFolder, lines } = readExperiment(file);
  if (!experiment) throw new UsageError(lines.join('\n'));
  const progress = invocation.progress();
  const { classes, readableNames, validation } = await openValidation(experiment.dataset, {
    baseFolder,
    cacheFolder: cacheFolder(),
    loading: experiment.loading,
    onProgress: (phase, done, total) => progress.update(phase, done, total),
    onWarning: (message) => {
      progress.clear();
      invocation.printError(`warning: ${message}`);
    },
    signal: invocation.signal,
  }).catch((error: unknown) => {
    throw error instanceof DatasetError ? new UsageError(error.message) : error;
  });
  progress.clear();
  const wanted = invocation.json ? (invocation.integer('thumbnails', 0) ?? 0) : 0;
  const every = wanted === 0 ? Number.POSITIVE_INFINITY : Math.ceil(validation.count / wanted);
  const images: ListedImage[] = [];
  for (let index = 0; index < validation.count; index++) {
    invocation.signal.throwIfAborted();
    const image = { index, path: validation.path(index), class: classes[validation.labels[index]] };
    if (index % every === 0) {
      const size = validation.imageSize;
      const data = await readImage(validation, index);
      const side = Math.min(size, thumbnailSide);
      const small = fitImage({ data, width: size, height: size }, side, 'validation');
      images.push({ ...image, thumbnail: (await pngOf(small, side)).toString('base64') });
    } else images.push(image);
    invocation.print(`${index}\t${image.class}\t${image.path}`);
  }
  invocation.printJson({ classes, ...(readableNames && { readableNames }), images });
  return 0;
}
