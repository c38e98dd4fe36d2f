import * as z from 'zod';

/** More runs than this are a mistake in the file, not a plan. */
export const maxSweepRuns = 10_000;

const field = z.string().min(1);

const dimension = z
  .strictObject({
    min: z.number().optional().describe('The smallest value.'),
    max: z.number().optional().describe('The largest value.'),
    scale: z
      .enum(['linear', 'log'])
      .default('linear')
      .describe('linear: uniform between min and max; log: its logarithm is, as suits learning rates.'),
    integer: z.boolean().default(false).describe('Whether whole numbers alone are drawn, min and max among them.'),
    choice: z
      .array(z.unknown())
      .min(1)
      .optional()
      .describe('Instead of min and max: the values to choose from, each as likely.'),
  })
  .describe('What one field is drawn from: min and max, or choice.');

export type SweepDimension = z.output<typeof dimension>;

/**
 * Which runs an experiment file stands for, if more than one. Fields go by their path, "optimizer.learningRate"; what they are given is
 * checked where the runs are made of it (`expand-sweep.ts`).
 */
export const sweepSchema = z
  .strictObject({
    grid: z
      .record(field, z.array(z.unknown()).min(1))
      .optional()
      .describe(
        'Every combination of values: { "method.type": ["vanilla", "mixprop"], "seed": [1, 2, 3] } stands for six runs.',
      ),
    list: z
      .array(z.record(field, z.unknown()))
      .min(1)
      .optional()
      .describe(
        'One run an entry: { "optimizer.learningRate": 0.1, "training.batchSize": 256 }. {} is the file as it is.',
      ),
    random: z
      .strictObject({
        count: z.int().min(1).max(maxSweepRuns).describe('How many combinations are drawn. Unit: runs.'),
        seed: z
          .int()
          .min(0)
          .max(0xffff_ffff)
          .default(1)
          .describe('Seed of the draws. The same seed gives the same runs, and a higher count adds to them.'),
        space: z
          .record(field, dimension)
          .describe(
            'The fields that are drawn: { "optimizer.learningRate": { "min": 0.001, "max": 1, "scale": "log" } }, or { "choice": [ … ] }.',
          ),
      })
      .optional()
      .describe('Combinations drawn at random.'),
    seeds: z
      .int()
      .min(1)
      .max(maxSweepRuns)
      .optional()
      .describe(
        'Each of the runs with this many seeds: the file’s seed and those after it. On its own it repeats the experiment. Unit: seeds.',
      ),
  })
  .nullable()
  .default(null)
  .describe(
    'The runs that `mixprop sweep` makes of this file: a grid, a list or random draws, and seeds that multiply any of them. null: one run, as the file says.',
  );

export type SweepSettings = NonNullable<z.output<typeof sweepSchema>>;
