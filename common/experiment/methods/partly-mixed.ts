import * as z from 'zod';
import type { ExperimentFinding } from '../../errors/experiment-finding';
import { defineMethod, oneBranch } from './method-definition';
import { alpha } from './shared-fields';

const fraction = z
  .number()
  .positive({ error: 'must be greater than 0: for no mixing use "method": {"type": "vanilla"}' })
  .max(1)
  .default(0.5)
  .describe('Share of each batch that is mixed; the rest stays clean. The paper mixes half.');

function check(settings: { fraction: number }, batchSize: number): ExperimentFinding[] {
  if (Math.round(batchSize * settings.fraction) >= 2) return [];
  const message = `leaves fewer than two of ${batchSize} images to mix: raise it, or training.batchSize`;
  return [{ path: ['method', 'fraction'], message, severity: 'error' }];
}

export const mixup = defineMethod({
  schema: z
    .strictObject({
      type: z.literal('mixup').describe('Mixup of a part of each batch, one BN branch.'),
      alpha,
      fraction,
    })
    .describe('Training on mixed images, one BN branch.'),
  branches: oneBranch,
  epochCost: () => 1,
  variants: [
    {
      name: 'mixup',
      title: 'Mixup',
      detail: 'Half of each batch is mixed, one batch normalisation.',
      settings: { type: 'mixup', alpha: 1, fraction: 0.5 },
    },
  ],
  recipeComment: [
    'A fraction of each batch is mixed with other images of it, λ ~ Beta(alpha, alpha); the rest stays clean.',
    'One batch normalisation.',
  ],
  check,
});

/** The paper has no cost for CutMix, which is that of mixup. */
export const cutmix = defineMethod({
  schema: z
    .strictObject({
      type: z.literal('cutmix').describe('CutMix of a part of each batch, one BN branch.'),
      alpha,
      fraction,
    })
    .describe('Training on images with pasted boxes, one BN branch.'),
  branches: oneBranch,
  epochCost: () => 1,
  variants: [
    {
      name: 'cutmix',
      title: 'CutMix',
      detail: 'Half of each batch has boxes of other images, one batch normalisation.',
      settings: { type: 'cutmix', alpha: 1, fraction: 0.5 },
    },
  ],
  recipeComment: [
    'A fraction of each batch gets a box of another image, with 1 − λ of the area, λ ~ Beta(alpha, alpha); the rest',
    'stays clean. One batch normalisation.',
  ],
  check,
});
