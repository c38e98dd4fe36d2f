import type { ResNetDepth } from '../../trainer/models/residual-block';
import { EagerExecutor } from '../../trainer/training/eager-executor';
import { compareCase } from './compare-case';
import { type GoldenCase, goldenCases } from './golden-case';
import { quickCases } from './quick-cases';
import type { MakeExecutor } from './train-case';

const eager: MakeExecutor = ({ network, method, optimizer, initial }) =>
  new EagerExecutor(network, method, optimizer, initial);

/** Defines the tests of the networks of a depth, run op by op, of as much as `MIXPROP_GOLDEN` says. */
export function compareEager(depth: ResNetDepth): void {
  for (const { golden, steps } of chosenCases()) {
    if (golden.network.includes(`resnet${depth}`)) compareCase(golden, eager, steps);
  }
}

function chosenCases(): { golden: GoldenCase; steps: number }[] {
  const quick = quickCases();
  switch (process.env.MIXPROP_GOLDEN) {
    case 'all':
      return goldenCases.map((golden) => ({ golden, steps: golden.steps.length }));
    case 'first-step':
      return goldenCases.map((golden) => quick.find((one) => one.golden === golden) ?? { golden, steps: 1 });
    default:
      return quick;
  }
}
