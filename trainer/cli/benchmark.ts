import { setImmediate as nextTurn } from 'node:timers/promises';
import { UsageError } from '../../common/errors/usage-error';
import { epochCost, expectedEpochCost, formatCost } from '../../common/experiment/budget';
import { type MethodSettings, type MethodVariant, methodVariants } from '../../common/experiment/methods/methods';
import { architectures } from '../../common/experiment/networks/networks';
import { type Experiment, experimentSchema } from '../../common/experiment/schema';
import { refuseMissingPrecision } from '../backends/bfloat16-support';
import { parseBackend, type StartedBackend, startBackend } from '../backends/select';
import { createExecutor } from '../execution/create-executor';
import type { Executor, HostBatch } from '../execution/executor';
import { prepareNetwork } from '../execution/prepare-network';
import type { Method } from '../methods/method';
import { initialState } from '../models/initialization';
import { Generator } from '../random/generator';
import { type Column, linesOf, numberColumn, tableOf, textColumn } from '../report/text-table';
import type { Command } from './command';

/** The first steps compile and allocate; they are run but not counted. */
const warmUpSteps = 3;

/** Vanilla first: what the others are compared with. */
const methods = [...methodVariants].sort((a, b) => Number(b.name === 'vanilla') - Number(a.name === 'vanilla'));

export const benchmarkCommand: Command = {
  name: 'benchmark',
  summary: 'measure training speed on random images',
  usage: `benchmark [--model ${architectures.join('|')}] [--stem imagenet|cifar] [--width W]
                 [--image-size S] [--classes K] [--method METHOD[,METHOD…]|all] [--batch N]
                 [--backend auto|tensorflow|wasm] [--precision float32|bfloat16] [--steps N]

Counts complete training steps: forward, backward, update, attacks. Prints the median.

  --method  ${methods.map(({ name }) => name).join(', ')};
            several take turns, a step each, and are compared: the cost in N that the paper counts (Table 4),
            and the measured one, relative to the first`,
  options: {
    texts: ['model', 'stem', 'width', 'image-size', 'classes', 'method', 'batch', 'backend', 'precision', 'steps'],
  },
  async run(invocation) {
    invocation.optionsOnly('benchmark');
    const batchSize = invocation.integer('batch', 2) ?? 64;
    const imageSize = invocation.integer('image-size', 8) ?? 32;
    const classes = invocation.integer('classes', 2) ?? 100;
    const steps = invocation.integer('steps', 1) ?? 20;
    const precision = invocation.oneOf('precision', ['float32', 'bfloat16']) ?? 'float32';
    const architecture = invocation.oneOf('model', architectures) ?? 'preact-resnet18';
    const stem = invocation.oneOf('stem', ['imagenet', 'cifar']) ?? 'imagenet';
    const width = invocation.integer('width', 4, 512) ?? 64;
    const chosen = chosenMethods(invocation.text('method'));
    const backendName = parseBackend(invocation.text('backend'));
    const backend = await startBackend(backendName);
    await refuseMissingPrecision(backend, precision);
    const generator = new Generator(1, 'benchmark');
    const batch = {
      pixels: Float32Array.from({ length: batchSize * imageSize * imageSize * 3 }, () => generator.normal()),
      labels: Int32Array.from({ length: batchSize }, () => generator.integer(classes)),
      imageSize,
    };
    const contestants: Contestant[] = [];
    for (const { name, settings } of chosen) {
      const experiment = experimentSchema.parse({
        dataset: { type: 'shapes' },
        model: { architecture, width, stem },
        method: settings,
        training: { precision, batchSize },
      });
      contestants.push(await prepareContestant(name, experiment, backend, batch, classes));
    }
    const warnings = new Set([backend.warning, ...contestants.map(({ fallback }) => fallback)]);
    invocation.warn(...warnings);
    const progress = invocation.progress();
    for (let step = 1; step <= warmUpSteps + steps && !invocation.signal.aborted; step++) {
      for (const { method, executor, times } of contestants) {
        if (invocation.signal.aborted) break;
        const draws = method.draw(generator, { size: batchSize, imageSize });
        const start = performance.now();
        executor.step(batch, draws, 0.01);
        if (step > warmUpSteps) times.push(performance.now() - start);
        await nextTurn();
      }
      progress.update('benchmark', step, warmUpSteps + steps);
    }
    if (invocation.signal.aborted) {
      invocation.printError('stopped before the end: no result');
      return 1;
    }
    const conditions = {
      backend: backend.name,
      device: backend.device,
      precision,
      model: architecture,
      width,
      imageSize,
      classes,
      batch: batchSize,
      // Of the operating system: what TensorFlow allocates is not in JavaScript's accounts.
      peakMemoryMiB: Math.round(process.resourceUsage().maxRSS / 1024),
    };
    const reference = median(contestants[0].times);
    const results = contestants.map((contestant) => result(contestant, batchSize, reference));
    invocation.printJson(results.length === 1 ? { ...results[0], ...conditions } : { ...conditions, methods: results });
    invocation.print(
      `${architecture} ×${width}, ${imageSize} px, ${chosen.length === 1 ? `${chosen[0].name}, ` : ''}batch ${batchSize}, ${backend.name} on ${backend.device}`,
    );
    if (results.length === 1) {
      const [{ imagesPerSecond, msPerStep, steps: counted }] = results;
      invocation.print(
        `${imagesPerSecond} images/s, ${msPerStep} ms a step (median of ${counted}), peak memory ${conditions.peakMemoryMiB} MiB`,
      );
    } else {
      for (const line of linesOf(tableOf(columns, results))) invocation.print(line);
    }
    return 0;
  },
};

/** A method that is measured. */
interface Contestant {
  name: string;
  settings: MethodSettings;
  method: Method;
  executor: Executor;
  fallback?: string;
  captureMs: number;
  /** Of the counted steps, in ms. */
  times: number[];
}

async function prepareContestant(
  name: string,
  experiment: Experiment,
  backend: StartedBackend,
  { labels, imageSize }: HostBatch,
  classes: number,
): Promise<Contestant> {
  const prepared = prepareNetwork(experiment, classes);
  const captureStart = performance.now();
  const { executor, fallback } = await createExecutor(
    backend,
    prepared,
    experiment,
    { imageSize, trainingBatches: [labels.length], evaluationBatch: labels.length },
    initialState(prepared.network.specs, 1),
  );
  const captureMs = performance.now() - captureStart;
  return { name, settings: experiment.method, method: prepared.method, executor, fallback, captureMs, times: [] };
}

function result({ name, settings, executor, captureMs, times }: Contestant, batchSize: number, reference: number) {
  const msPerStep = median(times);
  return {
    method: name,
    imagesPerSecond: Number(((1000 * batchSize) / msPerStep).toFixed(1)),
    msPerStep: Number(msPerStep.toFixed(1)),
    steps: times.length,
    captured: executor.captured,
    captureMs: executor.captured ? Math.round(captureMs) : null,
    costN: epochCost(settings),
    expectedCostN: Number(expectedEpochCost(settings).toFixed(2)),
    relativeCost: Number((msPerStep / reference).toFixed(2)),
  };
}

const columns: readonly Column<ReturnType<typeof result>>[] = [
  textColumn('method', ({ method }) => method),
  numberColumn('images/s', ({ imagesPerSecond }) => String(imagesPerSecond)),
  numberColumn('ms a step', ({ msPerStep }) => String(msPerStep)),
  numberColumn('cost in the paper', ({ costN }) => formatCost(costN)),
  numberColumn('without weight gradients in attacks', ({ expectedCostN }) => formatCost(expectedCostN)),
  numberColumn('measured', ({ relativeCost }) => String(relativeCost)),
];

function chosenMethods(list = 'mixprop'): MethodVariant[] {
  if (list === 'all') return methods;
  return list.split(',').map((name) => {
    const variant = methods.find((candidate) => candidate.name === (name === 'advprop' ? 'advprop-pgd1' : name));
    if (variant) return variant;
    throw new UsageError(
      `--method must be of ${methods.map((candidate) => candidate.name).join(', ')}, or all, not "${name}"`,
    );
  });
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
