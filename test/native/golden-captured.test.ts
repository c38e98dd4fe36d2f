import { beforeAll, describe, expect, test } from 'vitest';
import { startBackend } from '../../trainer/backends/select';
import type { TensorflowBackend } from '../../trainer/backends/tensorflow-backend';
import { CapturedExecutor } from '../../trainer/training/captured-executor';
import { expectAgreement, readReferences } from '../golden/deviation';
import {
  finalReferencesFile,
  type GoldenCase,
  goldenCases,
  inPyTorchLayout,
  namedLosses,
  prepareCase,
  referencesFile,
} from '../golden/golden-case';

let backend: TensorflowBackend;

beforeAll(async () => {
  backend = (await startBackend('tensorflow')).tensorflow!;
});

describe.each(goldenCases)('PyTorch and the captured graph of $name agree on', (golden) => {
  let result: ReturnType<typeof train>;

  beforeAll(() => {
    result = train(golden);
  });

  test('the logits of the initial network, in inference mode', () => {
    expectAgreement(result.logitsBefore, readReferences(referencesFile(golden), 'logits/before/'));
  });

  test('the losses of three steps', () => {
    expectAgreement(namedLosses(result.losses), namedLosses(golden.steps.map(({ loss }) => loss)));
  });

  test('every parameter and running statistic after three steps', () => {
    expectAgreement(result.final, readReferences(finalReferencesFile(golden)));
  });

  test('the logits of the trained network, in inference mode', () => {
    expectAgreement(result.logitsAfter, readReferences(referencesFile(golden), 'logits/after/'));
  });
});

test('there are references', () => {
  expect(goldenCases.length).toBeGreaterThan(0);
});

/** Runs the steps of a case as a graph. Tensors come back by PyTorch's names, in PyTorch's layouts. */
function train(golden: GoldenCase) {
  const { network, method, optimizer, initial, steps } = prepareCase(golden);
  const { pixels, labels, imageSize } = steps[0].batch;
  const trainingBatches = steps.map(({ batch }) => batch.labels.length);
  // One more than the images: the batch is filled up.
  const shapes = { imageSize, trainingBatches, evaluationBatch: labels.length + 1 };
  const executor = new CapturedExecutor(backend, network, method, optimizer, 'float32', shapes, initial);
  const infer = () =>
    new Map(method.branches.map((branch) => [branch, executor.logits(pixels, labels.length, imageSize, branch)]));
  const logitsBefore = infer();
  const losses = steps.map(({ batch, draws, learningRate }) => executor.step(batch, draws, learningRate));
  const logitsAfter = infer();
  const final = inPyTorchLayout(network.specs, executor.values());
  executor.dispose();
  return { logitsBefore, losses, logitsAfter, final };
}
