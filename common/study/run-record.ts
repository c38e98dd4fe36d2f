import * as z from 'zod';
import { runStates } from '../run/events';

/** What a run's own files say of it in a few numbers: the part of a row that can be kept, and is read again when the files change. */

/** A measurement; null where it was not finite (a run that diverged), as in JSON. */
const measured = z.number().nullable();
const count = z.int().min(0);

const validation = z.object({
  /** Fractions in [0, 1]. */
  top1: measured,
  top5: measured,
  /** In nats. */
  loss: measured,
});

/** An epoch with validation. */
const validated = z.object({ epoch: count, main: validation, aux: validation.optional() });

/** Means over the images of a `localisation` record. */
const located = z.object({
  /** Fractions in [0, 1]. */
  pointing: measured.optional(),
  energy: measured.optional(),
});

/** What `mixprop evaluate` measured through a branch. */
const robustness = z.object({
  /** Fractions in [0, 1]. */
  cleanTop1: z.number(),
  calibrationError: measured,
  stylizedTop1: z.number().optional(),
  /** Mean error over the corruptions and severities that were evaluated, in %. */
  corruptionError: z.number().optional(),
  /** In %. */
  mCE: z.number().optional(),
  relativeMCE: z.number().optional(),
});

export const runRecordSchema = z.object({
  state: z.enum(runStates),
  /** Why it stopped or failed. */
  reason: z.string().optional(),
  /** What is wrong with its experiment or its records: the rest is what could be read, and no mean may count the run. */
  problem: z.string().optional(),
  /** What is wrong with other files of its folder, each in a sentence that names the file. */
  furtherProblems: z.array(z.string()),
  /** The experiment's fields by their path; those that could be read where the experiment is of another version. */
  settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  /** The method with what distinguishes its variants: "advprop (PGD-3)". Absent where the experiment cannot be read, as is `cost`. */
  variant: z.string().optional(),
  /** In N, as the paper counts it: 1 N is a forward and backward pass over the training images. */
  cost: z.object({ epoch: z.number(), total: z.number() }).optional(),
  /** The current epoch, from 1, and the last finished step; 0 before the first. */
  epoch: count,
  step: count,
  /** 0 while not known. */
  totalEpochs: count,
  totalSteps: count,
  /** Finished epochs. */
  finishedEpochs: count,
  /** The epoch with the highest top-1 through main, of such the first: that of `best.safetensors`. */
  best: validated.optional(),
  /** The last epoch with validation. */
  last: validated.optional(),
  /** Highest top-1 through aux of all epochs, a fraction in [0, 1]. */
  bestAuxTop1: measured.optional(),
  /** What the last step minimised, and its mean over the last finished epoch, in nats. */
  lastLoss: measured.optional(),
  trainLoss: measured.optional(),
  /** Of the last step. */
  imagesPerSecond: measured.optional(),
  /** In seconds, from the pace since the run was last started; of a running run only. */
  secondsLeft: z.number().optional(),
  /** Wall time of the finished epochs that count, in seconds. */
  seconds: z.object({ training: z.number(), validation: z.number() }).optional(),
  /** Times of the first and the last record, in ms since 1970. */
  startedAt: z.number().optional(),
  updatedAt: z.number().optional(),
  /** Of the last epoch whose maps were recorded. */
  localisation: z
    .object({
      epoch: count,
      main: located,
      aux: located.optional(),
      /** Rank correlation of the maps of main and aux, −1 to 1. */
      agreement: measured.optional(),
    })
    .optional(),
  /** Of its evaluations the one with the most corruptions and severities, of such the newest. */
  evaluation: z
    .object({
      /** Of its file, without ".json". */
      name: z.string(),
      images: count,
      /** What the corruption errors are means over, and what they are normalised by, in words. */
      basis: z.string().optional(),
      main: robustness.optional(),
      aux: robustness.optional(),
    })
    .optional(),
  environment: z.object({ backend: z.string(), device: z.string(), host: z.string() }).partial().optional(),
});

export type RunRecord = z.infer<typeof runRecordSchema>;
export type ValidatedEpoch = z.infer<typeof validated>;
export type RowRobustness = z.infer<typeof robustness>;
