import { workerData } from 'node:worker_threads';
import { corruptImage } from '../data/corruptions/corrupt-image';
import { loadFrostTextures } from '../data/corruptions/frost-textures';
import { ImageReader } from '../data/images/image-reader';
import { fitImage, type RgbImage } from '../data/images/resize';
import { channelTables, writeImage } from '../data/loading/augment';
import { serveBatches, workerPort } from '../data/workers/worker-thread';
import type { CorruptedBatchWorkerData, CorruptedRequest } from './corrupted-batches';

/** Entry of a worker thread: reads, corrupts and normalises the images of batches. */

const { images, imageSize, normalization, strength, frostFolder, seeds } = workerData as CorruptedBatchWorkerData;
const imageLength = imageSize * imageSize * 3;
const tables = channelTables(normalization);
const reader = 'root' in images ? new ImageReader(images) : undefined;
let frostTextures: Promise<RgbImage[]> | undefined;

/** Image i as validation sees it: [imageSize, imageSize, 3]. */
async function read(index: number): Promise<Uint8Array> {
  if (!('root' in images)) return images.subarray(index * imageLength, (index + 1) * imageLength);
  const image = await reader!.read(index);
  return images.fit ? image.data : fitImage(image, imageSize, 'validation');
}

serveBatches<CorruptedRequest>(workerPort(), 1, async ({ indices, name, severity }, i, out) => {
  if (name === 'frost' && frostFolder !== null) frostTextures ??= loadFrostTextures(frostFolder);
  const textures = await frostTextures;
  const settings = { name, severity, strength, seed: seeds[indices[i]], ...(textures && { frostTextures: textures }) };
  const corrupted = corruptImage(await read(indices[i]), imageSize, imageSize, settings);
  writeImage(corrupted, 0, imageSize, 0, 0, false, tables, out, 0);
});
