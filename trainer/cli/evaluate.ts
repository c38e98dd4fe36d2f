import { existsSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { precisionObstacle } from '../backends/bfloat16-support';
import { parseBackend, startBackend } from '../backends/select';
import { cacheFolder } from '../data/cache-folder';
import { DatasetError } from '../data/dataset';
import { openDataset } from '../data/open-dataset';
import { evaluate, type Prediction } from '../evaluation/evaluate';
import { mainNameOf } from '../models/branch-names';
import { readWeights } from '../run/checkpoint';
import type { Branch, BranchValidation } from '../run/events';
import { breath } from '../training/breath';
import { createExecutor } from '../training/create-executor';
import { prepareNetwork } from '../training/training-loop';
import { UsageError } from '../usage-error';
import type { Command } from './command';
import { locateCheckpoint, readChosen } from './run-checkpoint';
import { percent } from './run-console';

export const evaluateCommand: Command = {
  name: 'evaluate',
  summary: 'top-1 and top-5 of a checkpoint on the validation images',
  usage: `evaluate RUN|FILE.safetensors [--experiment EXPERIMENT] [--checkpoint best|last|EPOCH] [--branch main|aux]
                [--predictions OUT.jsonl] [--out OUT.json] [--backend auto|tensorflow|wasm]

  --experiment   what network and data set a bare file belongs to
  --checkpoint   which checkpoint of a run (default: best)
  --branch       one normalisation branch (default: every branch the network has)
  --predictions  write a line of JSON an image and branch; label and predicted are class numbers, as in logits
  --out          write the result as JSON`,
  options: {
    experiment: { type: 'string' },
    checkpoint: { type: 'string' },
    branch: { type: 'string' },
    predictions: { type: 'string' },
    out: { type: 'string' },
    backend: { type: 'string' },
  },
  async run(invocation) {
    const [target, ...more] = invocation.positionals;
    if (target === undefined || more.length > 0)
      throw new UsageError('evaluate needs one run folder or one .safetensors file');
    const chosen = invocation.choice('branch', ['main', 'aux'] as const);
    const backendName = parseBackend(invocation.text('backend'));
    const { experiment, baseFolder, file } = locateCheckpoint(target, invocation);
    for (const option of ['predictions', 'out']) {
      const output = invocation.text(option);
      if (output !== undefined && !existsSync(dirname(resolve(output)))) {
        throw new UsageError(`--${option} ${output}: there is no folder ${dirname(resolve(output))}`);
      }
    }
    const backend = await startBackend(backendName);
    const obstacle = await precisionObstacle(backend, experiment.training.precision);
    if (obstacle) invocation.printError(`warning: evaluating in float32: ${obstacle}`);
    const training = { ...experiment.training, ...(obstacle && { precision: 'float32' as const }) };
    const progress = invocation.progress();
    const dataset = await openDataset(experiment.dataset, {
      baseFolder,
      cacheFolder: cacheFolder(),
      augmentation: experiment.augmentation,
      loading: experiment.loading,
      onProgress: (phase, done, total) => progress.update(phase, done, total),
      signal: invocation.signal,
    }).catch((error: unknown) => {
      throw error instanceof DatasetError ? new UsageError(error.message) : error;
    });
    const prepared = prepareNetwork(experiment, dataset.classes.length);
    const { network, method } = prepared;
    if (chosen === 'aux' && !method.branches.includes('aux')) {
      throw new UsageError(
        `a network trained with ${experiment.method.type} has one branch: --branch aux needs dual batch normalisation`,
      );
    }
    const values = readChosen(() => readWeights(file, network.specs));
    if (method.branches.includes('aux') && branchesAreEqual(values)) {
      invocation.printError('warning: aux equals main in every layer: the file has one branch, or was never trained');
    }
    const shapes = {
      imageSize: dataset.validation.imageSize,
      trainingBatches: [],
      evaluationBatch: Math.min(experiment.evaluation.batchSize, dataset.validation.count),
    };
    const { executor, fallback } = await createExecutor(backend, prepared, { ...experiment, training }, shapes, values);
    for (const warning of [backend.warning, fallback]) if (warning) invocation.printError(`warning: ${warning}`);
    const predictions: string[] = [];
    const results: Partial<Record<Branch, BranchValidation>> = {};
    for (const branch of chosen ? [chosen] : method.branches) {
      results[branch] = await evaluate(executor, dataset.validation, branch, {
        batchSize: experiment.evaluation.batchSize,
        normalization: experiment.dataset.normalization,
        onBatch: async (done, total) => {
          progress.update(`evaluating ${branch}`, done, total);
          await breath();
          invocation.signal.throwIfAborted();
        },
        onPrediction: ({ index, label, predicted, confidence, logits }: Prediction) =>
          predictions.push(
            JSON.stringify({
              path: dataset.validation.path(index),
              label,
              predicted,
              confidence,
              branch,
              logits: [...logits],
            }),
          ),
      });
    }
    progress.clear();
    executor.dispose();
    const result = { checkpoint: resolve(file), images: dataset.validation.count, branches: results };
    invocation.printJson(result);
    invocation.print(`${file}, ${result.images} validation images`);
    for (const [branch, { loss, top1, top5 }] of Object.entries(results)) {
      invocation.print(`${branch}: top-1 ${percent(top1)}, top-5 ${percent(top5)}, loss ${loss.toFixed(4)}`);
    }
    const predictionsFile = invocation.text('predictions');
    if (predictionsFile !== undefined) writeFileSync(predictionsFile, `${predictions.join('\n')}\n`);
    const out = invocation.text('out');
    if (out !== undefined) writeFileSync(out, `${JSON.stringify(result, null, 2)}\n`);
    return 0;
  },
};

/** Whether every tensor of the aux branch equals that of main. */
function branchesAreEqual(values: ReadonlyMap<string, Float32Array>): boolean {
  return [...values].every(([name, aux]) => {
    const main = values.get(mainNameOf(name));
    return main === undefined || aux.every((value, i) => value === main[i]);
  });
}
