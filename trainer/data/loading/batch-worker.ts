import { workerData } from 'node:worker_threads';
import { ImageReader } from '../images/image-reader';
import { resizedCrop } from '../images/resized-crop';
import type { BatchReport } from '../workers/batch-pool';
import { serveBatches, workerPort } from '../workers/worker-thread';
import { boxOf, channelTables, padding, writeImage } from './augment';
import type { BatchWorkerData, LoaderRequest } from './batch-loader';

/** Entry of a worker thread: reads, crops and normalises the images of batches. */

/** Images read at once: while libvips decodes one in its thread, another is resized in this one. */
const lanes = 2;
const { source, imageSize, normalization } = workerData as BatchWorkerData;
const port = workerPort();
const reader = new ImageReader(source, () => port.postMessage({ type: 'damaged' } satisfies BatchReport));
const tables = channelTables(normalization);

serveBatches<LoaderRequest>(port, lanes, async ({ indices, crops }, i, out) => {
  const flip = crops !== null && crops.flip[i] === 1;
  if (crops && 'height' in crops) {
    const { image, box } = await reader.readBox(indices[i], boxOf(crops, i));
    writeImage(resizedCrop(image, box, imageSize), 0, imageSize, 0, 0, flip, tables, out, 0);
  } else {
    const { data } = await reader.read(indices[i]);
    const [top, left] = crops ? [crops.top[i] - padding, crops.left[i] - padding] : [0, 0];
    writeImage(data, 0, imageSize, top, left, flip, tables, out, 0);
  }
});
