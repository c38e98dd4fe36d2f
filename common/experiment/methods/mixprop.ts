import * as z from 'zod';
import { type ExperimentFinding, noEffect, warningAt } from '../../errors/experiment-finding';
import { defineMethod, dualBranches } from './method-definition';
import { alpha, lossReduction } from './shared-fields';

const schema = z
  .strictObject({
    type: z.literal('mixprop').describe('Clean batch through main, auxiliary batch through aux (MixProp, Eq. 1).'),
    auxiliary: z
      .enum(['mixup', 'cutmix', 'noise'])
      .default('mixup')
      .describe('Where the batch of the aux branch comes from: mixup (the paper), CutMix, or Gaussian noise.'),
    alpha: alpha.describe('auxiliary mixup and cutmix only. λ ~ Beta(α, α), drawn once a batch.'),
    noisePixels: z
      .number()
      .positive({ error: 'must be greater than 0: it is the standard deviation of the noise' })
      .max(255)
      .default(10)
      .describe('auxiliary noise only. Standard deviation of the noise. Unit: 1/255 of a pixel’s range.'),
    lossReduction,
  })
  .describe('Training with dual batch normalisation.');

export const mixprop = defineMethod({
  schema,
  branches: dualBranches,
  label: ({ auxiliary }) => (auxiliary === 'mixup' ? 'mixprop' : `mixprop (${auxiliary})`),
  epochCost: () => 2,
  variants: [
    {
      name: 'mixprop',
      title: 'MixProp',
      detail: 'Dual batch normalisation: clean images through main, mixed ones through aux.',
      settings: { type: 'mixprop', auxiliary: 'mixup', alpha: 1 },
    },
  ],
  recipeComment: [
    'Clean images through the main batch normalisation, mixed images through the auxiliary one;',
    'λ ~ Beta(alpha, alpha). "vanilla" is ordinary training.',
  ],
  check: checkAuxiliary,
});

/** Fields that the auxiliary source does not use. */
function checkAuxiliary({ auxiliary, ...settings }: z.output<typeof schema>): ExperimentFinding[] {
  const defaults = schema.parse({ type: 'mixprop' });
  if (auxiliary === 'noise') {
    if (settings.noisePixels < 0.5) {
      const message = 'is less than half a grey level: its unit is 1/255 of a pixel’s range; 10 is the default';
      return [warningAt(['method', 'noisePixels'], message)];
    }
    if (settings.alpha === defaults.alpha) return [];
    return [noEffect(['method', 'alpha'], 'on auxiliary noise', 'set method.auxiliary to "mixup" or "cutmix"')];
  }
  if (settings.noisePixels === defaults.noisePixels) return [];
  return [noEffect(['method', 'noisePixels'], `on auxiliary ${auxiliary}`, 'set method.auxiliary to "noise"')];
}
