import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { experimentSchema } from '../../common/experiment/schema';
import type { RunEventBody } from '../../common/run/events';
import { runPaths } from '../../common/run/run-folder';
import { SummaryFile } from './curves-panel-summary-file';

export const stepsPerEpoch = 1000;
const started = 1_740_820_000_000;
/** Steps take 20 to 30 ms. */
const stepMs = 20;
const jitterMs = 10;
const flushBytes = 4 * 1024 * 1024;

/** The records of a finished MixProp run, as a trainer writes them; losses are float32, as tensors' values are. */
export function* madeUpRecords(steps: number, seed: number): Generator<RunEventBody> {
  const random = randomNumbers(seed);
  const epochs = Math.ceil(steps / stepsPerEpoch);
  yield { type: 'status', state: 'queued' };
  yield { type: 'status', state: 'running', totalSteps: steps, totalEpochs: epochs };
  for (let step = 1; step <= steps; step++) {
    const progress = step / steps;
    const epoch = Math.ceil(step / stepsPerEpoch);
    const learningRate = progress < 0.5 ? 0.1 : progress < 0.8 ? 0.01 : 0.001;
    const main = Math.fround(0.1 + 2.2 * Math.exp(-5 * progress) + 0.3 * random() + 0.01 * seed);
    const aux = Math.fround(0.6 + 1.9 * Math.exp(-3 * progress) + 0.4 * random());
    const loss = { total: Math.fround(main + aux), main, aux };
    const imagesPerSecond = Math.round((6400 + 400 * random()) * 10) / 10;
    yield { type: 'step', step, epoch, learningRate, loss, imagesPerSecond };
    if (step % stepsPerEpoch !== 0) continue;
    const branch = (handicap: number) => ({
      loss: Math.fround(0.3 + 2 * Math.exp(-4 * progress)),
      top1: Math.round(10_000 * (0.95 - 0.8 * Math.exp(-4 * progress) - handicap - 0.01 * random())) / 10_000,
      top5: 0.99,
    });
    const validation = { main: branch(0), aux: branch(0.05) };
    const seconds = { training: 20.125, validation: 1.5 };
    yield { type: 'epoch', epoch, step, learningRate, train: { loss }, validation, seconds };
    const measures = () => Math.fround(random());
    const layers = Array.from({ length: 20 }, (_, index) => ({
      layer: `layer${1 + Math.floor(index / 5)}.${Math.floor((index % 5) / 2)}.bn${1 + (index % 2)}`,
      symmetricKl: measures(),
      wasserstein2: measures(),
      meanShift: measures(),
      logVarianceRatio: measures(),
      gammaGap: measures(),
      betaGap: measures(),
    }));
    yield { type: 'divergence', epoch, step, layers };
    yield { type: 'system', backend: 'tensorflow', device: 'CPU', memoryMiB: 1024.5 };
  }
  yield { type: 'status', state: 'finished' };
}

/** A run folder, and beside it the same numbers as TensorBoard reads them. */
export function writeRun(runsFolder: string, runId: string, steps: number, seed: number, summaryFolder?: string): void {
  const folder = join(runsFolder, runId);
  mkdirSync(folder, { recursive: true });
  const experiment = experimentSchema.parse({
    name: runId,
    seed,
    dataset: { type: 'shapes' },
    model: { width: 16 },
    training: { epochs: steps / stepsPerEpoch, batchSize: 128 },
  });
  writeFileSync(runPaths(folder).experiment, JSON.stringify(experiment, null, 2));
  const summaries = summaryFolder === undefined ? undefined : new SummaryFile(join(summaryFolder, runId), started);
  const file = openSync(runPaths(folder).events, 'w');
  const jitter = randomNumbers(seed + 1000);
  let seq = 0;
  let time = started;
  let text: string[] = [];
  let length = 0;
  const flush = () => {
    writeSync(file, text.join(''));
    text = [];
    length = 0;
  };
  for (const body of madeUpRecords(steps, seed)) {
    const { type, ...fields } = body;
    if (type === 'step') time += stepMs + Math.floor(jitterMs * jitter());
    const line = `${JSON.stringify({ seq: ++seq, time, type, ...fields })}\n`;
    text.push(line);
    length += line.length;
    if (length > flushBytes) flush();
    if (summaries !== undefined) addSummaries(summaries, body, time / 1000);
  }
  flush();
  closeSync(file);
  summaries?.close();
}

function addSummaries(file: SummaryFile, body: RunEventBody, seconds: number): void {
  if (body.type === 'step') {
    file.add('loss/total', body.loss.total, body.step, seconds);
    file.add('loss/main', body.loss.main, body.step, seconds);
    file.add('loss/aux', body.loss.aux ?? Number.NaN, body.step, seconds);
    file.add('learning rate', body.learningRate, body.step, seconds);
  } else if (body.type === 'epoch' && body.validation !== undefined) {
    for (const [branch, values] of Object.entries(body.validation)) {
      file.add(`validation/${branch} loss`, values.loss, body.step, seconds);
      file.add(`validation/${branch} top-1`, values.top1, body.step, seconds);
    }
  }
}

/** Numbers in [0, 1) from a seed (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed * 0x9e37_79b9;
  return () => {
    state = (state + 0x6d2b_79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}
