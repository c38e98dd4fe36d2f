import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ExperimentInput, experimentSchema } from '../../common/experiment/schema';
import { EventLog } from '../../common/run/event-log';
import { parseBackend, startBackend } from '../../trainer/backends/select';
import { createExecutor } from '../../trainer/execution/create-executor';
import { prepareNetwork } from '../../trainer/execution/prepare-network';
import { initialState } from '../../trainer/models/initialization';
import { Generator } from '../../trainer/random/generator';

/** What an epoch of MixProp on images of noise consists of. */
export interface NoiseSetting {
  title: string;
  epochImages: number;
  imageSize: number;
  batchSize: number;
  model: ExperimentInput['model'];
}

export const classCount = 10;

/**
 * A network with its executor, a run folder and its log, to measure what is done beside the steps of an epoch.
 * MIXPROP_BENCH_BACKEND chooses the backend (default: auto).
 */
export async function startMixpropOnNoise(
  { epochImages, imageSize, batchSize, model }: NoiseSetting,
  explainBatch?: number,
) {
  const experiment = experimentSchema.parse({
    dataset: { type: 'shapes', imageSize },
    model,
    training: { batchSize },
    method: { type: 'mixprop' },
  });
  const backend = await startBackend(parseBackend(process.env.MIXPROP_BENCH_BACKEND));
  const prepared = prepareNetwork(experiment, classCount);
  const { network, method } = prepared;
  const shapes = { imageSize, trainingBatches: [batchSize], evaluationBatch: batchSize, explainBatch };
  const values = initialState(network.specs, 1);
  const { executor } = await createExecutor(backend, prepared, experiment, shapes, values);
  const generator = new Generator(1, 'benchmark');
  const batch = {
    pixels: Float32Array.from({ length: batchSize * imageSize ** 2 * 3 }, () => generator.uniform()),
    labels: Int32Array.from({ length: batchSize }, () => generator.integer(classCount)),
    imageSize,
  };
  const folder = mkdtempSync(join(tmpdir(), 'mixprop-bench-'));
  const log = EventLog.open(folder);
  return {
    ...{ backend, network, method, executor, generator, folder, log },
    normalization: experiment.dataset.normalization,
    stepsPerEpoch: Math.ceil(epochImages / batchSize),
    step: () => {
      executor.step(batch, method.draw(generator, { size: batchSize, imageSize }), 0.01);
    },
    end: () => {
      log.close();
      rmSync(folder, { recursive: true });
      executor.dispose();
    },
  };
}
