import * as z from 'zod';

/** Numbers of steps, epochs and images, seeds, positions. */
export const count = z.int().min(0);
/** One check for all of them: batches have many, and zod takes its time for each element. */
export const numbers = z.custom<number[]>(
  (value) => Array.isArray(value) && value.every((item) => typeof item === 'number'),
);

/** What methods draw; each has those that its description names. Fields of a record in events.jsonl. */
export const methodDraws = {
  /** λ of mixup and CutMix: the weight of the image's own label. CutMix's is corrected to the box's true area. */
  lambda: z.number().optional(),
  /** π of mixup and CutMix: image i is mixed with image permutation[i] of the batch. */
  permutation: numbers.optional(),
  /** Methods mixup and cutmix: number of mixed images, the first of the batch; `permutation` is one of theirs. */
  mixed: count.optional(),
  /** CutMix: rows top to bottom − 1 and columns left to right − 1 are pasted in from image permutation[i]. */
  box: z.object({ top: count, left: count, bottom: count, right: count }).optional(),
  /** Auxiliary source noise: seed of the stream "noise". */
  noiseSeed: count.optional(),
  /** Attacks: seed of the stream "pgd-start"; absent where the attack starts at the clean images. */
  startSeed: count.optional(),
  /** Targeted attacks: the class aimed at is (label + offset) mod K, for each image. */
  targetOffsets: numbers.optional(),
};

/** What a method draws for a step, as plain numbers: written to events.jsonl, and enough to run the step again. */
export type MethodDraws = z.infer<z.ZodObject<typeof methodDraws>>;
