import { type MessagePort, parentPort } from 'node:worker_threads';
import sharp from 'sharp';
import { plainMessage } from '../../../common/errors/system-error';
import type { BatchReport, BatchRequest, BatchTask } from './batch-pool';

/** The way to the main thread, for the entry of a worker thread that decodes: one core is for one thread. */
export function workerPort(): MessagePort {
  if (!parentPort) throw new Error('this runs only as a worker thread');
  sharp.concurrency(1);
  sharp.cache(false);
  return parentPort;
}

/**
 * Takes images of the batches that this thread is sent, oldest batch first, until all are taken.
 *
 * @param lanes images made at once
 * @param makeImage writes image i of a batch, [S, S, 3]
 */
export function serveBatches<Request extends BatchRequest>(
  port: MessagePort,
  lanes: number,
  makeImage: (request: Request, i: number, out: Float32Array) => Promise<void>,
): void {
  const tasks: BatchTask<Request>[] = [];
  let running = 0;
  const report = (message: BatchReport) => port.postMessage(message);
  const lane = async () => {
    running++;
    for (let task = tasks[0]; task; task = tasks[0]) {
      const { id, request, pixels, imageLength } = task;
      const control = new Int32Array(task.control);
      const count = request.indices.length;
      const i = Atomics.add(control, 0, 1);
      if (i >= count) {
        if (tasks[0] === task) tasks.shift();
        continue;
      }
      try {
        await makeImage(request, i, new Float32Array(pixels, 4 * i * imageLength, imageLength));
        if (Atomics.add(control, 1, 1) === count - 1) report({ type: 'done', id });
      } catch (error) {
        report({ type: 'broken', id, message: plainMessage(error) });
      }
    }
    running--;
  };
  port.on('message', (task: BatchTask<Request>) => {
    tasks.push(task);
    for (let free = lanes - running; free > 0; free--) void lane();
  });
}
