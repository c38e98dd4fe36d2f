import { beforeAll, describe, expect, test } from 'vitest';
import { experimentSchema } from '../../common/experiment/schema';
import { startBackend } from '../../trainer/backends/select';
import type { TensorflowBackend } from '../../trainer/backends/tensorflow/tensorflow-backend';
import { CapturedExecutor } from '../../trainer/execution/captured-executor';
import { EagerExecutor } from '../../trainer/execution/eager-executor';
import { Generator } from '../../trainer/random/generator';
import { expectAgreement } from '../golden/deviation';
import { channelsFirst, explainCase, explainedClasses, explainedNetworks } from '../golden/explain/explain-case';

let backend: TensorflowBackend;

beforeAll(async () => {
  backend = (await startBackend('tensorflow')).tensorflow!;
});

const { optimizer } = experimentSchema.parse({ dataset: { type: 'shapes' } });

// A graph's batch of one image splits the two, one of five is filled up: of any network alike.
describe('class activation maps from a graph', () => {
  test.each([...explainedNetworks.map((name) => [name, 5] as const), [explainedNetworks[0]!, 1] as const])(
    '%s with batches of %i',
    (name, explainBatch) => {
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
    },
  );
});

describe('a snapshot', () => {
  const { network, method, values, pixels, images, imageSize } = explainCase(explainedNetworks[0]!);
  const shapes = { imageSize, trainingBatches: [images], evaluationBatch: 4, explainBatch: 2 };
  const executors = {
    graph: () => new CapturedExecutor(backend, network, method, optimizer, 'float32', shapes, values),
    eager: () => new EagerExecutor(network, method, optimizer, values),
  };

  test.each(['graph', 'eager'] as const)('says what the network said then, while it trains on (%s)', (kind) => {
    const executor = executors[kind]();
    const ask = (of: Pick<typeof executor, 'classMaps'>) => of.classMaps(pixels, images, imageSize, 'aux');
    const before = ask(executor);
    const snapshot = executor.snapshot();
    const weights = snapshot.values();
    const labels = Int32Array.from({ length: images }, (_, i) => i % explainedClasses);
    for (let step = 1; step <= 3; step++) {
      const draws = method.draw(new Generator(1, 'snapshot', step), { size: images, imageSize });
      executor.step({ pixels, labels, imageSize }, draws, 0.1);
    }
    expect(ask(snapshot)).toEqual(before);
    expect(ask(executor).logits).not.toEqual(before.logits);
    expect(snapshot.values()).toEqual(weights);
    // Nor has asking it changed the network that trains.
    const trained = ask(executor);
    snapshot.dispose();
    expect(ask(executor)).toEqual(trained);
    executor.dispose();
  });
});
