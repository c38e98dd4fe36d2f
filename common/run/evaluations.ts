import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { plainMessage, reasonOf } from '../errors/system-error';
import { readJsonFile } from '../files/read-json';
import { runPaths } from './run-folder';

/** What was measured through one branch under one condition. Fractions in [0, 1]; null where logits were not finite. */
const measures = z.lazy(() =>
  z.object({
    top1: z.number(),
    top5: z.number(),
    /** Mean negative log-likelihood of the true class, in nats. */
    loss: z.number().nullable(),
    /** Expected calibration error, 15 bins of equal width (Guo et al. 2017). */
    calibrationError: z.number().nullable(),
  }),
);

/** Errors over the benchmark's 15 corruptions, of those that were evaluated. */
const summary = z.lazy(() =>
  z.object({
    /** Mean top-1 error over corruptions, of each over its severities. Unit: %. */
    unnormalised: z.number(),
    /** How many of the 15 it is a mean over, and how many of the five severities. */
    corruptions: z.int(),
    severities: z.int(),
    /** Mean corruption error, and relative to the error on clean images, 100 for the baseline. Unit: %. */
    mCE: z.number().optional(),
    /** Absent where the baseline loses nothing through a corruption. */
    relativeMCE: z.number().optional(),
    /** Of each corruption. Unit: %. */
    corruptionErrors: z.record(z.string(), z.number()).optional(),
    /** What mCE is normalised by: AlexNet's errors, or those of a run through main; null without mCE. */
    baseline: z.string().nullable(),
  }),
);

const branch = z.lazy(() =>
  z.object({
    clean: measures,
    /** On the images of `stylized`. */
    stylized: measures.optional(),
    /** By corruption, then by severity. */
    corruptions: z.record(z.string(), z.record(z.string(), measures)),
    /** Absent where none of the 15 corruptions was evaluated. */
    summary: summary.optional(),
  }),
);

const source = z.lazy(() =>
  z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('made'),
      strength: z.enum(['imagenet', 'tiny', 'cifar']),
      seed: z.int(),
      /** Folder of the original's frost textures; absent: the built-in ones. */
      frost: z.string().optional(),
    }),
    z.object({ kind: z.literal('folder'), path: z.string() }),
  ]),
);

export const evaluationSchema = z.lazy(() =>
  z.object({
    format: z.literal(1),
    /** Id of the run; null for a bare checkpoint. */
    run: z.string().nullable(),
    /** Which checkpoint of the run: best, last or the epoch; null for a bare one. */
    checkpoint: z.union([z.literal('best'), z.literal('last'), z.int()]).nullable(),
    /** SHA-256 of the checkpoint's file. */
    checkpointSha256: z.string(),
    /** Finished ones; null for a file that does not say. */
    epoch: z.int().nullable(),
    step: z.int().nullable(),
    /** ISO 8601. */
    created: z.string(),
    backend: z.string(),
    device: z.string(),
    precision: z.string(),
    /** Seconds of computing, and corrupted or other images a second, each through all branches. */
    seconds: z.number(),
    imagesPerSecond: z.number().nullable(),
    /** Clean images. */
    images: z.int(),
    /** Digest of the paths and labels of the clean images: equal lists have equal ones. */
    imageList: z.string(),
    dataset: z.object({
      type: z.string(),
      path: z.string().nullable(),
      imageSize: z.int(),
      classes: z.int(),
      /** Number of validation images asked for, evenly over the classes; null for all. */
      limit: z.int().nullable(),
    }),
    /** Where the corrupted images come from; null where none were asked for. */
    source: source.nullable(),
    stylized: z.object({ path: z.string(), images: z.int() }).optional(),
    branches: z.object({
      main: branch.optional(),
      aux: branch.optional(),
      /** Of each image the branch with the larger confidence. */
      confidence: branch.optional(),
    }),
    /** File beside this one, see `readEvaluationPredictions`. */
    predictions: z.string().optional(),
  }),
);

export type ConditionMeasures = z.infer<typeof measures>;
export type CorruptionSummary = z.infer<typeof summary>;
export type BranchEvaluation = z.infer<typeof branch>;
export type CorruptionSource = z.infer<typeof source>;
/** `evaluations/<name>.json`. */
export type Evaluation = z.infer<typeof evaluationSchema>;
export type EvaluatedBranch = keyof Evaluation['branches'];

/** Branches as they are listed. `confidence` takes of each image the branch with the larger confidence. */
export const evaluatedBranches = ['main', 'aux', 'confidence'] as const satisfies readonly EvaluatedBranch[];

/** An evaluation and where it lies. */
export interface StoredEvaluation {
  /** Name of its file without `.json`. */
  name: string;
  /** Absolute path, if the run's folder was one. */
  file: string;
  evaluation: Evaluation;
}

/** A file that is no evaluation, or a damaged one. The message names file and field. */
export class EvaluationError extends Error {
  override readonly name = 'EvaluationError';
}

/** @throws EvaluationError */
export function readEvaluation(file: string): Evaluation {
  return readJsonFile(file, evaluationSchema, {
    damaged: 'is not an evaluation of a run, or is damaged',
    remedy: 'delete it and evaluate again',
    fail: (message) => new EvaluationError(message),
  });
}

/**
 * The evaluations of a run, the newest first. Never throws: files that cannot be used are problems, in words that name them.
 *
 * @param folder of the run
 */
export function readEvaluations(folder: string): { evaluations: StoredEvaluation[]; problems: string[] } {
  const place = runPaths(folder).evaluations;
  const evaluations: StoredEvaluation[] = [];
  const problems: string[] = [];
  let names: string[] = [];
  try {
    names = readdirSync(place).filter((name) => name.endsWith('.json'));
  } catch (error) {
    // Most runs have no such folder.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      problems.push(`${place} cannot be read: ${reasonOf(error)}`);
  }
  for (const name of names.sort()) {
    const file = join(place, name);
    try {
      evaluations.push({ name: name.slice(0, -'.json'.length), file, evaluation: readEvaluation(file) });
    } catch (error) {
      problems.push(plainMessage(error));
    }
  }
  evaluations.sort((a, b) => (a.evaluation.created < b.evaluation.created ? 1 : -1));
  return { evaluations, problems };
}

/** Mean top-1 error of a corruption over its severities, in %. */
export function meanError(bySeverity: BranchEvaluation['corruptions'][string]): number {
  const errors = Object.values(bySeverity).map(({ top1 }) => 1 - top1);
  return (100 * errors.reduce((sum, error) => sum + error, 0)) / errors.length;
}

/** What the numbers of a summary are, and what they are normalised by. */
export function normalisationLabel({ baseline, corruptions, severities }: CorruptionSummary): string {
  if (baseline === 'alexnet') return 'mCE in %, normalised by AlexNet on ImageNet-C (1000 classes, 224 px)';
  if (baseline !== null) return `mCE in %, normalised by run ${baseline} (main)`;
  const of = corruptions === 15 ? 'the 15 corruptions' : `${corruptions} of the 15 corruptions`;
  const at = severities === 5 ? '' : ` at ${severities} of 5 severities`;
  return `mean error in % over ${of}${at}, not normalised`;
}
