import type { ResNetDepth } from '../../trainer/models/residual-block';
import { EagerExecutor } from '../../trainer/training/eager-executor';
import { compareCase } from './compare-case';
import { goldenCases } from './golden-case';
import { quickCases } from './quick-cases';
import type { MakeExecutor } from './train-case';

const eager: MakeExecutor = ({ network, method, optimizer, initial }) =>
  new EagerExecutor(network, method, optimizer, initial);

/** Defines the tests of the networks of a depth, run op by op: all with MIXPROP_GOLDEN=all, else those for every day. */
export function compareEager(depth: ResNetDepth): void {
  const isAll = process.env.MIXPROP_GOLDEN === 'all';
  const cases = isAll ? goldenCases.map((golden) => ({ golden, steps: golden.steps.length })) : quickCases();
  for (const { golden, steps } of cases) {
    if (golden.network.includes(`resnet${depth}`)) compareCase(golden, eager, steps);
  }
}
