import { EagerExecutor } from '../../trainer/execution/eager-executor';
import type { ResNetDepth } from '../../trainer/models/residual-block';
import { casesOpByOp } from './chosen-cases';
import { compareCase } from './compare-case';
import type { MakeExecutor } from './train-case';

const eager: MakeExecutor = ({ network, method, optimizer, initial }) =>
  new EagerExecutor(network, method, optimizer, initial);

/** Defines the tests of the networks of a depth, run op by op. */
export function compareEager(depth: ResNetDepth): void {
  for (const { golden, steps } of casesOpByOp()) {
    if (golden.network.includes(`resnet${depth}`)) compareCase(golden, eager, steps);
  }
}
