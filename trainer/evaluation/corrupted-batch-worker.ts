import { parentPort, workerData } from 'node:worker_threads';
import sharp from 'sharp';
import { plainMessage } from '../../common/errors/system-error';
import { corruptImage } from '../data/corruptions/corrupt-image';
import { loadFrostTextures } from '../data/corruptions/frost-textures';
import { ImageReader } from '../data/images/image-reader';
import { fitImage, type RgbImage } from '../data/images/resize';
import { channelTables, writeImage } from '../data/loading/augment';
import type { CorruptedBatchReport, CorruptedBatchTask, CorruptedBatchWorkerData } from './corrupted-batches';

/** Entry of a worker thread: takes images of the batches that it is sent, oldest batch first, until all are taken. */

sharp.concurrency(1);
sharp.cache(false);

const { images, imageSize, normalization, strength, frostFolder, seeds } = workerData as CorruptedBatchWorkerData;
const port = parentPort;
if (!port) throw new Error('corrupted-batch-worker runs only as a worker thread');
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

async function make({ indices, name, severity, pixels }: CorruptedBatchTask, i: number): Promise<void> {
  if (name === 'frost' && frostFolder !== null) frostTextures ??= loadFrostTextures(frostFolder);
  const textures = await frostTextures;
  const settings = { name, severity, strength, seed: seeds[indices[i]], ...(textures && { frostTextures: textures }) };
  const corrupted = corruptImage(await read(indices[i]), imageSize, imageSize, settings);
  const out = new Float32Array(pixels, 4 * i * imageLength, imageLength);
  writeImage(corrupted, 0, imageSize, 0, 0, false, tables, out, 0);
}

async function work(task: CorruptedBatchTask): Promise<void> {
  const control = new Int32Array(task.control);
  const [next, done] = [0, 1];
  for (;;) {
    const i = Atomics.add(control, next, 1);
    if (i >= task.indices.length) return;
    let report: CorruptedBatchReport | undefined;
    try {
      await make(task, i);
      if (Atomics.add(control, done, 1) === task.indices.length - 1) report = { id: task.id };
    } catch (error) {
      report = { id: task.id, problem: plainMessage(error) };
    }
    if (report) port!.postMessage(report);
  }
}

// One image at a time: the messages queue up.
let last: Promise<void> = Promise.resolve();
port.on('message', (task: CorruptedBatchTask) => {
  last = last.then(() => work(task));
});
