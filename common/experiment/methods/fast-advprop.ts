import * as z from 'zod';
import { type ExperimentFinding, warningAt } from '../../errors/experiment-finding';
import { checkAttack, epsilonPixels, randomStart, stepPixels } from './attack';
import { defineMethod, dualBranches } from './method-definition';

export const fastAdvprop = defineMethod({
  schema: z
    .strictObject({
      type: z
        .literal('fast-advprop')
        .describe('A part of each batch is attacked in one step whose gradient is reused.'),
      fraction: z
        .number()
        .positive({
          error: 'must be greater than 0: it is the share of attacked images, 0.2 for clean : adversarial = 4 : 1',
        })
        .lt(1, { error: 'must be less than 1: some images must stay clean, for main' })
        .default(0.2)
        .describe(
          'Share of each batch that is attacked and goes through aux; the rest is clean. 0.2: clean : adversarial = 4 : 1.',
        ),
      attack: z
        .strictObject({ epsilonPixels, stepPixels, randomStart })
        .prefault({})
        .describe('The attack: one untargeted iteration through aux with batch statistics.'),
    })
    .describe('Fast AdvProp: dual batch normalisation for little more than the cost of ordinary training.'),
  branches: dualBranches,
  epochCost: ({ fraction }) => 1 + fraction,
  variants: [
    {
      name: 'fast-advprop',
      title: 'Fast AdvProp',
      detail: 'A fifth of each batch is attacked in one step, whose gradient is reused.',
      settings: { type: 'fast-advprop', fraction: 0.2, attack: { epsilonPixels: 1, stepPixels: 1 } },
    },
  ],
  recipeComment: [
    'A fraction of each batch is attacked in one step, whose gradient trains too, and goes through the auxiliary batch',
    'normalisation; the rest stays clean. 0.2: clean : attacked = 4 : 1. Pixels are 1/255 of the range.',
  ],
  check: ({ fraction, attack }, batchSize) => [
    ...checkFraction(fraction, batchSize),
    ...checkAttack(attack, 1, 'stepPixels'),
  ],
});

function checkFraction(fraction: number, batchSize: number): ExperimentFinding[] {
  const attacked = Math.round(batchSize * fraction);
  if (attacked !== 0 && attacked !== batchSize) return [];
  const [what, remedy] = attacked === 0 ? ['one image is attacked', 'Raise'] : ['one image stays clean', 'Lower'];
  const message = `a batch of ${batchSize} cannot be split so: ${what} all the same. ${remedy} it, or raise training.batchSize`;
  return [warningAt(['method', 'fraction'], message)];
}
