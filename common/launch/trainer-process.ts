import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fstatSync, openSync } from 'node:fs';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import { RunWriteError } from '../errors/run-write-error';
import { EventReader } from '../run/event-reader';
import { lastWords } from '../run/last-words';
import { runPaths } from '../run/run-folder';
import { killProcessTree } from './process-tree';

/** How a trainer process is started: what to run, with which arguments and environment. */
export interface TrainerLaunch {
  command: string;
  arguments: string[];
  environment: NodeJS.ProcessEnv;
}

/** How a trainer process ended: its exit status, or the signal that ended it. */
export interface TrainerExit {
  status: number | null;
  signal: NodeJS.Signals | null;
}

const lookEveryMs = 100;

/**
 * A trainer process that was just started: detached, in a process group of its own, its output appended to the run's
 * log, so that it outlives whoever started it.
 */
export class TrainerProcess {
  /** Settles when the process ends; rejects when it could not be started (no such program, not executable). */
  readonly exit: Promise<TrainerExit>;

  private constructor(
    private readonly child: ChildProcess,
    private readonly logFile: string,
    /** Where this process's part of the log begins. */
    private readonly logStart: number,
    /** Has read what the run's earlier trainers recorded. */
    private readonly records: EventReader,
  ) {
    this.exit = once(child, 'exit').then(([status, signal]) => ({ status, signal }));
    this.exit.catch(() => undefined);
  }

  /**
   * @param runFolder exists and receives the log
   * @param workingFolder the process's current folder
   * @throws RunWriteError where the log cannot be written
   */
  static async start(launch: TrainerLaunch, runFolder: string, workingFolder: string): Promise<TrainerProcess> {
    const records = new EventReader(runFolder);
    while (records.poll().length > 0) await nextTurn();
    const logFile = runPaths(runFolder).log;
    const log = openLog(logFile);
    try {
      const logStart = fstatSync(log).size;
      const child = spawn(launch.command, launch.arguments, {
        cwd: workingFolder,
        env: launch.environment,
        detached: true,
        stdio: ['ignore', log, log],
        windowsHide: true,
      });
      child.unref();
      return new TrainerProcess(child, logFile, logStart, records);
    } finally {
      closeSync(log);
    }
  }

  /**
   * Waits until the trainer has read its data and records that it trains (undefined), or has ended (how). Rejects when
   * the process could not be started or `signal` is aborted.
   */
  async started(signal: AbortSignal): Promise<TrainerExit | undefined> {
    const settled = new AbortController();
    const trains = async (): Promise<undefined> => {
      const wait = { signal: AbortSignal.any([signal, settled.signal]) };
      while (!this.hasRecordedStart()) await delay(lookEveryMs, undefined, wait);
    };
    try {
      return await Promise.race([trains(), this.exit]);
    } finally {
      settled.abort();
    }
  }

  /** The last lines that this process has printed. */
  lastWords(lines: number): string[] {
    return lastWords(this.logFile, lines, this.logStart);
  }

  /** Asks the process to stop in order. On Windows, which has no such signal, it is killed. */
  terminate(): void {
    this.child.kill('SIGTERM');
  }

  /** Ends the process and whatever it started, at once. */
  kill(): void {
    if (this.child.pid !== undefined) killProcessTree(this.child.pid);
  }

  /** Any state but queued: a run may have stopped or failed before somebody looked. */
  private hasRecordedStart(): boolean {
    return this.records.poll().some((event) => event.type === 'status' && event.state !== 'queued');
  }
}

function openLog(file: string): number {
  try {
    return openSync(file, 'a');
  } catch (error) {
    throw new RunWriteError(file, error);
  }
}
