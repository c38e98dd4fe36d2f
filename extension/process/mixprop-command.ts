import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { killProcessTree } from '../../common/launch/process-tree';
import type { TrainerLaunch } from '../../common/launch/trainer-process';
import { errorText, isError } from './error-text';
import { LastLines } from './last-lines';

/** What to do with a command's output while it works. */
export interface CommandOutput {
  /** A line of its stdout, which carries JSON. */
  onLine?(line: string): void;
  /** A line of its stderr, which is for people. */
  onMessage?(line: string): void;
}

/** How a command of `mixprop` ended. */
export interface CommandEnd {
  /** Null where a signal ended it. */
  status: number | null;
  signal: NodeJS.Signals | null;
  /** Whether it was asked to stop; it may have been done by then. */
  isCancelled: boolean;
  /** All of its stdout. */
  lines: string[];
  /** What it said last on stderr. */
  lastWords: string[];
}

/** How long a cancelled command may take to stop in order. */
const defaultPatienceMs = 5000;
/** How long the output of an ended command may be held open by something that it started. */
const outputPatienceMs = 1000;
/** How many of the last lines are kept. */
const maxLastWords = 12;

/**
 * Runs a command of `mixprop` to its end. When `signal` is aborted the command is asked to stop, as by Ctrl-C, and killed
 * with its process group if it does not. Rejects when it could not be started.
 */
export async function runMixpropCommand(
  launch: TrainerLaunch,
  workingFolder: string,
  signal: AbortSignal,
  output: CommandOutput = {},
  patienceMs = defaultPatienceMs,
): Promise<CommandEnd> {
  // In a process group of its own, so that it can be killed with what it started.
  const child = spawn(launch.command, launch.arguments, {
    cwd: workingFolder,
    env: launch.environment,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  const exit = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const closed = once(child, 'close');
  closed.catch(() => undefined);

  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    output.onLine?.(line);
  });
  const lastWords = new LastLines(maxLastWords);
  createInterface({ input: child.stderr }).on('line', (line) => {
    const message = lastWords.add(line);
    if (message !== undefined) output.onMessage?.(message);
  });

  let killer: NodeJS.Timeout | undefined;
  const stop = () => {
    const { pid } = child;
    if (pid === undefined) return;
    // Windows has no such signal: it would end the command, but not what it started.
    if (process.platform === 'win32') killProcessTree(pid);
    else {
      child.kill('SIGINT');
      killer = setTimeout(() => killProcessTree(pid), patienceMs);
    }
  };
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  try {
    const [status, endedBy] = await exit;
    await Promise.race([closed, delay(outputPatienceMs)]);
    return { status, signal: endedBy, isCancelled: signal.aborted, lines, lastWords: lastWords.lines };
  } finally {
    clearTimeout(killer);
    signal.removeEventListener('abort', stop);
    child.stdout.destroy();
    child.stderr.destroy();
  }
}

/** Why a command failed, in its own last words; of one that did not, that nothing can be made of its answer. */
export function failureReason({ status, signal, lines, lastWords }: CommandEnd): string {
  // What it said was no error then.
  if (status === 0) return `its answer of ${lines.length === 1 ? 'one line' : `${lines.length} lines`} cannot be read`;
  if (signal !== null && !lastWords.some(isError)) return `it was ended by ${signal}`;
  const words = errorText(lastWords);
  if (words !== '') return words;
  return `it ended with exit status ${status} and said nothing`;
}
