import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { experimentSchema } from '../../common/experiment/schema';
import { EventLog } from '../../common/run/event-log';
import { startBackend } from '../../trainer/backends/select';
import type { MemoryImageSet } from '../../trainer/data/dataset';
import { assembleBatch, drawCropFlip } from '../../trainer/data/loading/augment';
import { createExecutor } from '../../trainer/execution/create-executor';
import { prepareNetwork } from '../../trainer/execution/prepare-network';
import { initialState } from '../../trainer/models/initialization';
import { Generator } from '../../trainer/random/generator';

// A contestant of native-backend.ts: training steps on the native backend, as the trainer runs them. Speaks the protocol of
// pytorch_step.py: a line {"steps": N} asks for N steps. Arguments: width, batch size, method, precision.
const [width, batchSize] = process.argv.slice(2, 4).map(Number);
const [type, precision] = process.argv.slice(4);
const classes = 100;
const imageSize = 32;
const images = 2048;

async function run(): Promise<void> {
  const experiment = experimentSchema.parse({
    dataset: { type: 'shapes' },
    model: { width },
    method: { type },
    training: { batchSize, precision },
  });
  const backend = await startBackend('tensorflow');
  const native = backend.tensorflow!;
  const { runSavedModel } = native.binding;
  let inSession = 0;
  // The binding's own functions cannot be replaced: an object before it times one of them.
  Object.assign(native, {
    binding: Object.create(native.binding, {
      runSavedModel: {
        value: (...call: Parameters<typeof native.binding.runSavedModel>) => {
          const start = performance.now();
          try {
            return runSavedModel(...call);
          } finally {
            inSession += performance.now() - start;
          }
        },
      },
    }),
  });

  const prepared = prepareNetwork(experiment, classes);
  const captureStart = performance.now();
  const { executor, fallback } = await createExecutor(
    backend,
    prepared,
    experiment,
    { imageSize, trainingBatches: [batchSize], evaluationBatch: batchSize },
    initialState(prepared.network.specs, 1),
  );
  if (fallback) throw new Error(fallback);
  const capture = performance.now() - captureStart;
  const generator = new Generator(1, 'benchmark');
  const set: MemoryImageSet = {
    count: images,
    imageSize,
    pixels: Uint8Array.from({ length: images * imageSize ** 2 * 3 }, () => generator.integer(256)),
    labels: Int32Array.from({ length: images }, () => generator.integer(classes)),
    path: String,
  };
  const folder = mkdtempSync(join(tmpdir(), 'mixprop-bench-'));
  const log = EventLog.open(folder);
  let steps = 0;

  /** One step as in the training loop; its times in ms. */
  function step() {
    const start = performance.now();
    const indices = Int32Array.from({ length: batchSize }, () => generator.integer(images));
    const pixels = new Float32Array(batchSize * imageSize ** 2 * 3);
    const crops = drawCropFlip(generator, batchSize);
    assembleBatch(set, indices, crops, experiment.dataset.normalization, pixels);
    const labels = indices.map((index) => set.labels[index]);
    const draws = prepared.method.draw(generator, { size: batchSize, imageSize });
    const assembled = performance.now();
    inSession = 0;
    const loss = executor.step({ pixels, labels, imageSize }, draws, 0.01);
    const computed = performance.now();
    steps++;
    log.append({ type: 'step', step: steps, epoch: 1, learningRate: 0.01, loss, imagesPerSecond: 1 });
    const logged = performance.now();
    return {
      step: computed - assembled,
      data: assembled - start,
      host: computed - assembled - inSession,
      events: logged - computed,
    };
  }

  const answer = (message: object) => process.stdout.write(`${JSON.stringify(message)}\n`);
  answer({ device: backend.device, captureMs: Math.round(capture) });
  for await (const line of createInterface({ input: process.stdin })) {
    const times = Array.from({ length: (JSON.parse(line) as { steps: number }).steps }, step);
    answer({
      milliseconds: times.map((time) => time.step),
      data: times.map((time) => time.data),
      host: times.map((time) => time.host),
      events: times.map((time) => time.events),
      peakMemoryMiB: Math.round(process.resourceUsage().maxRSS / 1024),
    });
  }
  log.close();
  rmSync(folder, { recursive: true });
}

run().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${(error as Error).stack}\n`);
    process.exit(1);
  },
);
