import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { runPaths } from '../../trainer/run/run-folder';
import { killProcessTree } from './process-tree';
import type { TrainerLaunch } from './trainer-launch';

/** How a trainer process ended: its exit status, or the signal that ended it. */
export interface TrainerExit {
  status: number | null;
  signal: NodeJS.Signals | null;
}

const lookEveryMs = 100;

/**
 * A trainer process that was just started: detached, in a process group of its own, its output appended to the run's
 * log, so that it outlives the window.
 */
export class TrainerProcess {
  /** Settles when the process ends; rejects when it could not be started (no such program, not executable). */
  readonly exit: Promise<TrainerExit>;

  private constructor(
    private readonly child: ChildProcess,
    private readonly runFolder: string,
    private readonly before: SignsOfLife,
  ) {
    this.exit = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (status, signal) => resolve({ status, signal }));
    });
    this.exit.catch(() => undefined);
  }

  /**
   * @param runFolder exists and receives the log
   * @param workingFolder the process's current folder
   */
  static async start(launch: TrainerLaunch, runFolder: string, workingFolder: string): Promise<TrainerProcess> {
    const before = await signsOfLife(runFolder);
    const log = openSync(runPaths(runFolder).log, 'a');
    try {
      const child = spawn(launch.command, launch.arguments, {
        cwd: workingFolder,
        env: launch.environment,
        detached: true,
        stdio: ['ignore', log, log],
        windowsHide: true,
      });
      child.unref();
      return new TrainerProcess(child, runFolder, before);
    } finally {
      closeSync(log);
    }
  }

  /**
   * Waits until the trainer has announced itself in the run folder (undefined), or has ended (how). Rejects when the
   * process could not be started or `signal` is aborted.
   */
  async started(signal: AbortSignal): Promise<TrainerExit | undefined> {
    const finished = new AbortController();
    const isUp = async () => {
      const { address, recordBytes } = await signsOfLife(this.runFolder);
      return (address !== '' && address !== this.before.address) || recordBytes > this.before.recordBytes;
    };
    const announced = async (): Promise<undefined> => {
      const wait = { signal: AbortSignal.any([signal, finished.signal]) };
      while (!(await isUp())) await delay(lookEveryMs, undefined, wait);
    };
    try {
      return await Promise.race([announced(), this.exit]);
    } finally {
      finished.abort();
    }
  }

  /** Ends the process and whatever it started, at once. */
  kill(): void {
    if (this.child.pid !== undefined) killProcessTree(this.child.pid);
  }
}

/** What a trainer changes in its run folder when it is up. */
interface SignsOfLife {
  /** `trainer.json`; empty when there is none. */
  address: string;
  /** Length of the run's records. */
  recordBytes: number;
}

async function signsOfLife(runFolder: string): Promise<SignsOfLife> {
  const paths = runPaths(runFolder);
  const [address, recordBytes] = await Promise.all([
    readFile(paths.trainer, 'utf8').catch(() => ''),
    stat(paths.events).then(
      (events) => events.size,
      () => 0,
    ),
  ]);
  return { address, recordBytes };
}
