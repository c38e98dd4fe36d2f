// Comes first in a program: until somebody listens to SIGUSR1, it makes Node open a debugger port.
import * as inspector from 'node:inspector';
import { CheckpointRequest } from './checkpoint-request';

/** Made by SIGUSR1 and SIGUSR2, with which schedulers announce that a job's time is nearly over. */
export const checkpointRequest = new CheckpointRequest();

for (const signal of ['SIGUSR1', 'SIGUSR2']) process.on(signal, () => checkpointRequest.make());

/** Closes a port that a signal has opened before this file was read. */
function closeDebugger(): void {
  const isWanted = `${process.execArgv.join(' ')} ${process.env.NODE_OPTIONS ?? ''}`.includes('--inspect');
  if (!isWanted && inspector.url() !== undefined) inspector.close();
}
closeDebugger();
// Node opens it a moment after the signal.
setImmediate(closeDebugger);
