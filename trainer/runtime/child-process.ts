import { type ChildProcess, type StdioOptions, spawn, spawnSync } from 'node:child_process';

/** How a command ended, and its output. */
export interface CommandResult {
  /** Exit status; null when it could not be started or was ended by a signal. */
  status: number | null;
  stdout: string;
  stderr: string;
  /** Why there is no exit status: it could not be started, took too long, or was ended by a signal. */
  failure?: string;
}

export interface CommandOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  signal?: AbortSignal;
  timeoutMs?: number;
  /** Needed for `.cmd` files on Windows. Arguments must then contain no spaces. */
  shell?: boolean;
}

/** Only the last characters of each output are kept. */
const maxKeptCharacters = 4_000_000;

/**
 * Runs a command to its end, with its output as text. A command that fails is a result, not an exception.
 * @throws AbortError when `signal` is aborted; the command and its own children have been ended then
 */
export async function runCommand(
  command: string,
  args: string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const { cwd, env, signal, timeoutMs, shell = false } = options;
  signal?.throwIfAborted();
  const timeout = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
  const result = await new Promise<CommandResult>((resolve) => {
    // A process group of its own, so that the command's children can be ended with it.
    const detached = process.platform !== 'win32';
    const stdio: StdioOptions = ['ignore', 'pipe', 'pipe'];
    const child = spawn(command, args, { cwd, env, shell, detached, stdio, windowsHide: true });
    const end = () => killTree(child);
    for (const stop of [signal, timeout]) stop?.addEventListener('abort', end);
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]!.setEncoding('utf8').on('data', (text: string) => {
        output[name] = (output[name] + text).slice(-maxKeptCharacters);
      });
    }
    const finish = (status: number | null, failure?: string) => {
      for (const stop of [signal, timeout]) stop?.removeEventListener('abort', end);
      resolve({ status, ...output, ...(failure !== undefined && { failure }) });
    };
    child.on('error', (error: NodeJS.ErrnoException) => {
      finish(null, error.code === 'ENOENT' ? `${command} was not found` : error.message);
    });
    child.on('close', (status, killedBy) => {
      if (timeout?.aborted) finish(status, `took more than ${timeoutMs! / 1000} s`);
      else finish(status, killedBy === null ? undefined : `was ended by ${killedBy}`);
    });
  });
  signal?.throwIfAborted();
  return result;
}

/** Ends a process and its descendants. */
function killTree(child: ChildProcess): void {
  if (child.pid === undefined) return;
  if (process.platform === 'win32') {
    spawnSync('taskkill', ['/pid', String(child.pid), '/T', '/F'], { windowsHide: true });
    return;
  }
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}

/** The last non-blank lines of a text, at most `count`, for an error message. */
export function lastLines(text: string, count: number): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.slice(-count).join('\n');
}
