import { workerData } from 'node:worker_threads';
import { decodeImage } from '../images/decode';
import { fitImage, type RgbImage } from '../images/resize';
import { workerPort } from '../workers/worker-thread';
import { corruptImage } from './corrupt-image';
import type { CorruptOutcome, CorruptRequest, CorruptResponse, CorruptSettings, CorruptTask } from './corrupt-pool';
import { loadFrostTextures } from './frost-textures';
import { writePicture } from './write-picture';

/** Entry of a worker thread: makes and writes the corrupted pictures of the images it is sent. */

const { strength, format, imageSize, frostFolder } = workerData as CorruptSettings;
const port = workerPort();
let frostTextures: Promise<RgbImage[]> | undefined;

async function read(file: string): Promise<RgbImage> {
  const image = await decodeImage(file);
  if (imageSize === null) return image;
  return { data: fitImage(image, imageSize, 'validation'), width: imageSize, height: imageSize };
}

async function corrupt({ input, seed, targets }: CorruptTask): Promise<CorruptOutcome> {
  let image: RgbImage;
  try {
    image = await read(input);
  } catch (error) {
    return { written: 0, problem: `${input} ${(error as Error).message}; replace or remove it` };
  }
  let written = 0;
  for (const { name, severity, file } of targets) {
    if (name === 'frost' && frostFolder !== null) frostTextures ??= loadFrostTextures(frostFolder);
    const textures = await frostTextures;
    const corruption = { name, severity, strength, seed, ...(textures && { frostTextures: textures }) };
    const data = corruptImage(image.data, image.height, image.width, corruption);
    try {
      await writePicture({ ...image, data }, file, format);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      return { written, obstacle: { file, code, message } };
    }
    written++;
  }
  return { written };
}

// One image at a time: the messages queue up.
let last: Promise<void> = Promise.resolve();
port.on('message', ({ index, task }: CorruptRequest) => {
  last = last.then(async () => {
    port.postMessage({ index, outcome: await corrupt(task) } satisfies CorruptResponse);
  });
});
