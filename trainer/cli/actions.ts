import { UsageError } from '../../common/errors/usage-error';
import { didYouMean } from '../../common/experiment/nearest-name';
import type { Invocation } from './command';

/** What a command such as `data` does when its first argument says so. */
export interface Action {
  /** Its one further argument, as a message names it: "the path of one data set". Absent: it takes none. */
  takes?: string;
  /** Why an argument cannot be used; undefined where it can. */
  problemOf?(argument: string): string | undefined;
  run(invocation: Invocation, argument: string): number | Promise<number>;
}

/**
 * Does what the first argument of a command names.
 *
 * @param subject what is acted on, as a message names it: "the runtime"
 * @param usage the line that a message ends with
 * @throws UsageError for arguments that do not fit
 */
export async function runAction(
  invocation: Invocation,
  command: string,
  subject: string,
  usage: string,
  actions: Readonly<Record<string, Action>>,
): Promise<number> {
  const [name, argument, ...others] = invocation.positionals;
  const names = Object.keys(actions);
  const refusal = (problem: string) => new UsageError(`${problem}\nusage: mixprop ${usage}`);
  if (name === undefined) {
    throw refusal(`say what to do with ${subject}: ${names.slice(0, -1).join(', ')} or ${names.at(-1)}`);
  }
  if (!names.includes(name)) throw refusal(`there is no "${command} ${name}"${didYouMean(name, names)}`);
  const { takes, problemOf, run } = actions[name];
  if (takes === undefined) {
    if (argument !== undefined) throw refusal(`${command} ${name} takes no further arguments`);
    return run(invocation, '');
  }
  if (argument === undefined) throw refusal(`${command} ${name} takes ${takes}`);
  const problem = problemOf?.(argument) ?? (others.length > 0 ? `${command} ${name} takes ${takes}` : undefined);
  if (problem !== undefined) throw refusal(problem);
  return run(invocation, argument);
}
