import { statSync } from 'node:fs';
import { UsageError } from '../../common/errors/usage-error';
import { datasetAt, readRecordedRun } from '../../common/run/recorded-run';
import { readImage } from '../data/images/image-reader';
import { fitImage } from '../data/images/resize';
import { openValidation } from '../data/open/open-validation';
import { pngOf } from '../explain/overlay-png';
import { recordedClasses } from '../recorded/recorded-classes';
import { validationWarnings } from '../recorded/same-images';
import type { Invocation } from './command';
import { requireExperiment } from './experiment-files';
import { openData } from './open-data';

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
 * `mixprop data images EXPERIMENT|RUN [--thumbnails N]`: the validation images of an experiment or a run, which `explain.images`
 * chooses from; N of them, evenly spread, with a thumbnail.
 */
export async function listImages(invocation: Invocation, target: string): Promise<number> {
  const thumbnails = invocation.integer('thumbnails', 0) ?? 0;
  if (thumbnails > 0 && !invocation.json) throw new UsageError('--thumbnails puts pictures into JSON: give --json too');
  const run = statSync(target, { throwIfNoEntry: false })?.isDirectory() ? readRecordedRun(target) : undefined;
  const opened = run ?? requireExperiment(target);
  const settings = datasetAt(opened.experiment.dataset, undefined, run);
  const dataset = await openData(invocation, opened, recordedClasses(undefined, run), (options) =>
    openValidation(settings, options),
  );
  if (run) invocation.warn(...validationWarnings(run, dataset));
  const { classes, readableNames, validation } = dataset;
  const every = thumbnails === 0 ? Number.POSITIVE_INFINITY : Math.ceil(validation.count / thumbnails);
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
