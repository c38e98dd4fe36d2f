import { existsSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { TrainerProcess } from '../../common/launch/trainer-process';
import { askTrainer } from '../../common/live/live-client';
import { claimNextFolder } from '../../common/run/run-claim';
import { runPaths } from '../../common/run/run-folder';
import { removeDeadPointLock } from '../../common/run/sweep-runs';
import { RunRows } from '../../common/study/run-rows';
import { type PlannedRun, type Standing, standingsOf } from './sweep-plan';

export interface SweepRunnerOptions {
  plan: readonly PlannedRun[];
  /** The experiment's, after which runs are called. */
  name: string;
  runsFolder: string;
  /** How many runs are trained beside each other. */
  jobs: number;
  /** Stops the trainers in order. */
  signal: AbortSignal;
  /** The arguments of `mixprop` that train a run in a new folder of a name. */
  trainArguments: (run: PlannedRun, id: string) => string[];
  /** Whether the file still says what it said when the plan was made of it. */
  isCurrent: (run: PlannedRun) => boolean;
  /** Told a few times a second, with how far each run of the plan is. */
  onProgress: (standings: readonly Standing[]) => void;
  /** Told when a trainer that was started here has ended. @param words the last that it printed, where the run's records do not say why it failed */
  onEnd: (run: PlannedRun, standing: Standing, words: string | undefined) => void;
}

/** How a sweep ended. */
export interface SweepEnd {
  standings: Standing[];
  /** Whether runs were left out because the file says something else by now. */
  hasChanged: boolean;
}

interface Job {
  run: PlannedRun;
  folder: string;
  trainer: TrainerProcess;
  /** Exit status once the trainer has ended; null after a signal. */
  ended?: { status: number | null };
}

const lookEveryMs = 500;
const maxWords = 3;

/**
 * Makes the runs of a sweep that are missing and goes on with those that have not come to their end, each in a process of its own. Several
 * sweeps of one file, and single `train --point`, may be at work in one runs folder: who trains a run holds its lock, and the others
 * wait for the end of that.
 */
export class SweepRunner {
  private readonly rows = new RunRows();
  private readonly jobs = new Set<Job>();
  /** Not finished, and not tried here. */
  private readonly pending: Map<number, PlannedRun>;
  private standings: Standing[] = [];
  private hasChanged = false;

  constructor(private readonly options: SweepRunnerOptions) {
    this.pending = new Map(options.plan.map((run) => [run.number, run]));
  }

  /** @throws RunsFolderError, RunWriteError where a run cannot be made; trainers at work are stopped before */
  async run(): Promise<SweepEnd> {
    const { signal, runsFolder, plan } = this.options;
    try {
      while (!signal.aborted && (await this.startWhatCan())) {
        await this.wait();
        await this.settle();
      }
    } finally {
      for (const job of this.jobs) void stopInOrder(job);
      while (this.jobs.size > 0) {
        await delay(lookEveryMs / 5);
        await this.settle();
      }
      for (const { digest } of plan) removeDeadPointLock(runsFolder, digest);
    }
    return { standings: await this.look(), hasChanged: this.hasChanged };
  }

  /** Fills the free places. @returns whether there is anything to wait for */
  private async startWhatCan(): Promise<boolean> {
    const { jobs, plan, isCurrent } = this.options;
    while (this.jobs.size < jobs && this.pending.size > 0) {
      const standings = await this.look();
      for (const { number } of plan) if (standings[number - 1]!.state === 'finished') this.pending.delete(number);
      const next = [...this.pending.values()].find(({ number }) => standings[number - 1]!.presence === 'gone');
      if (next === undefined) break;
      if (!isCurrent(next)) {
        this.hasChanged = true;
        this.pending.clear();
        break;
      }
      await this.start(next, standings[next.number - 1]!);
    }
    // Nobody here can tell whether a trainer on another host will ever end.
    const isAwaited = ({ number }: PlannedRun) => this.standings[number - 1]!.presence === 'alive';
    return this.jobs.size > 0 || [...this.pending.values()].some(isAwaited);
  }

  private async look(): Promise<Standing[]> {
    this.standings = await standingsOf(this.options.plan, this.options.runsFolder, this.rows);
    return this.standings;
  }

  private async start(run: PlannedRun, { row }: Standing): Promise<void> {
    const { runsFolder, name, trainArguments } = this.options;
    this.pending.delete(run.number);
    const folder = row?.folder ?? claimNextFolder(runsFolder, name);
    const command = row === undefined ? trainArguments(run, basename(folder)) : ['resume', folder];
    const launch = {
      command: process.execPath,
      arguments: [...process.execArgv, process.argv[1]!, ...command],
      environment: process.env,
    };
    const trainer = await TrainerProcess.start(launch, folder, process.cwd());
    const job: Job = { run, folder, trainer };
    this.jobs.add(job);
    void trainer.exit.then(
      ({ status }) => {
        job.ended = { status };
      },
      () => {
        job.ended = { status: null };
      },
    );
  }

  /** Looks at what the trainers left that have ended. */
  private async settle(): Promise<void> {
    for (const job of [...this.jobs].filter(({ ended }) => ended)) {
      const { run, folder, trainer } = job;
      const status = job.ended!.status;
      const words = trainer.lastWords(maxWords).join('\n');
      // A trainer that came to nothing leaves its log alone.
      if (!existsSync(runPaths(folder).experiment)) rmSync(folder, { recursive: true, force: true });
      const standing = (await this.look())[run.number - 1]!;
      this.jobs.delete(job);
      // Where the run stopped or failed, its records say why.
      const isRecorded = status === 0 || (status === 1 && standing.row !== undefined);
      // Another was faster: its run is waited for.
      if (status !== 0 && standing.presence !== 'gone') this.pending.set(run.number, run);
      else if (standing.state !== 'missing' || !this.options.signal.aborted)
        this.options.onEnd(run, standing, isRecorded ? undefined : words);
    }
  }

  /** A moment, in which the progress of the trainers that were started here is shown. */
  private async wait(): Promise<void> {
    const { signal, onProgress } = this.options;
    await delay(lookEveryMs, undefined, { signal }).catch(() => undefined);
    const jobs = [...this.jobs].filter(({ folder }) => existsSync(runPaths(folder).experiment));
    const rows = await this.rows.read(jobs.map(({ folder }) => folder));
    for (const [i, { run }] of jobs.entries()) {
      const row = rows[i]!;
      this.standings[run.number - 1] = { state: row.state, presence: 'alive', row };
    }
    onProgress(this.standings);
  }
}

/** As Ctrl-C does; Windows has no such signal between processes. */
async function stopInOrder({ folder, trainer }: Job): Promise<void> {
  if (process.platform !== 'win32') return trainer.terminate();
  await askTrainer(folder, (connection) => connection.request('stop', {})).catch(() => trainer.terminate());
}
