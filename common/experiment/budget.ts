import { type MethodSettings, methodFacts } from './methods/methods';
import type { Experiment } from './schema';

/**
 * Cost of an epoch in N, as the paper counts it (section 4.4, Table 4): a forward and backward pass over the N training
 * images costs 1N. AdvProp with n attack steps costs (n + 2)N; Fast AdvProp, whose attack is a training pass too, with clean :
 * attacked = a : b, (a + 2b) / (a + b) N (Mei et al. 2022).
 */
export const epochCost = (method: MethodSettings): number => methodFacts(method.type).epochCost(method);

/**
 * Cost of an epoch in N when an attack step computes no gradients of weights. The forward pass, the gradients of the
 * activations and those of the weights each take about a third of 1N, so that an attack step costs 2/3 N: AdvProp with n steps
 * (2 + 2n/3)N. The other methods have no such steps.
 */
export const expectedEpochCost = (method: MethodSettings): number =>
  methodFacts(method.type).expectedEpochCost?.(method) ?? epochCost(method);

/** Cost of all epochs in N, as the paper counts it. */
export function totalCost({ method, training }: Pick<Experiment, 'method' | 'training'>): number {
  return training.epochs * epochCost(method);
}

/** "2.67 N": at most two decimals. */
export function formatCost(cost: number): string {
  return `${Number(cost.toFixed(2))} N`;
}
