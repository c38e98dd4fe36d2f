import type { EvaluationPredictions, PredictionColumns } from '../run/evaluation-predictions';
import {
  type ConditionMeasures,
  type EvaluatedBranch,
  EvaluationError,
  evaluatedBranches,
  normalisationLabel,
  type StoredEvaluation,
} from '../run/evaluations';
import type { ReadableNames } from '../run/readable-names';
import { type ClassConfusions, type Confusion, classConfusions, topConfusions } from './confusion-matrix';
import { evaluationLike, type Incomparable, type RunNames, whyIncomparable } from './evaluation-remedy';
import { cleanCondition, OtherImagesError, type PairedPredictions, pairPredictions } from './paired-predictions';
import { type SeedGroup, seedGroups, seedPairs } from './seed-groups';
import { type SeedMean, type SeedTest, seedMeans, testSeeds } from './seed-statistics';
import { type SettingDifference, settingDifferences } from './setting-differences';
import {
  cleanKey,
  type EvaluatedRun,
  type EvaluationKey,
  predictionEvaluations,
  sharedEvaluations,
} from './shared-evaluations';
import type { Interval } from './statistics/interval';
import { wilsonInterval } from './statistics/wilson';

/** A run to compare. */
export interface ComparedRun extends EvaluatedRun {
  /** Images that it is validated on while it trains; absent where the run does not say. */
  validationImages?: number;
}

/** A top-1 with the 95 % Wilson interval of a proportion; fractions. The interval is null where the number of images is not known. */
export interface MeasuredTop1 {
  /** null where it was not finite. */
  top1: number | null;
  interval: Interval | null;
}

/** What validation while training has measured through a branch. */
export interface TrainingResult {
  /** Index of the run. */
  run: number;
  branch: 'main' | 'aux';
  /** Images of the validation; null where the run does not say. */
  images: number | null;
  /** After the last epoch with validation; loss in nats, null where it was not finite. */
  last: MeasuredTop1 & { epoch: number; loss: number | null };
  /** Highest of all epochs. Of main with its epoch and loss. */
  best: MeasuredTop1 & { epoch?: number; loss?: number | null };
}

/** What `mixprop evaluate` has measured through a branch. */
export interface EvaluationResult extends MeasuredTop1, Pick<ConditionMeasures, 'top5' | 'loss' | 'calibrationError'> {
  run: number;
  /** Of its file, without ".json". */
  evaluation: string;
  checkpoint: StoredEvaluation['evaluation']['checkpoint'];
  epoch: number | null;
  branch: EvaluatedBranch;
  images: number;
  /** Mean error over corruptions, as mCE where it is normalised, in %, and in words what it is. */
  corruption?: { error: number; basis: string };
}

/** What an evaluation's predictions say of the classes. */
export interface ClassResult extends ClassConfusions {
  run: number;
  evaluation: string;
  branch: EvaluatedBranch;
  /** [C], names. */
  classes: readonly string[];
  topConfusions: Confusion[];
}

/** McNemar's test of two runs through a branch. */
export interface PairedResult extends PairedPredictions {
  runs: [number, number];
  /** Of each of them. */
  evaluations: [string, string];
}

/** What two to eight runs have in common, and what not. Runs are named by their indices. */
export interface RunComparison {
  differences: SettingDifference[];
  training: TrainingResult[];
  evaluations: EvaluationResult[];
  groups: (SeedGroup & { means: SeedMean[] })[];
  /** Of two groups by their indices. */
  seedTests: { groups: [number, number]; tests: SeedTest[] }[];
  pairs: PairedResult[];
  classes: ClassResult[];
  /** What classes are called where people read, of those whose names are identifiers. */
  readableNames: ReadableNames;
  /** What could not be compared, and why. */
  incomparable: (Incomparable & { runs: number[] })[];
}

/** Confusions that are listed of each run and branch. */
const listedConfusions = 10;

/**
 * Compares runs. What is wrong with their evaluations is no error: that is told by `incomparable`.
 * @param readPredictions of an evaluation that has some; throws EvaluationError
 */
export function compareRuns(
  runs: readonly ComparedRun[],
  readPredictions: (stored: StoredEvaluation) => EvaluationPredictions,
  names: RunNames,
): RunComparison {
  const predictions = new Map<string, EvaluationPredictions | Error>();
  const read: PredictionReader = (stored) => {
    if (!predictions.has(stored.file))
      predictions.set(
        stored.file,
        attempt(() => readPredictions(stored)),
      );
    return predictions.get(stored.file)!;
  };
  const groups = seedGroups(runs.map(({ row }) => row));
  const seeds = compareGroups(groups, runs);
  const paired = comparePairs(runs, read, names);
  const classes = runs.flatMap((run, index) => classResults(runs, run, index, read));
  const readable = [...predictions.values()].map((read) => (read instanceof Error ? {} : read.readableNames));
  return {
    differences: settingDifferences(runs.map(({ row }) => row.settings)),
    training: runs.flatMap(trainingResults),
    evaluations: runs.flatMap(evaluationResults),
    groups: groups.map((group) => ({ ...group, means: seedMeans(group, runs) })),
    seedTests: seeds.seedTests,
    pairs: paired.pairs,
    classes,
    readableNames: Object.assign({}, ...readable),
    incomparable: [...seeds.incomparable, ...unevaluated(runs, names), ...paired.incomparable],
  };
}

type PredictionReader = (stored: StoredEvaluation) => EvaluationPredictions | Error;

function trainingResults(run: ComparedRun, index: number): TrainingResult[] {
  const { last, best, bestAuxTop1 = null } = run.row;
  const { validationImages } = run;
  const withInterval = (top1: number | null) => withWilson(top1, validationImages);
  return (['main', 'aux'] as const).flatMap((branch) => {
    const measures = last?.[branch];
    if (last === undefined || measures === undefined) return [];
    return {
      run: index,
      branch,
      images: validationImages ?? null,
      last: { epoch: last.epoch, ...withInterval(measures.top1), loss: measures.loss },
      best:
        branch === 'main' && best !== undefined
          ? { epoch: best.epoch, ...withInterval(best.main.top1), loss: best.main.loss }
          : withInterval(bestAuxTop1),
    };
  });
}

function withWilson(top1: number | null, images: number | undefined): MeasuredTop1 {
  if (top1 === null || images === undefined) return { top1, interval: null };
  return { top1, interval: wilsonInterval(Math.round(top1 * images), images) ?? null };
}

function evaluationResults({ evaluations }: ComparedRun, run: number): EvaluationResult[] {
  return evaluations.flatMap(({ name, evaluation: { checkpoint, epoch, images, branches } }) =>
    evaluatedBranches.flatMap((branch) => {
      const { clean, summary } = branches[branch] ?? {};
      if (clean === undefined) return [];
      const { top1, top5, loss, calibrationError } = clean;
      return {
        run,
        evaluation: name,
        checkpoint,
        epoch,
        branch,
        images,
        ...withWilson(top1, images),
        top5,
        loss,
        calibrationError,
        ...(summary && {
          corruption: { error: summary.mCE ?? summary.unnormalised, basis: normalisationLabel(summary) },
        }),
      };
    }),
  );
}

function compareGroups(
  groups: readonly SeedGroup[],
  runs: readonly ComparedRun[],
): Pick<RunComparison, 'seedTests' | 'incomparable'> {
  const seedTests: RunComparison['seedTests'] = [];
  const incomparable: RunComparison['incomparable'] = [];
  for (const [first, second] of pairsOf(groups.length)) {
    const pairs = seedPairs(groups[first], groups[second]);
    if (pairs.length >= 2)
      seedTests.push({ groups: [first, second], tests: testSeeds(groups[first], groups[second], runs) });
    else
      incomparable.push({
        runs: [...groups[first].runs, ...groups[second].runs],
        reason: `a paired t-test needs two seeds that both groups have once, and there ${pairs.length === 1 ? 'is one' : 'is none'}`,
        remedy: 'train both with the same seeds (mixprop train EXPERIMENT --set seed=N)',
      });
  }
  return { seedTests, incomparable };
}

/** Runs of which there are no predictions to compare. */
function unevaluated(runs: readonly ComparedRun[], names: RunNames): RunComparison['incomparable'] {
  const [model] = runs.flatMap(predictionEvaluations);
  return runs.flatMap((run, index) =>
    predictionEvaluations(run).length > 0
      ? []
      : {
          runs: [index],
          reason: 'no evaluation with predictions',
          remedy: evaluationLike(model?.evaluation, names.pathOf(run)),
        },
  );
}

function comparePairs(
  runs: readonly ComparedRun[],
  read: PredictionReader,
  names: RunNames,
): Pick<RunComparison, 'pairs' | 'incomparable'> {
  const pairs: PairedResult[] = [];
  const incomparable: RunComparison['incomparable'] = [];
  for (const [first, second] of pairsOf(runs.length)) {
    const both = [runs[first], runs[second]] as const;
    const [own, other] = both.map((run) => predictionEvaluations(run)[0]?.evaluation);
    if (own === undefined || other === undefined) continue;
    const shared = sharedEvaluations(both, predictionsKey);
    if (shared === undefined) {
      const sides = [
        { run: both[0], evaluation: own },
        { run: both[1], evaluation: other },
      ] as const;
      incomparable.push({ runs: [first, second], ...whyIncomparable(sides, names) });
      continue;
    }
    const results = attempt(() => {
      const [own, other] = shared.map(read);
      if (own instanceof Error) throw own;
      if (other instanceof Error) throw other;
      return pairPredictions(own, other);
    });
    if (results instanceof Error) incomparable.push({ runs: [first, second], reason: results.message });
    else if (results.length === 0)
      incomparable.push({
        runs: [first, second],
        reason: 'they were evaluated through different branches',
        remedy: both.map((run) => evaluationLike(undefined, names.pathOf(run))).join(' and '),
      });
    else {
      const evaluations: [string, string] = [shared[0].name, shared[1].name];
      pairs.push(...results.map((result) => ({ runs: [first, second] as [number, number], evaluations, ...result })));
    }
  }
  return { pairs, incomparable };
}

const predictionsKey: EvaluationKey = (run, evaluation) =>
  evaluation.predictions === undefined ? undefined : cleanKey(run, evaluation);

/** Of the evaluation that all runs have alike, else of the run's own that is preferred. */
function classResults(
  runs: readonly ComparedRun[],
  run: ComparedRun,
  index: number,
  read: PredictionReader,
): ClassResult[] {
  const stored = sharedEvaluations(runs, predictionsKey)?.[index] ?? predictionEvaluations(run)[0];
  const predictions = stored && read(stored);
  if (stored === undefined || predictions === undefined || predictions instanceof Error) return [];
  const { classes } = predictions;
  const clean = attempt(() => cleanCondition(predictions));
  if (clean instanceof Error) return [];
  return (Object.entries(clean.branches) as [EvaluatedBranch, PredictionColumns][]).map(([branch, columns]) => {
    const confusions = classConfusions(clean.labels, columns, classes.length);
    return {
      run: index,
      evaluation: stored.name,
      branch,
      classes,
      ...confusions,
      topConfusions: topConfusions(confusions, listedConfusions),
    };
  });
}

/** All pairs of 0 … count − 1. */
const pairsOf = (count: number): [number, number][] =>
  Array.from({ length: count }, (_, first) =>
    Array.from({ length: count - first - 1 }, (_, i): [number, number] => [first, first + 1 + i]),
  ).flat();

/** What cannot be used of an evaluation is told, not thrown. */
function attempt<T>(work: () => T): T | Error {
  try {
    return work();
  } catch (error) {
    if (error instanceof EvaluationError || error instanceof OtherImagesError) return error;
    throw error;
  }
}
