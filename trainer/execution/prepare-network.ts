import type { Experiment } from '../../common/experiment/schema';
import type { Dataset } from '../data/dataset';
import { createMethod } from '../methods/create-method';
import type { Method } from '../methods/method';
import { buildNetwork } from '../models/build-network';
import type { Network } from '../models/network';
import type { CaptureShapes } from './captured-executor';

/** What an executor runs. */
export interface PreparedNetwork {
  network: Network;
  method: Method;
}

/** The network and method of an experiment on a data set with this number of classes. */
export function prepareNetwork(
  { dataset: { normalization }, model, method: settings }: Pick<Experiment, 'dataset' | 'model' | 'method'>,
  classes: number,
): PreparedNetwork {
  const method = createMethod(settings, { normalization, classes });
  return { method, network: buildNetwork(model, classes, method.branches) };
}

/** The batch sizes that occur in a run. */
export function captureShapes(
  { training: { batchSize }, evaluation }: Experiment,
  { training, validation }: Dataset,
): CaptureShapes {
  const lastBatch = training.count % batchSize;
  return {
    imageSize: training.imageSize,
    trainingBatches: [...(training.count >= batchSize ? [batchSize] : []), ...(lastBatch > 0 ? [lastBatch] : [])],
    evaluationBatch: Math.min(evaluation.batchSize, validation.count),
  };
}
