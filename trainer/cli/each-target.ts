import { plainMessage } from '../../common/errors/system-error';
import type { Invocation } from './command';
import { exitStatusOf } from './exit-status';

/** What became of the targets of a command. */
export interface EachTarget<T> {
  done: T[];
  /** Why, each naming its target. */
  failures: string[];
  /** Those whose turn never came: the command was stopped. */
  untouched: string[];
  /** Exit status: 1 where the work of one failed, 2 where one could not be used, else 0. */
  status: number;
}

/**
 * Does a command's work for each of its targets, one after the other. One that fails is named on stderr and leaves the others to be
 * done, until the command is stopped.
 *
 * @throws what the work throws where there is one target, and defects always
 */
export async function forEachTarget<T>(
  targets: readonly string[],
  invocation: Invocation,
  work: (target: string, index: number) => Promise<T>,
): Promise<EachTarget<T>> {
  const result: EachTarget<T> = { done: [], failures: [], untouched: [], status: 0 };
  for (const [index, target] of targets.entries()) {
    if (invocation.signal.aborted) {
      result.untouched.push(target);
      continue;
    }
    try {
      result.done.push(await work(target, index));
    } catch (error) {
      const status = exitStatusOf(error);
      if (targets.length === 1 || status === undefined) throw error;
      const message = plainMessage(error);
      const failure = message.includes(target) ? message : `${target}: ${message}`;
      invocation.printError(`mixprop: ${failure}`);
      result.failures.push(failure);
      result.status = result.status === 1 ? 1 : status;
    }
  }
  return result;
}
