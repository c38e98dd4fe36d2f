import { dispose, scalar, tensor1d, tensor4d } from '@tensorflow/tfjs-core';
import { parseBackend, startBackend } from '../backends/select';
import { experimentSchema } from '../experiment/schema';
import { initialState } from '../models/initialization';
import { breath } from '../training/breath';
import { Generator } from '../training/generator';
import { createState, trainingStep } from '../training/step';
import { prepareNetwork } from '../training/training-loop';
import { UsageError } from '../usage-error';
import type { Command } from './command';

/** The first steps compile and allocate; they are run but not counted. */
const warmUpSteps = 3;

export const benchmarkCommand: Command = {
  name: 'benchmark',
  summary: 'measure training speed on random images',
  usage: `benchmark [--model preact-resnet18|resnet18] [--width W] [--image-size S] [--classes K]
                 [--method vanilla|mixprop] [--batch N] [--backend auto|wasm] [--precision float32] [--steps N]

Counts complete training steps: forward, backward, update. Prints the median.`,
  options: {
    model: { type: 'string' },
    width: { type: 'string' },
    'image-size': { type: 'string' },
    classes: { type: 'string' },
    method: { type: 'string' },
    batch: { type: 'string' },
    backend: { type: 'string' },
    precision: { type: 'string' },
    steps: { type: 'string' },
  },
  async run(invocation) {
    if (invocation.positionals.length > 0) {
      throw new UsageError(`benchmark takes options only, not "${invocation.positionals[0]}"`);
    }
    const batchSize = invocation.integer('batch', 2) ?? 64;
    const imageSize = invocation.integer('image-size', 8) ?? 32;
    const classes = invocation.integer('classes', 2) ?? 100;
    const steps = invocation.integer('steps', 1) ?? 20;
    const method = invocation.choice('method', ['vanilla', 'mixprop']) ?? 'mixprop';
    const precision = invocation.choice('precision', ['float32']) ?? 'float32';
    const architecture = invocation.choice('model', ['preact-resnet18', 'resnet18']) ?? 'preact-resnet18';
    const width = invocation.integer('width', 4, 512) ?? 64;
    parseBackend(invocation.text('backend'));
    const experiment = experimentSchema.parse({
      dataset: { type: 'shapes' },
      model: { architecture, width },
      method: { type: method },
    });
    const backend = await startBackend();
    const prepared = prepareNetwork(experiment, classes);
    const state = createState(prepared.network, initialState(prepared.network.specs, 1));
    const generator = new Generator(1, 'benchmark');
    const pixels = Float32Array.from({ length: batchSize * imageSize * imageSize * 3 }, () => generator.normal());
    const batch = {
      images: tensor4d(pixels, [batchSize, imageSize, imageSize, 3]),
      labels: tensor1d(
        Int32Array.from({ length: batchSize }, () => generator.integer(classes)),
        'int32',
      ),
    };
    const progress = invocation.progress();
    const times: number[] = [];
    let peakBytes = 0;
    for (let step = 1; step <= warmUpSteps + steps && !invocation.signal.aborted; step++) {
      const draws = prepared.method.tensors(prepared.method.draw(generator, batchSize));
      const learningRate = scalar(0.01);
      const start = performance.now();
      const loss = trainingStep(prepared.network, prepared.method, experiment.optimizer, state, {
        batch,
        draws,
        learningRate,
      });
      loss.total.dataSync();
      if (step > warmUpSteps) times.push(performance.now() - start);
      dispose([loss.total, loss.main, ...(loss.aux ? [loss.aux] : []), learningRate, ...Object.values(draws)]);
      peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
      progress.update('benchmark', step, warmUpSteps + steps);
      await breath();
    }
    progress.clear();
    if (invocation.signal.aborted) {
      invocation.printError('stopped before the end: no result');
      return 1;
    }
    const msPerStep = median(times);
    const result = {
      imagesPerSecond: Number(((1000 * batchSize) / msPerStep).toFixed(1)),
      msPerStep: Number(msPerStep.toFixed(1)),
      peakMemoryMiB: Math.round(peakBytes / 2 ** 20),
      backend: backend.name,
      device: backend.device,
      captured: false,
      precision,
      model: architecture,
      width,
      imageSize,
      classes,
      method,
      batch: batchSize,
      steps: times.length,
    };
    invocation.printJson(result);
    invocation.print(
      `${architecture} ×${width}, ${imageSize} px, ${method}, batch ${batchSize}, ${backend.name} on ${backend.device}`,
    );
    invocation.print(
      `${result.imagesPerSecond} images/s, ${result.msPerStep} ms a step (median of ${times.length}), peak memory ${result.peakMemoryMiB} MiB`,
    );
    return 0;
  },
};

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
