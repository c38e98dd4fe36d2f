import { beforeAll } from 'vitest';
import { startBackend } from '../../trainer/backends/select';
import type { TensorflowBackend } from '../../trainer/backends/tensorflow-backend';
import { CapturedExecutor } from '../../trainer/training/captured-executor';
import { compareCase } from '../golden/compare-case';
import { goldenCases } from '../golden/golden-case';
import type { MakeExecutor } from '../golden/train-case';

let backend: TensorflowBackend;

beforeAll(async () => {
  backend = (await startBackend('tensorflow')).tensorflow!;
});

const captured: MakeExecutor = ({ network, method, optimizer, initial, size, imageSize }) => {
  // One more than the images: an evaluation batch is filled up.
  const shapes = { imageSize, trainingBatches: [size], evaluationBatch: size + 1 };
  return new CapturedExecutor(backend, network, method, optimizer, 'float32', shapes, initial);
};

for (const golden of goldenCases) compareCase(golden, captured);
