import * as z from 'zod';
import { type ExperimentFinding, warningAt } from '../../errors/experiment-finding';

export const epsilonPixels = z
  .number()
  .min(0, { error: 'must be at least 0: it is the radius of the attack, 1 to 3 in the paper' })
  .max(255)
  .default(1)
  .describe('ε: how far an attack may change a pixel (L∞). Unit: 1/255 of a pixel’s range.');

export const stepPixels = z
  .number()
  .positive({ error: 'must be greater than 0: it is the step of the attack, 1 in the paper' })
  .max(255)
  .default(1)
  .describe('Step size of an iteration of the attack. Unit: 1/255 of a pixel’s range.');

export const randomStart = z
  .number()
  .min(0)
  .max(1)
  .default(1)
  .describe(
    'Probability that the attack on a batch starts at a uniformly random point of the ball, not at the images.',
  );

/** Twice the largest radius that is published. */
const maxEpsilon = 32;

/** @param reachField the field that takes the attack further */
export function checkAttack(
  { epsilonPixels: epsilon, stepPixels: step }: { epsilonPixels: number; stepPixels: number },
  steps: number,
  reachField: 'steps' | 'stepPixels',
): ExperimentFinding[] {
  const warning = (field: string, message: string) => [warningAt(['method', 'attack', field], message)];
  if (epsilon === 0) return warning('epsilonPixels', 'with 0 the attack changes nothing: aux sees clean images too');
  if (epsilon < 0.5) {
    return warning(
      'epsilonPixels',
      'is less than half a grey level: its unit is 1/255 of a pixel’s range, so give 1 for 1/255',
    );
  }
  if (epsilon > maxEpsilon) {
    return warning(
      'epsilonPixels',
      `${epsilon} is implausibly high: nobody could tell such images apart; 1 to 16 is usual, in 1/255 of a pixel’s range`,
    );
  }
  if (steps * step >= epsilon) return [];
  return warning(
    reachField,
    `${steps} × ${step} does not reach from the image to the edge of the ball (epsilonPixels ${epsilon}); the paper takes ε + 1 steps of 1`,
  );
}
