import * as z from 'zod';
import { defineMethod, oneBranch } from './method-definition';

export const vanilla = defineMethod({
  schema: z
    .strictObject({ type: z.literal('vanilla').describe('Cross-entropy on clean images, one BN branch.') })
    .describe('Ordinary training.'),
  branches: oneBranch,
  epochCost: () => 1,
  variants: [
    {
      name: 'vanilla',
      title: 'Vanilla',
      detail: 'Ordinary training, to compare with.',
      settings: { type: 'vanilla' },
    },
  ],
  recipeComment: ['Ordinary training: clean images, one batch normalisation. "mixprop" adds the auxiliary branch.'],
});
