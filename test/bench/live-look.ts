import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { experimentSchema } from '../../common/experiment/schema';
import { askTrainer, type LiveConnection } from '../../common/live/live-client';
import type { RunEvent } from '../../common/run/events';
import { parseBackend } from '../../trainer/backends/select';
import { startRun } from '../../trainer/training/session';
import { endWith, median } from './measuring';

// How long requests for maps keep a run in training from its next step: `npm run bench -- live-look`.
// MIXPROP_BENCH_BACKEND chooses the backend (default: auto).

const stepsAlone = 30;
const images = (count: number) => Array.from({ length: count }, (_, i) => i);
const requests: [title: string, ask: (connection: LiveConnection) => Promise<{ step: number }>][] = [
  ['look, 8 images, the first time', (connection) => connection.request('look', { images: images(8) })],
  ['look, 8 images', (connection) => connection.request('look', { images: images(8) })],
  ['look, 200 images', (connection) => connection.request('look', { images: images(200) })],
  ['Grad-CAM of stage 4, 24 images', (connection) => connection.request('explain', { images: images(24), stage: 4 })],
];

async function run(): Promise<void> {
  const runsFolder = mkdtempSync(join(tmpdir(), 'mixprop-bench-'));
  const experiment = experimentSchema.parse({
    dataset: { type: 'shapes', trainingImages: 6400, validationImages: 200 },
    model: { width: 8 },
    training: { epochs: 100, batchSize: 32 },
  });
  const stop = new AbortController();
  /** When each step was done, in ms. */
  const done: number[] = [];
  /** The gaps between the steps from one on. */
  const gaps = (from: number, to = done.length) => done.slice(from + 1, to).map((at, i) => at - done[from + i]!);
  const steps = async (count: number) => {
    const end = done.length + count;
    while (done.length < end) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  const ask = async () => {
    await steps(stepsAlone);
    const alone = gaps(5);
    process.stdout.write(`alone: step ${median(alone).toFixed(0)} ms, longest ${Math.max(...alone).toFixed(0)} ms\n`);
    for (const [title, request] of requests) {
      const [from, start] = [done.length - 1, performance.now()];
      await askTrainer(join(runsFolder, 'run'), request);
      const seconds = (performance.now() - start) / 1000;
      await steps(2);
      const asked = gaps(from);
      process.stdout.write(
        `${title}: ${seconds.toFixed(2)} s, ${asked.length} steps meanwhile, from one to the next ${median(asked).toFixed(0)} ms, ` +
          `at most ${Math.max(...asked).toFixed(0)} ms\n`,
      );
      await steps(2);
    }
    stop.abort();
  };
  let asked: Promise<void> | undefined;
  const onEvent = (event: RunEvent) => {
    if (event.type !== 'step') return;
    done.push(performance.now());
    asked ??= ask();
  };
  const backend = parseBackend(process.env.MIXPROP_BENCH_BACKEND);
  await startRun({
    ...{ experiment, baseFolder: runsFolder, runsFolder, id: 'run', backend, warnings: [], stop, onEvent },
  });
  await asked;
  rmSync(runsFolder, { recursive: true });
}

endWith(run());
