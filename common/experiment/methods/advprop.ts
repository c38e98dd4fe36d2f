import * as z from 'zod';
import { checkAttack, epsilonPixels, randomStart, stepPixels } from './attack';
import { defineMethod, dualBranches } from './method-definition';
import { lossReduction } from './shared-fields';

const attack = z
  .strictObject({
    epsilonPixels,
    stepPixels,
    steps: z
      .int()
      .min(1, {
        error:
          'must be at least 1: PGD-1, PGD-3 and PGD-4 have 1, 3 and 4; for no attack use "method": {"type": "vanilla"}',
      })
      .max(100)
      .default(1)
      .describe(
        'n: iterations of the attack. The paper: 1 for ε = 1, else ε + 1 (PGD-1, PGD-3, PGD-4). Unit: iterations.',
      ),
    targeted: z
      .boolean()
      .default(false)
      .describe('false: away from the true class; true: towards a random other class.'),
    randomStart,
    batchNorm: z
      .enum(['running', 'batch'])
      .default('running')
      .describe('Statistics that normalise during the attack, which never changes them: running ones, or the batch’s.'),
  })
  .prefault({})
  .describe('Projected gradient descent against the aux branch.');

/** The paper's section 4.1: ε pixels, steps of 1 pixel, n = ε + 1 iterations, but one for ε = 1. */
function variant(epsilonPixels: number) {
  const steps = epsilonPixels === 1 ? 1 : epsilonPixels + 1;
  return {
    name: `advprop-pgd${steps}`,
    title: `AdvProp (PGD-${steps})`,
    detail: `Clean images through main, adversarial ones (ε = ${epsilonPixels}, n = ${steps}) through aux.`,
    settings: { type: 'advprop' as const, attack: { epsilonPixels, stepPixels: 1, steps } },
  };
}

export const advprop = defineMethod({
  schema: z
    .strictObject({
      type: z.literal('advprop').describe('Clean batch through main, adversarial batch through aux (AdvProp).'),
      attack,
      lossReduction,
    })
    .describe('Training with dual batch normalisation on adversarial images.'),
  branches: dualBranches,
  label: ({ attack: { steps, targeted } }) => `advprop (PGD-${steps}${targeted ? ', targeted' : ''})`,
  epochCost: (settings) => settings.attack.steps + 2,
  expectedEpochCost: (settings) => 2 + (2 / 3) * settings.attack.steps,
  variants: [variant(1), variant(2), variant(3)],
  recipeComment: [
    'Clean images through the main batch normalisation, adversarial images (PGD) through the auxiliary one.',
    'Pixels are 1/255 of the range. The paper has epsilonPixels 1, 2 and 3 with 1, 3 and 4 steps.',
    '"lossReduction": "mean" halves the loss, as the public code of AdvProp does.',
  ],
  check: (settings) => checkAttack(settings.attack, settings.attack.steps, 'steps'),
});
