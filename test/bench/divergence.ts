import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseBackend, startBackend } from '../../trainer/backends/select';
import { type ExperimentInput, experimentSchema } from '../../trainer/experiment/schema';
import { initialState } from '../../trainer/models/initialization';
import { branchTensors, normalizationLayers } from '../../trainer/models/normalization-layers';
import { writeBatchNormState } from '../../trainer/run/checkpoint';
import { layerDivergence } from '../../trainer/run/divergence';
import { EventLog } from '../../trainer/run/event-log';
import { createExecutor } from '../../trainer/training/create-executor';
import { Generator } from '../../trainer/training/generator';
import { prepareNetwork } from '../../trainer/training/training-loop';

// What the BN divergence of an epoch costs (reading the statistics, the measures of all layers, the record and the epoch's file
// in bn/), beside the epoch's steps: `npm run bench -- divergence`. MIXPROP_BENCH_BACKEND chooses the backend (default: auto).

const rounds = 10;
const settings: { title: string; epochImages: number; experiment: ExperimentInput }[] = [
  {
    title: 'preact-resnet18 ×8, 32 px, batch 32, 4000 images',
    epochImages: 4000,
    experiment: { dataset: { type: 'shapes', imageSize: 32 }, model: { width: 8 }, training: { batchSize: 32 } },
  },
  {
    title: 'resnet50 (cifar stem) ×16, 32 px, batch 64, 50,000 images',
    epochImages: 50_000,
    experiment: {
      dataset: { type: 'shapes', imageSize: 32 },
      model: { architecture: 'resnet50', stem: 'cifar', width: 16 },
      training: { batchSize: 64 },
    },
  },
];

const median = (times: number[]) => [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)];

function timed(run: () => void): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

async function measure({ title, epochImages, experiment: input }: (typeof settings)[number]): Promise<void> {
  const experiment = experimentSchema.parse({ ...input, method: { type: 'mixprop' } });
  const { imageSize } = experiment.dataset as { imageSize: number };
  const { batchSize } = experiment.training;
  const backend = await startBackend(parseBackend(process.env.MIXPROP_BENCH_BACKEND));
  const prepared = prepareNetwork(experiment, 10);
  const { network, method } = prepared;
  const shapes = { imageSize, trainingBatches: [batchSize], evaluationBatch: batchSize };
  const { executor } = await createExecutor(backend, prepared, experiment, shapes, initialState(network.specs, 1));
  const generator = new Generator(1, 'benchmark');
  const batch = {
    pixels: Float32Array.from({ length: batchSize * imageSize ** 2 * 3 }, () => generator.uniform()),
    labels: Int32Array.from({ length: batchSize }, () => generator.integer(10)),
    imageSize,
  };
  const folder = mkdtempSync(join(tmpdir(), 'mixprop-bench-'));
  const log = EventLog.open(folder);
  const { layers } = normalizationLayers(network.specs);
  const step = () => executor.step(batch, method.draw(generator, { size: batchSize, imageSize }), 0.01);
  const record = () => {
    const values = executor.values();
    const measured = layers.map((layer) => {
      const [main, aux] = (['main', 'aux'] as const).map((branch) => branchTensors(layer, branch, values));
      return { layer, ...layerDivergence(main, aux) };
    });
    log.append({ type: 'divergence', epoch: 1, step: 1, layers: measured });
    writeBatchNormState(folder, network.specs, values, 1);
  };
  step();
  record();
  const times = { step: [] as number[], record: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    times.step.push(timed(step));
    times.record.push(timed(record));
  }
  log.close();
  rmSync(folder, { recursive: true });
  executor.dispose();
  const stepMs = median(times.step);
  const recordMs = median(times.record);
  const share = (100 * recordMs) / (stepMs * Math.ceil(epochImages / batchSize));
  process.stdout.write(
    `${title}, ${backend.name} (${backend.device}): step ${stepMs.toFixed(1)} ms, divergence of ${layers.length} layers ` +
      `${recordMs.toFixed(1)} ms: ${share.toFixed(3)} % of an epoch's steps\n`,
  );
}

async function run(): Promise<void> {
  for (const setting of settings) await measure(setting);
}

run().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${(error as Error).stack}\n`);
    process.exit(1);
  },
);
