import * as z from 'zod';
import { errorAt } from '../../errors/experiment-finding';
import { defineMethod, oneBranch } from './method-definition';
import { alpha } from './shared-fields';

const fraction = z
  .number()
  .positive({ error: 'must be greater than 0: for no mixing use "method": {"type": "vanilla"}' })
  .max(1)
  .default(0.5)
  .describe('Share of each batch that is mixed; the rest stays clean. The paper mixes half.');

/** A method that mixes a part of each batch and has one BN branch. The paper has no cost for CutMix, which is that of mixup. */
function partlyMixed<Type extends 'mixup' | 'cutmix'>(
  type: Type,
  title: string,
  words: { images: string; half: string; recipeComment: readonly string[] },
) {
  return defineMethod({
    schema: z
      .strictObject({
        type: z.literal(type).describe(`${title} of a part of each batch, one BN branch.`),
        alpha,
        fraction,
      })
      .describe(`Training on ${words.images}, one BN branch.`),
    branches: oneBranch,
    epochCost: () => 1,
    variants: [
      {
        name: type,
        title,
        detail: `Half of each batch ${words.half}, one batch normalisation.`,
        settings: { type, alpha: 1, fraction: 0.5 },
      },
    ],
    recipeComment: words.recipeComment,
    check: ({ fraction }, batchSize) => {
      if (Math.round(batchSize * fraction) >= 2) return [];
      const message = `leaves fewer than two of ${batchSize} images to mix: raise it, or training.batchSize`;
      return [errorAt(['method', 'fraction'], message)];
    },
  });
}

export const mixup = partlyMixed('mixup', 'Mixup', {
  images: 'mixed images',
  half: 'is mixed',
  recipeComment: [
    'A fraction of each batch is mixed with other images of it, λ ~ Beta(alpha, alpha); the rest stays clean.',
    'One batch normalisation.',
  ],
});

export const cutmix = partlyMixed('cutmix', 'CutMix', {
  images: 'images with pasted boxes',
  half: 'has boxes of other images',
  recipeComment: [
    'A fraction of each batch gets a box of another image, with 1 − λ of the area, λ ~ Beta(alpha, alpha); the rest',
    'stays clean. One batch normalisation.',
  ],
});
