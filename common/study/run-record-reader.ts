import { readdirSync, readFileSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { reasonOf } from '../errors/system-error';
import { epochCost, totalCost } from '../experiment/budget';
import { flatSettings } from '../experiment/flat-settings';
import { methodLabel } from '../experiment/methods/methods';
import { statsOf } from '../files/stats-of';
import {
  type BranchEvaluation,
  type Evaluation,
  normalisationLabel,
  readEvaluations,
  type StoredEvaluation,
} from '../run/evaluations';
import { EventReader } from '../run/event-reader';
import { recordsProblem } from '../run/read-run-summary';
import { findRunEnvironment } from '../run/run-environment';
import { runPaths } from '../run/run-folder';
import { type RunInfo, readRunInfo } from '../run/run-info';
import type { RowRobustness, RunRecord } from './run-record';
import { RunRecordBuilder } from './run-record-builder';

/** Reads what a run's files say of it. Reading again takes up where the records ended before. */
export class RunRecordReader {
  private experimentVersion = '';
  private info: RunInfo;
  private events: EventReader;
  private builder: RunRecordBuilder;

  constructor(private readonly folder: string) {
    this.info = readRunInfo(folder);
    this.events = new EventReader(folder);
    this.builder = new RunRecordBuilder(this.info);
  }

  /**
   * A piece at a time, so that others can work in between. Whether a trainer still works on the run is not looked at. What is
   * wrong is part of the record.
   * @param signal checked between the pieces
   * @throws the reason of its abort, and nothing else
   */
  async read(signal?: AbortSignal): Promise<RunRecord> {
    this.readExperiment();
    const problem = await this.readEvents(signal);
    const { measures } = this.builder;
    const { evaluations, problems } = readEvaluations(this.folder);
    return {
      ...measures,
      ...(problem !== undefined && { problem: measures.problem ?? problem }),
      furtherProblems: problems,
      ...experimentFacts(this.info),
      ...evaluationFacts(evaluations),
      ...environmentFacts(this.folder),
    };
  }

  /** A run can be extended, and then has another experiment. */
  private readExperiment(): void {
    const stat = statsOf(runPaths(this.folder).experiment);
    const version = versionOf(stat).join();
    if (version === this.experimentVersion) return;
    this.experimentVersion = version;
    this.info = readRunInfo(this.folder);
    this.events = new EventReader(this.folder);
    this.builder = new RunRecordBuilder(this.info);
  }

  /** @returns what is wrong with the records */
  private async readEvents(signal: AbortSignal | undefined): Promise<string | undefined> {
    const { folder, events } = this;
    try {
      for (;;) {
        const { restarts } = events;
        const next = events.poll();
        if (events.restarts !== restarts) this.builder = new RunRecordBuilder(this.info);
        if (next.length === 0) return recordsProblem(folder, events);
        for (const event of next) this.builder.add(event);
        await nextTurn();
        signal?.throwIfAborted();
      }
    } catch (error) {
      signal?.throwIfAborted();
      return `${runPaths(folder).events} cannot be read: ${reasonOf(error)}`;
    }
  }
}

/**
 * The state of the files that a record is made of: another text when one of them has changed. Undefined as long as a file is so
 * young that it may change once more without its times telling.
 */
export function recordFingerprint(folder: string): string | undefined {
  const { experiment, environment, events, evaluations } = runPaths(folder);
  const files = [experiment, environment, events, ...evaluationFiles(evaluations)];
  const stats = files.map(statsOf);
  const settled = Date.now() - unsettledMs;
  if (stats.some((stat) => stat !== undefined && stat.ctimeMs > settled)) return undefined;
  return JSON.stringify(stats.map((stat, index) => [files[index]!.slice(folder.length), ...versionOf(stat)]));
}

/** Some file systems count in whole seconds, FAT in two. */
const unsettledMs = 2000;

/** Nobody can set `ctime`, which changes whatever is done to a file. */
const versionOf = (stat: Stats | undefined): number[] =>
  stat === undefined ? [] : [stat.size, stat.mtimeMs, stat.ctimeMs];

function evaluationFiles(place: string): string[] {
  try {
    const names = readdirSync(place).filter((name) => name.endsWith('.json'));
    return names.sort().map((name) => join(place, name));
  } catch {
    return [];
  }
}

type ExperimentFacts = Pick<RunRecord, 'settings' | 'variant' | 'cost'>;

function experimentFacts({ folder, experiment }: RunInfo): ExperimentFacts {
  if (experiment === undefined) return { settings: looseSettings(folder) };
  return {
    settings: flatSettings(experiment),
    variant: methodLabel(experiment.method),
    cost: { epoch: epochCost(experiment.method), total: totalCost(experiment) },
  };
}

/** Of an experiment that another version of MixProp Studio wrote, perhaps: it can be told from others all the same. */
function looseSettings(folder: string): RunRecord['settings'] {
  try {
    const json: unknown = JSON.parse(readFileSync(runPaths(folder).experiment, 'utf8'));
    return typeof json === 'object' && json !== null ? flatSettings(json) : {};
  } catch {
    return {};
  }
}

function environmentFacts(folder: string): Pick<RunRecord, 'environment'> {
  const found = findRunEnvironment(folder);
  if (found === undefined) return {};
  const facts = (['backend', 'device', 'host'] as const).flatMap((name) =>
    typeof found[name] === 'string' ? [[name, found[name]]] : [],
  );
  return { environment: Object.fromEntries(facts) };
}

function evaluationFacts(evaluations: readonly StoredEvaluation[]): Pick<RunRecord, 'evaluation'> {
  const [best] = mostExtensiveFirst(evaluations);
  if (best === undefined) return {};
  const { name, evaluation } = best;
  const { main, aux } = evaluation.branches;
  const summary = (main ?? aux)?.summary;
  return {
    evaluation: {
      name,
      images: evaluation.images,
      ...(summary && { basis: normalisationLabel(summary) }),
      ...(main && { main: robustnessOf(main) }),
      ...(aux && { aux: robustnessOf(aux) }),
    },
  };
}

/** Those with more corruptions and severities first; of such the newest. */
function mostExtensiveFirst(newestFirst: readonly StoredEvaluation[]): StoredEvaluation[] {
  const extents = new Map(newestFirst.map((stored) => [stored, extentOf(stored.evaluation)]));
  return [...newestFirst].sort((a, b) => extents.get(b)! - extents.get(a)!);
}

/** How many conditions a branch was evaluated under, clean images left out. */
function extentOf({ branches, stylized }: Evaluation): number {
  const [branch] = Object.values(branches);
  const severities = Object.values(branch?.corruptions ?? {}).map((bySeverity) => Object.keys(bySeverity).length);
  return severities.reduce((sum, count) => sum + count, stylized ? 1 : 0);
}

function robustnessOf({ clean, stylized, summary }: BranchEvaluation): RowRobustness {
  return {
    cleanTop1: clean.top1,
    calibrationError: clean.calibrationError,
    ...(stylized && { stylizedTop1: stylized.top1 }),
    ...(summary && { corruptionError: summary.unnormalised }),
    ...(summary?.mCE !== undefined && { mCE: summary.mCE }),
    ...(summary?.relativeMCE !== undefined && { relativeMCE: summary.relativeMCE }),
  };
}
