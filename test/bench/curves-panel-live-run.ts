import { setTimeout as delay } from 'node:timers/promises';
import { LiveServer } from '../../common/live/live-server';
import { EventLog } from '../../common/run/event-log';
import { acquireRunLock } from '../../common/run/run-lock';

/** Plays a trainer that goes on with a run: so many step records a second. */
export async function continueRun(
  folder: string,
  firstStep: number,
  perSecond: number,
  seconds: number,
): Promise<void> {
  const lock = acquireRunLock(folder);
  const log = EventLog.open(folder);
  const server = await LiveServer.start({ folder, onStop: () => undefined });
  log.append({ type: 'status', state: 'running', fromStep: firstStep, totalSteps: firstStep * 2, totalEpochs: 200 });
  const start = performance.now();
  for (let count = 0; performance.now() - start < seconds * 1000; count++) {
    const step = firstStep + count;
    const main = Math.fround(0.1 + 0.3 * Math.random());
    const aux = Math.fround(0.6 + 0.4 * Math.random());
    const loss = { total: Math.fround(main + aux), main, aux };
    log.append({
      type: 'step',
      step,
      epoch: 1 + Math.floor(step / 1000),
      learningRate: 0.001,
      loss,
      imagesPerSecond: 6400,
    });
    await delay(Math.max(0, start + ((count + 1) * 1000) / perSecond - performance.now()));
  }
  log.append({ type: 'status', state: 'stopped', reason: 'stopped on request' });
  await server.close();
  log.close();
  lock.release();
}
