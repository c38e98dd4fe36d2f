import { beforeAll, describe, test } from 'vitest';
import { startBackend } from '../../trainer/backends/select';
import type { TensorflowBackend } from '../../trainer/backends/tensorflow-backend';
import { experimentSchema } from '../../trainer/experiment/schema';
import { CapturedExecutor } from '../../trainer/training/captured-executor';
import { expectAgreement } from '../golden/deviation';
import { channelsFirst, explainCase, explainedClasses, explainedNetworks } from '../golden/explain/explain-case';

let backend: TensorflowBackend;

beforeAll(async () => {
  backend = (await startBackend('tensorflow')).tensorflow!;
});

const { optimizer } = experimentSchema.parse({ dataset: { type: 'shapes' } });

// A graph's batch of one image splits the two, one of five is filled up.
describe.each([1, 5])('class activation maps from a graph with batches of %i', (explainBatch) => {
  test.each(explainedNetworks)('%s', (name) => {
    const { network, method, values, pixels, images, imageSize, reference } = explainCase(name);
    const shapes = { imageSize, trainingBatches: [], evaluationBatch: 4, explainBatch };
    const executor = new CapturedExecutor(backend, network, method, optimizer, 'float32', shapes, values);
    const explained = (['main', 'aux'] as const).flatMap((branch) => {
      const { logits, maps } = executor.classMaps(pixels, images, imageSize, branch);
      const cam = channelsFirst(maps, images, explainedClasses);
      return [
        [`${branch}/logits`, logits],
        [`${branch}/cam`, cam],
      ] as const;
    });
    executor.dispose();
    expectAgreement(new Map(explained), new Map(explained.map(([key]) => [key, reference(key)])));
  });
});
