import { refuseMissingPrecision } from '../backends/bfloat16-support';
import { parseBackend, startBackend } from '../backends/select';
import { experimentSchema } from '../experiment/schema';
import { initialState } from '../models/initialization';
import { breath } from '../training/breath';
import { createExecutor } from '../training/create-executor';
import { Generator } from '../training/generator';
import { prepareNetwork } from '../training/training-loop';
import { UsageError } from '../usage-error';
import type { Command } from './command';

/** The first steps compile and allocate; they are run but not counted. */
const warmUpSteps = 3;

export const benchmarkCommand: Command = {
  name: 'benchmark',
  summary: 'measure training speed on random images',
  usage: `benchmark [--model preact-resnet18|resnet18] [--width W] [--image-size S] [--classes K]
                 [--method vanilla|mixprop] [--batch N] [--backend auto|tensorflow|wasm] [--precision float32|bfloat16] [--steps N]

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
    const precision = invocation.choice('precision', ['float32', 'bfloat16']) ?? 'float32';
    const architecture = invocation.choice('model', ['preact-resnet18', 'resnet18']) ?? 'preact-resnet18';
    const width = invocation.integer('width', 4, 512) ?? 64;
    const backendName = parseBackend(invocation.text('backend'));
    const experiment = experimentSchema.parse({
      dataset: { type: 'shapes' },
      model: { architecture, width },
      method: { type: method },
      training: { precision, batchSize },
    });
    const backend = await startBackend(backendName);
    await refuseMissingPrecision(backend, precision);
    const prepared = prepareNetwork(experiment, classes);
    const generator = new Generator(1, 'benchmark');
    const batch = {
      pixels: Float32Array.from({ length: batchSize * imageSize * imageSize * 3 }, () => generator.normal()),
      labels: Int32Array.from({ length: batchSize }, () => generator.integer(classes)),
      imageSize,
    };
    const captureStart = performance.now();
    const { executor, fallback } = await createExecutor(
      backend,
      prepared,
      experiment,
      { imageSize, trainingBatches: [batchSize], evaluationBatch: batchSize },
      initialState(prepared.network.specs, 1),
    );
    const captureMs = performance.now() - captureStart;
    for (const warning of [backend.warning, fallback]) if (warning) invocation.printError(`warning: ${warning}`);
    const progress = invocation.progress();
    const times: number[] = [];
    for (let step = 1; step <= warmUpSteps + steps && !invocation.signal.aborted; step++) {
      const draws = prepared.method.draw(generator, { size: batchSize, imageSize });
      const start = performance.now();
      executor.step(batch, draws, 0.01);
      if (step > warmUpSteps) times.push(performance.now() - start);
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
      // Of the operating system: what TensorFlow allocates is not in JavaScript's accounts.
      peakMemoryMiB: Math.round(process.resourceUsage().maxRSS / 1024),
      backend: backend.name,
      device: backend.device,
      captured: executor.captured,
      precision,
      model: architecture,
      width,
      imageSize,
      classes,
      method,
      batch: batchSize,
      steps: times.length,
      captureMs: executor.captured ? Math.round(captureMs) : null,
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
