import { existsSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { precisionObstacle } from '../backends/bfloat16-support';
import { parseBackend, startBackend } from '../backends/select';
import { cacheFolder } from '../data/cache-folder';
import { DatasetError } from '../data/dataset';
import { openDataset } from '../data/open-dataset';
import { evaluate, type Prediction } from '../evaluation/evaluate';
import type { Experiment } from '../experiment/schema';
import { mainNameOf } from '../models/branch-names';
import { CheckpointError, epochFile, readWeights } from '../run/checkpoint';
import type { Branch, BranchValidation } from '../run/events';
import { runPaths } from '../run/run-folder';
import { SafetensorsError } from '../run/safetensors';
import { breath } from '../training/breath';
import { createExecutor } from '../training/create-executor';
import { readRunEnvironment, readRunExperiment } from '../training/session';
import { prepareNetwork } from '../training/training-loop';
import { UsageError } from '../usage-error';
import type { Command, Invocation } from './command';
import { readExperiment } from './experiment-files';
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
    const values = readWeightsOrUsage(file, network.specs);
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

/** The experiment and the checkpoint file that the arguments mean. */
function locateCheckpoint(
  target: string,
  invocation: Invocation,
): { experiment: Experiment; baseFolder: string; file: string } {
  const experimentFile = invocation.text('experiment');
  const checkpoint = invocation.text('checkpoint');
  if (!existsSync(target)) throw new UsageError(`there is no run folder and no file ${target}`);
  if (statSync(target).isDirectory()) {
    const experiment = readRunExperiment(target);
    if (experimentFile !== undefined) {
      throw new UsageError(`${target} is a run and has its experiment: --experiment is for a bare .safetensors file`);
    }
    const { baseFolder } = readRunEnvironment(target);
    const file = join(runPaths(target).checkpoints, checkpointName(checkpoint ?? 'best'));
    if (!existsSync(file))
      throw new UsageError(`${basename(target)} has no checkpoint ${basename(file)}; try --checkpoint last`);
    return { experiment, baseFolder, file };
  }
  if (experimentFile === undefined)
    throw new UsageError(`say what network ${target} is with --experiment FILE.mixprop.json`);
  if (checkpoint !== undefined)
    throw new UsageError('--checkpoint chooses among the checkpoints of a run; a file is one already');
  const { experiment, baseFolder, lines } = readExperiment(experimentFile);
  if (!experiment) throw new UsageError(lines.join('\n'));
  return { experiment, baseFolder, file: target };
}

function checkpointName(checkpoint: string): string {
  if (checkpoint === 'best' || checkpoint === 'last') return `${checkpoint}.safetensors`;
  if (/^\d+$/.test(checkpoint)) return epochFile(Number(checkpoint));
  throw new UsageError(`--checkpoint must be best, last or an epoch, not "${checkpoint}"`);
}

function readWeightsOrUsage(file: string, specs: Parameters<typeof readWeights>[1]): Map<string, Float32Array> {
  try {
    return readWeights(file, specs);
  } catch (error) {
    throw error instanceof CheckpointError || error instanceof SafetensorsError ? new UsageError(error.message) : error;
  }
}

/** Whether every tensor of the aux branch equals that of main. */
function branchesAreEqual(values: ReadonlyMap<string, Float32Array>): boolean {
  return [...values].every(([name, aux]) => {
    const main = values.get(mainNameOf(name));
    return main === undefined || aux.every((value, i) => value === main[i]);
  });
}
