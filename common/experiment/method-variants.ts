import type { ExperimentInput } from './schema';

/** A method with settings that the paper uses. */
export interface MethodVariant {
  /** Stable: "advprop-pgd3". */
  name: string;
  title: string;
  detail: string;
  settings: NonNullable<ExperimentInput['method']>;
}

/** AdvProp of the paper's section 4.1: ε pixels, steps of 1 pixel, n = ε + 1 iterations, but one for ε = 1. */
function advprop(epsilonPixels: number): MethodVariant {
  const steps = epsilonPixels === 1 ? 1 : epsilonPixels + 1;
  return {
    name: `advprop-pgd${steps}`,
    title: `AdvProp (PGD-${steps})`,
    detail: `Clean images through main, adversarial ones (ε = ${epsilonPixels}, n = ${steps}) through aux.`,
    settings: { type: 'advprop', attack: { epsilonPixels, stepPixels: 1, steps } },
  };
}

/** The methods as the paper compares them, and CutMix and Fast AdvProp. */
export const methodVariants: readonly MethodVariant[] = [
  {
    name: 'mixprop',
    title: 'MixProp',
    detail: 'Dual batch normalisation: clean images through main, mixed ones through aux.',
    settings: { type: 'mixprop', auxiliary: 'mixup', alpha: 1 },
  },
  {
    name: 'vanilla',
    title: 'Vanilla',
    detail: 'Ordinary training, to compare with.',
    settings: { type: 'vanilla' },
  },
  {
    name: 'mixup',
    title: 'Mixup',
    detail: 'Half of each batch is mixed, one batch normalisation.',
    settings: { type: 'mixup', alpha: 1, fraction: 0.5 },
  },
  {
    name: 'cutmix',
    title: 'CutMix',
    detail: 'Half of each batch has boxes of other images, one batch normalisation.',
    settings: { type: 'cutmix', alpha: 1, fraction: 0.5 },
  },
  advprop(1),
  advprop(2),
  advprop(3),
  {
    name: 'fast-advprop',
    title: 'Fast AdvProp',
    detail: 'A fifth of each batch is attacked in one step, whose gradient is reused.',
    settings: { type: 'fast-advprop', fraction: 0.2, attack: { epsilonPixels: 1, stepPixels: 1 } },
  },
];
