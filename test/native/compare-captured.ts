import { beforeAll } from 'vitest';
import { startBackend } from '../../trainer/backends/select';
import type { TensorflowBackend } from '../../trainer/backends/tensorflow/tensorflow-backend';
import { CapturedExecutor } from '../../trainer/execution/captured-executor';
import { casesAsGraphs } from '../golden/chosen-cases';
import { compareCase } from '../golden/compare-case';
import type { MakeExecutor } from '../golden/train-case';

/** Defines the tests of the networks of a family, run as graphs. Each has a file of its own, because files run side by side. */
export function compareCaptured(family: 'preact-resnet' | 'resnet'): void {
  let backend: TensorflowBackend;

  beforeAll(async () => {
    backend = (await startBackend('tensorflow')).tensorflow!;
  });

  const captured: MakeExecutor = ({ network, method, optimizer, initial, size, imageSize }) => {
    // One more than the images: an evaluation batch is filled up.
    const shapes = { imageSize, trainingBatches: [size], evaluationBatch: size + 1 };
    return new CapturedExecutor(backend, network, method, optimizer, 'float32', shapes, initial);
  };

  for (const { golden, steps } of casesAsGraphs()) {
    if (golden.network.startsWith(family)) compareCase(golden, captured, steps);
  }
}
