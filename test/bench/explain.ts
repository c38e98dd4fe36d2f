import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseBackend, startBackend } from '../../trainer/backends/select';
import { type ExperimentInput, experimentSchema } from '../../trainer/experiment/schema';
import { explainEpoch } from '../../trainer/explain/epoch-explanations';
import { initialState } from '../../trainer/models/initialization';
import { EventLog } from '../../trainer/run/event-log';
import { createExecutor } from '../../trainer/training/create-executor';
import { Generator } from '../../trainer/training/generator';
import { prepareNetwork } from '../../trainer/training/training-loop';

// What the class activation maps of eight images through both branches cost, beside an epoch's steps and beside one step:
// `npm run bench -- explain`. MIXPROP_BENCH_BACKEND chooses the backend (default: auto).

const chosen = 8;
const classes = 10;
const settings: { title: string; epochImages: number; experiment: ExperimentInput }[] = [
  {
    title: 'preact-resnet18 ×8, 32 px, batch 32, 2000 images',
    epochImages: 2000,
    experiment: {
      dataset: { type: 'shapes', imageSize: 32 },
      model: { width: 8 },
      training: { batchSize: 32 },
    },
  },
  {
    title: 'resnet18 (cifar stem) ×16, 64 px, batch 128, 50,000 images',
    epochImages: 50_000,
    experiment: {
      dataset: { type: 'shapes', imageSize: 64 },
      model: { architecture: 'resnet18', stem: 'cifar', width: 16 },
      training: { batchSize: 128 },
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
  const prepared = prepareNetwork(experiment, classes);
  const { network, method } = prepared;
  const shapes = { imageSize, trainingBatches: [batchSize], evaluationBatch: batchSize, explainBatch: chosen };
  const values = initialState(network.specs, 1);
  const { executor } = await createExecutor(backend, prepared, experiment, shapes, values);
  const generator = new Generator(1, 'benchmark');
  const batch = {
    pixels: Float32Array.from({ length: batchSize * imageSize ** 2 * 3 }, () => generator.uniform()),
    labels: Int32Array.from({ length: batchSize }, () => generator.integer(classes)),
    imageSize,
  };
  const region = Uint8Array.from({ length: imageSize ** 2 }, (_, i) => (i % imageSize < imageSize / 2 ? 1 : 0));
  const look = {
    images: Array.from({ length: chosen }, (_, index) => ({
      path: `validation/${index}`,
      index,
      label: index,
      pixels: Uint8Array.from({ length: imageSize ** 2 * 3 }, () => generator.integer(256)),
      region,
    })),
    classes: Array.from({ length: classes }, (_, i) => `class ${i}`),
    imageSize,
    normalization: experiment.dataset.normalization,
    branches: method.branches,
    shown: 'predicted' as const,
  };
  const folder = mkdtempSync(join(tmpdir(), 'mixprop-bench-'));
  const log = EventLog.open(folder);
  const step = () => executor.step(batch, method.draw(generator, { size: batchSize, imageSize }), 0.01);
  const explain = () => explainEpoch(executor, look, { epoch: 1, step: 1 });
  const record = () => {
    const { records, write } = explain();
    for (const body of records) log.append(body);
    write(folder);
  };
  const first = timed(record);
  step();
  const times = { step: [] as number[], explain: [] as number[], record: [] as number[] };
  for (let round = 0; round < 10; round++) {
    times.step.push(timed(step));
    times.explain.push(timed(explain));
    times.record.push(timed(record));
  }
  log.close();
  rmSync(folder, { recursive: true });
  executor.dispose();
  const stepMs = median(times.step);
  const epochMs = stepMs * Math.ceil(epochImages / batchSize);
  const recordMs = median(times.record);
  process.stdout.write(
    `${title}, ${backend.name} (${backend.device}): step ${stepMs.toFixed(1)} ms, maps of ${chosen} images through both branches ` +
      `${median(times.explain).toFixed(1)} ms, with records and file ${recordMs.toFixed(1)} ms (the first time ${first.toFixed(1)} ms): ` +
      `${((100 * recordMs) / epochMs).toFixed(3)} % of an epoch's steps\n`,
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
