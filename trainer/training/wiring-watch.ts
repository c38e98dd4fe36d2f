import type { MethodDraws } from '../../common/experiment/methods/method-draws';
import type { LossTerms } from '../../common/run/events';
import { branchOf } from '../../common/weights/branch-names';
import type { Method } from '../methods/method';
import type { ParameterSpec } from '../models/layers';

/** Float32's rounding of a mean of a batch, with a wide margin. */
const tolerance = 1e-4;

/** Watches a run for signs of bugs that no setting can cause. Each is reported once. */
export class WiringWatch {
  private readonly reported = new Set<string>();

  constructor(private readonly method: Method) {}

  /** A loss below what any network can reach means that labels or λ are wired wrongly. @param labels [N] */
  afterStep(step: number, loss: LossTerms, draws: MethodDraws, labels: Int32Array): string[] {
    const floor = this.method.lossFloor?.(draws, labels) ?? 0;
    const [term, value] = loss.aux === undefined ? ['main', loss.main] : ['aux', loss.aux];
    if (!(value < floor * (1 - tolerance) - tolerance)) return [];
    return this.once(
      'floor',
      `the ${term} loss of step ${step} is ${value.toFixed(4)}, and no network can get below ${floor.toFixed(4)}, the entropy of ` +
        'λ times the share of pairs with different labels: labels, permutation or λ are wired wrongly',
    );
  }

  /** @param initial and values tensors of the network at the start of the run and now, by name */
  afterEpoch(
    specs: readonly ParameterSpec[],
    initial: ReadonlyMap<string, Float32Array>,
    values: ReadonlyMap<string, Float32Array>,
  ): string[] {
    const statistics = specs.filter(({ name, role }) => role === 'running-mean' && branchOf(name) === 'aux');
    const unchanged = statistics.filter(({ name }) => {
      const before = initial.get(name);
      return before !== undefined && values.get(name)!.every((value, i) => value === before[i]);
    });
    if (unchanged.length === 0) return [];
    return this.once(
      'unchanged',
      `the aux statistics of ${unchanged.length} of ${statistics.length} normalisation layers have not changed since the start ` +
        `(the first: ${unchanged[0].name}): no batch goes through aux there`,
    );
  }

  private once(what: string, message: string): string[] {
    if (this.reported.has(what)) return [];
    this.reported.add(what);
    return [message];
  }
}
