import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { reasonOf } from '../../../common/errors/system-error';
import { workerPort } from '../workers/worker-thread';
import { decodeImage } from './decode';
import type { DecodedFile, DecodeRequest, DecodeResponse, DecodeTarget } from './decode-pool';
import { checksumBytes, checksumOf, imageOffsets, pixelStart } from './packed-cache';
import { fitImage, type RgbImage } from './resize';

/** Entry of a worker thread: decodes the files it is sent and puts their pixels where the target says. */

/** Files decoded at once: the time that libvips spends between its threads is used by another file. */
const lanes = 2;
const target = workerData as DecodeTarget | null;
const offsets = target && imageOffsets(target.sizes);
let cacheProblem: string | undefined;
const port = workerPort();

async function decode(file: string, index: number): Promise<DecodedFile> {
  try {
    const image = await decodeImage(file);
    if (target && offsets) store(image, index, target, offsets);
    return { width: image.width, height: image.height };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

function store(
  image: RgbImage,
  index: number,
  { fit, checksums, pixels, descriptor }: DecodeTarget,
  offsets: Float64Array,
): void {
  const data = fit ? fitImage(image, fit.imageSize, fit.use) : image.data;
  if (data.length !== offsets[index + 1] - offsets[index])
    throw new Error('has changed while it was read: start again');
  pixels?.set(data, offsets[index]);
  if (descriptor === undefined || cacheProblem !== undefined) return;
  checksums.set(checksumOf(data), index * checksumBytes);
  try {
    const position = pixelStart(offsets.length - 1) + offsets[index];
    for (let done = 0; done < data.length; )
      done += writeSync(descriptor, data, done, data.length - done, position + done);
  } catch (error) {
    cacheProblem = reasonOf(error);
  }
}

port.on('message', async ({ first, files }: DecodeRequest) => {
  const results = new Array<DecodedFile>(files.length);
  let next = 0;
  const lane = async () => {
    for (let i = next++; i < files.length; i = next++) results[i] = await decode(files[i], first + i);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  port.postMessage({ first, results, cacheProblem } satisfies DecodeResponse);
});
