import { parentPort, workerData } from 'node:worker_threads';
import sharp from 'sharp';
import { plainMessage } from '../../../common/errors/system-error';
import { ImageReader } from '../images/image-reader';
import { resizedCrop } from '../images/resized-crop';
import { boxOf, channelTables, padding, writeImage } from './augment';
import { type BatchReport, type BatchTask, type BatchWorkerData, batchControl } from './batch-loader';

/** Entry of a worker thread: takes images of the batches that it is sent, oldest batch first, until all are taken. */

sharp.concurrency(1);
sharp.cache(false);

/** Images read at once: while libvips decodes one in its thread, another is resized in this one. */
const lanes = 2;
const { source, imageSize, normalization } = workerData as BatchWorkerData;
const port = parentPort;
if (!port) throw new Error('batch-worker runs only as a worker thread');
const report = (message: BatchReport) => port.postMessage(message);
const reader = new ImageReader(source, () => report({ type: 'damaged' }));
const tables = channelTables(normalization);
const tasks: BatchTask[] = [];
let running = 0;

/** Reads image i of a batch into its place. */
async function read({ indices, crops, pixels }: BatchTask, i: number): Promise<void> {
  const length = imageSize * imageSize * 3;
  const out = new Float32Array(pixels, 4 * i * length, length);
  const flip = crops !== null && crops.flip[i] === 1;
  if (crops && 'height' in crops) {
    const { image, box } = await reader.readBox(indices[i], boxOf(crops, i));
    writeImage(resizedCrop(image, box, imageSize), 0, imageSize, 0, 0, flip, tables, out, 0);
  } else {
    const { data } = await reader.read(indices[i]);
    const [top, left] = crops ? [crops.top[i] - padding, crops.left[i] - padding] : [0, 0];
    writeImage(data, 0, imageSize, top, left, flip, tables, out, 0);
  }
}

async function lane(): Promise<void> {
  running++;
  for (let task = tasks[0]; task; task = tasks[0]) {
    const control = new Int32Array(task.control);
    const i = Atomics.add(control, batchControl.next, 1);
    if (i >= task.indices.length) {
      if (tasks[0] === task) tasks.shift();
      continue;
    }
    try {
      await read(task, i);
      if (Atomics.add(control, batchControl.done, 1) === task.indices.length - 1) report({ type: 'done', id: task.id });
    } catch (error) {
      report({ type: 'broken', id: task.id, message: plainMessage(error) });
    }
  }
  running--;
}

port.on('message', (task: BatchTask) => {
  tasks.push(task);
  for (let free = lanes - running; free > 0; free--) void lane();
});
