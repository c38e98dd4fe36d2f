import * as z from 'zod';

/** Of mixup and CutMix. */
export const alpha = z
  .number()
  .positive({ error: 'must be greater than 0: λ ~ Beta(α, α); 1 is uniform, 0.2 mixes little' })
  .default(1)
  .describe('λ ~ Beta(α, α), drawn once a batch. 1: uniform in [0, 1]; smaller: mostly little mixing.');

/** Of methods with two branches. */
export const lossReduction = z
  .enum(['sum', 'mean'])
  .default('sum')
  .describe('sum: main loss + aux loss, as in Eq. 1; mean: half of it, as the public AdvProp code has it.');
