import { writeObstacle } from '../../common/errors/system-error';
import { clearProgress } from './progress';

/** Why standard output or standard error took no more; undefined while both do. */
let failure: NodeJS.ErrnoException | undefined;

/** Stops the work in order when nobody takes its output any more: the reader (`| head`) or the terminal is gone, the disk is full. */
export function stopWithOutput(stop: AbortController): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      failure ??= error;
      stop.abort();
    });
  }
}

/**
 * Ends the process when both streams have passed on all that was written: into a pipe that takes a while. A signal to stop, or a
 * reader that goes away, ends it at once.
 * @param status 1 takes its place where output was lost other than by its reader's will
 */
export async function exitWhenWritten(status: number): Promise<never> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(status || 1));
  clearProgress();
  await written(process.stdout);
  const isLost = failure !== undefined && failure.code !== 'EPIPE';
  if (isLost) process.stderr.write(`mixprop: cannot write the output: ${writeObstacle(failure)}\n`);
  await written(process.stderr);
  process.exit(isLost ? status || 1 : status);
}

/** Settles when a stream has taken all before, or will never. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}
