import { basename, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { UsageError } from '../../common/errors/usage-error';
import { askTrainer, type LiveConnection, TrainerConnectionError } from '../../common/live/live-client';
import { EventReader } from '../../common/run/event-reader';
import { hasEnded, type RunState, type StatusEvent } from '../../common/run/events';
import { runTargets } from '../../common/run/run-targets';
import { trainerPresence } from '../../common/run/trainer-presence';
import type { Command, Invocation } from './command';
import { forEachTarget } from './each-target';

const lookEveryMs = 100;

/** A request to the trainers of runs, and the states in which it is done. */
interface Steering {
  /** Returns true where it is done already. */
  ask(connection: LiveConnection): Promise<boolean>;
  until: readonly RunState[];
}

/** The work of a command that asks the trainers of its runs for something and waits until that is done. */
export function steering(name: string, { ask, until }: Steering): Command['run'] {
  return async (invocation) => {
    if (invocation.positionals.length === 0)
      throw new UsageError(`${name} needs a run folder: mixprop ${name} runs/NAME`);
    const { targets, passedOver } = runTargets(invocation.positionals);
    for (const [path, why] of passedOver) invocation.printError(`passed over ${path}: ${why}`);
    const { status } = await forEachTarget(targets, invocation, async (target) => {
      const folder = resolve(target);
      const state = await steerRun(folder, { ask, until }, invocation);
      invocation.print(`${basename(folder)}: ${state}`);
      invocation.printJson({ run: folder, state });
    });
    return status;
  };
}

/** @returns the state that the run came to @throws UsageError where no trainer works on it */
async function steerRun(folder: string, { ask, until }: Steering, { signal }: Invocation): Promise<RunState> {
  const reader = new EventReader(folder);
  let last: StatusEvent | undefined;
  const readOn = () => {
    for (let events = reader.poll(); events.length > 0; events = reader.poll()) {
      last = events.findLast((event) => event.type === 'status') ?? last;
    }
    return last;
  };
  const before = readOn();
  const isDone = await askTrainer(folder, ask).catch((error: unknown) => {
    if (!(error instanceof TrainerConnectionError)) throw error;
    throw new UsageError(error.failure === 'no-trainer' ? notRunning(folder, before) : error.message);
  });
  for (;;) {
    // Presence first: then the last records of a trainer that is gone are seen.
    const isGone = trainerPresence(folder) === 'gone';
    const now = readOn();
    if (now !== undefined && until.includes(now.state) && (isDone || isGone || now !== before)) return now.state;
    if (isGone) throw new UsageError(notRunning(folder, now));
    await delay(lookEveryMs, undefined, { signal });
  }
}

function notRunning(folder: string, last: StatusEvent | undefined): string {
  const state = last && hasEnded(last.state) ? `, which is ${last.state}` : '';
  return `no trainer works on ${basename(folder)}${state}: \`mixprop resume ${folder}\` starts one`;
}
