import type { OptimizerSettings } from '../../common/experiment/schema';
import type { Executor } from '../../trainer/execution/executor';
import type { Method } from '../../trainer/methods/method';
import { isTrainable } from '../../trainer/models/layers';
import type { Network } from '../../trainer/models/network';
import { digest } from './digest';
import { type GoldenCase, inPyTorchLayout, prepareCase } from './golden-case';
import { comparingIterations, withReferenceSigns } from './reference-signs';

/** An executor for steps and forward passes on `size` images. */
export type MakeExecutor = (run: {
  network: Network;
  method: Method;
  optimizer: OptimizerSettings;
  initial: ReadonlyMap<string, Float32Array>;
  size: number;
  imageSize: number;
}) => Executor;

export type CaseResult = ReturnType<typeof trainCase>;

/**
 * Step 1 of a case by itself, then all of its first `count` steps. Tensors come back as digests, by PyTorch's names, of
 * PyTorch's layouts.
 */
export function trainCase(golden: GoldenCase, makeExecutor: MakeExecutor, count: number) {
  const { network, method, attack, optimizer, initial, steps } = prepareCase(golden);
  const { batch, draws, learningRate } = steps[0];
  const { imageSize } = golden;
  const size = batch.labels.length;
  const trainable = network.specs.filter(({ role }) => isTrainable(role));
  const statistics = network.specs.filter(({ role }) => !isTrainable(role));
  const digests = (specs: typeof trainable, values: Map<string, Float32Array>) =>
    new Map([...inPyTorchLayout(specs, values)].map(([name, tensor]) => [name, digest(tensor)]));

  // Without weight decay the velocities of the first step are the gradients.
  const plain = { ...optimizer, weightDecay: 0 };
  const comparing = attack ? comparingIterations(method, attack) : method;
  const once = makeExecutor({ network, method: comparing, optimizer: plain, initial, size, imageSize });
  const outcome = once.step(batch, draws, learningRate);
  const first = {
    gradients: digests(trainable, once.velocities()),
    statistics: digests(statistics, once.values()),
    iterations: attack && { clear: outcome.main, share: outcome.aux! },
  };
  once.dispose();

  const executor = makeExecutor({
    network,
    method: attack ? withReferenceSigns(method, attack.iterations) : method,
    optimizer,
    initial,
    size,
    imageSize,
  });
  const infer = () =>
    new Map(method.branches.map((branch) => [branch, executor.logits(batch.pixels, size, imageSize, branch)]));
  const logitsBefore = infer();
  const losses = steps.slice(0, count).map((step) => executor.step(step.batch, step.draws, step.learningRate));
  const logitsAfter = infer();
  const final = digests([...network.specs], executor.values());
  executor.dispose();
  return { branches: method.branches, ...first, logitsBefore, losses, logitsAfter, final };
}
