import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Experiment } from '../../../common/experiment/schema';
import type { RunName } from '../../../common/panels/protocol';
import type { RobustnessCell, RobustnessRun } from '../../../common/panels/robustness/robustness-contract';
import { type FoundFlips, findFlips } from '../../../common/panels/robustness/robustness-flips';
import { robustnessRun } from '../../../common/panels/robustness/robustness-model';
import { type EvaluationPredictions, readEvaluationPredictions } from '../../../common/run/evaluation-predictions';
import { readEvaluations, type StoredEvaluation } from '../../../common/run/evaluations';
import { readRunSummary } from '../../../common/run/read-run-summary';
import { runPaths } from '../../../common/run/run-folder';
import { readRunInfo } from '../../../common/run/run-info';

/** The folder is read at this interval, since an evaluation is a process of its own. */
const lookEveryMs = 1000;

/** A run in the robustness panel: the files of its `evaluations` folder, which is polled. */
export class FollowedRobustness {
  /** Settles when what was there at first has been read. */
  readonly replayed: Promise<void>;
  private run: RobustnessRun | undefined;
  private evaluations: readonly StoredEvaluation[] = [];
  /** What the folder held when it was read. */
  private version = '';
  private hasNews = false;
  /** The run's folder is no longer there: what was read of it stays. */
  isGone = false;
  private isDisposed = false;
  private timer: NodeJS.Timeout | undefined;
  /** Those that were read last: the next cell is likely of the same evaluation. */
  private predictions: { file: string; created: string; contents: EvaluationPredictions } | undefined;

  constructor(
    readonly name: RunName,
    private experiment: Experiment,
    private readonly onMore: () => void,
  ) {
    this.replayed = this.look();
  }

  get folder(): string {
    return this.name.runKey;
  }

  /** The run as it was read last, by its present name; undefined before. */
  get contents(): RobustnessRun | undefined {
    this.hasNews = false;
    return this.run && { ...this.run, header: { ...this.run.header, ...this.name } };
  }

  /** The run if it has changed since it was taken or shown last. */
  take(): RobustnessRun | undefined {
    return this.hasNews ? this.contents : undefined;
  }

  /** @throws Error, EvaluationError saying why there are none */
  flips(cell: RobustnessCell, count: number): FoundFlips {
    const stored = this.evaluation(cell.evaluation);
    const name = stored.evaluation.predictions;
    if (name === undefined) {
      throw new Error(
        `The evaluation ${cell.evaluation} of run ${this.name.label} holds no predictions: evaluate the run again to see which images are lost.`,
      );
    }
    const file = join(runPaths(this.folder).evaluations, name);
    const { created } = stored.evaluation;
    if (this.predictions?.file !== file || this.predictions.created !== created) {
      this.predictions = { file, created, contents: readEvaluationPredictions(file) };
    }
    return findFlips(this.predictions.contents, cell, count);
  }

  /** @throws Error when there is none of that name */
  evaluation(name: string): StoredEvaluation {
    const stored = this.evaluations.find((one) => one.name === name);
    if (stored === undefined) throw new Error(`Run ${this.name.label} no longer has an evaluation ${name}.`);
    return stored;
  }

  dispose(): void {
    this.isDisposed = true;
    clearTimeout(this.timer);
  }

  /** Reads the folder if it has changed. Never rejects: what cannot be read is a problem of the run. */
  private async look(): Promise<void> {
    const version = await versionOf(this.folder);
    if (this.isDisposed) return;
    const isGone = !existsSync(runPaths(this.folder).experiment);
    if (isGone !== this.isGone) {
      this.isGone = isGone;
      this.onMore();
    }
    if (this.run === undefined || (version !== this.version && !isGone)) {
      this.version = version;
      // It may be another run's by now.
      this.experiment = readRunInfo(this.folder).experiment ?? this.experiment;
      const summary = await readRunSummary(this.folder);
      const found = readEvaluations(this.folder);
      this.evaluations = found.evaluations;
      this.run = robustnessRun({ runName: this.name, experiment: this.experiment, summary }, found);
      this.hasNews = true;
      this.onMore();
    }
    if (this.isDisposed) return;
    this.timer = setTimeout(() => void this.look(), lookEveryMs);
  }
}

/** Changes when an evaluation is added, replaced or removed, or the folder has become another run's. */
async function versionOf(folder: string): Promise<string> {
  const { evaluations, experiment } = runPaths(folder);
  const names = await readdir(evaluations).catch((): string[] => []);
  const records = names.filter((name) => name.endsWith('.json')).sort();
  const files = [experiment, ...records.map((name) => join(evaluations, name))];
  const versions = files.map(async (file) => {
    try {
      const { mtimeMs, size } = await stat(file);
      return `${file} ${mtimeMs} ${size}`;
    } catch {
      return file;
    }
  });
  return (await Promise.all(versions)).join('\n');
}
