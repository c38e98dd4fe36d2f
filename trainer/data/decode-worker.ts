import { parentPort, workerData } from 'node:worker_threads';
import sharp from 'sharp';
import { decodeImage } from './decode';
import type { DecodedFile, DecodeRequest, DecodeResponse, DecodeTarget } from './decode-pool';
import { fitImage } from './resize';

/** Entry of a worker thread: decodes the files it is sent and puts their pixels where the target says. */

sharp.concurrency(1);
sharp.cache(false);

/** Files decoded at once: the time that libvips spends between its threads is used by another file. */
const lanes = 2;
const target = workerData as DecodeTarget | null;
const port = parentPort;
if (!port) throw new Error('decode-worker runs only as a worker thread');

async function decode(file: string, index: number): Promise<DecodedFile> {
  try {
    const image = await decodeImage(file);
    if (target) {
      const bytes = target.imageSize * target.imageSize * 3;
      new Uint8Array(target.pixels, index * bytes, bytes).set(fitImage(image, target.imageSize, target.use));
    }
    return { width: image.width, height: image.height };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

port.on('message', async ({ first, files }: DecodeRequest) => {
  const results = new Array<DecodedFile>(files.length);
  let next = 0;
  const lane = async () => {
    for (let i = next++; i < files.length; i = next++) results[i] = await decode(files[i], first + i);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  port.postMessage({ first, results } satisfies DecodeResponse);
});
