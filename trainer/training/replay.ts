import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { UsageError } from '../../common/errors/usage-error';
import type { Experiment } from '../../common/experiment/schema';
import { effectiveEvents, readAllEvents } from '../../common/run/event-reader';
import type { DrawsEvent, LossTerms, StepEvent } from '../../common/run/events';
import { runPaths } from '../../common/run/run-folder';
import type { StartedBackend } from '../backends/select';
import type { Dataset } from '../data/dataset';
import { loadBatches } from '../data/loading/batch-loader';
import { stepsPerEpoch } from '../data/loading/data-order';
import { createExecutor } from '../execution/create-executor';
import type { HostBatch } from '../execution/executor';
import { type ObservedStep, observeStep } from '../execution/observe-step';
import { captureShapes, prepareNetwork } from '../execution/prepare-network';
import { type Checkpoint, CheckpointError, readCheckpoint } from '../models/checkpoint';
import type { ParameterSpec } from '../models/layers';
import { Drawing, drawsRecord, recordedDraws, type StepDraws } from './draws';
import { stepBatch } from './step-batch';

export interface ReplayOptions {
  folder: string;
  experiment: Experiment;
  dataset: Dataset;
  backend: StartedBackend;
  /** The step to replay, from 1. */
  step: number;
  /** Steps replayed so far, and in total. */
  onStep?: (done: number, total: number) => void;
  signal: AbortSignal;
}

export interface ReplayedStep {
  /** The checkpoint from which replaying began, and its step. */
  checkpoint: { file: string; step: number };
  draws: StepDraws;
  /** events.jsonl, or the seed where the draws were not recorded. */
  drawsFrom: 'record' | 'seed';
  batch: HostBatch;
  /** What the run recorded of the step. */
  recorded: StepEvent;
  loss: LossTerms;
  /** The first replayed step whose losses differ from those on record. */
  firstDifference?: { step: number; loss: LossTerms; recorded: LossTerms };
  /** What went through the network in the step. */
  observed: ObservedStep;
  warnings: string[];
}

/** Replays a step from the nearest checkpoint before it, with the recorded draws. Writes nothing. */
export async function replayStep(options: ReplayOptions): Promise<ReplayedStep> {
  const { folder, experiment, dataset, backend, step: wanted } = options;
  const events = effectiveEvents(readAllEvents(folder));
  const steps = new Map(events.flatMap((event) => (event.type === 'step' ? [[event.step, event] as const] : [])));
  const recordedBy = new Map(events.flatMap((event) => (event.type === 'draws' ? [[event.step, event] as const] : [])));
  if (!steps.has(wanted))
    throw new UsageError(`${basename(folder)} has no step ${wanted} on record: it has ${steps.size} steps`);
  const prepared = prepareNetwork(experiment, dataset.classes.length);
  const { network, method } = prepared;
  const { file, checkpoint } = checkpointBefore(folder, wanted, experiment, dataset, network.specs);
  const warnings: string[] = [];
  const { executor, fallback } = await createExecutor(
    backend,
    prepared,
    experiment,
    captureShapes(experiment, dataset),
    checkpoint.values,
    checkpoint.velocities,
  );
  if (fallback) warnings.push(fallback);
  try {
    const drawing = new Drawing(experiment, method, dataset.training);
    const first = checkpoint.position.step + 1;
    let firstDifference: ReplayedStep['firstDifference'];
    function* drawsToReplay() {
      for (let step = first; step <= wanted; step++) {
        const recorded = steps.get(step);
        if (!recorded)
          throw new UsageError(`${basename(folder)} has no record of step ${step}, which comes before step ${wanted}`);
        const fromSeed = drawing.step(step);
        const draws = drawsOf(recordedBy.get(step), dataset) ?? fromSeed;
        const isFromSeed = draws === fromSeed;
        if (!isFromSeed && !isSameDraw(step, draws, fromSeed)) {
          warnings.push(`the draws on record of step ${step} are not those of the seed: the record counts`);
        }
        yield { ...draws, recorded, isFromSeed };
      }
    }
    const loading = { workers: experiment.loading.workers, signal: options.signal };
    const { normalization } = experiment.dataset;
    for await (const loaded of loadBatches(dataset.training, drawsToReplay(), normalization, loading)) {
      options.signal.throwIfAborted();
      const { recorded, isFromSeed, ...draws } = loaded.request;
      const { step } = recorded;
      const batch = stepBatch(dataset.training, loaded);
      const observed =
        step === wanted ? observeStep(network, method, executor.values(), batch, draws.method) : undefined;
      const loss = executor.step(batch, draws.method, recorded.learningRate);
      if (!firstDifference && !isSameLoss(loss, recorded.loss)) {
        firstDifference = { step, loss, recorded: recorded.loss };
      }
      options.onStep?.(step - first + 1, wanted - first + 1);
      await nextTurn();
      if (!observed) continue;
      const drawsFrom = isFromSeed ? 'seed' : 'record';
      const from = { file, step: checkpoint.position.step };
      return { checkpoint: from, draws, drawsFrom, batch, recorded, loss, firstDifference, observed, warnings };
    }
    throw new Error('the draws ended before the step');
  } finally {
    executor.dispose();
  }
}

/** The latest checkpoint before a step from which training can be resumed. */
function checkpointBefore(
  folder: string,
  step: number,
  { training }: Experiment,
  dataset: Dataset,
  specs: readonly ParameterSpec[],
): { file: string; checkpoint: Checkpoint } {
  const { checkpoints } = runPaths(folder);
  const steps = stepsPerEpoch(dataset.training.count, training.batchSize);
  const names = existsSync(checkpoints) ? readdirSync(checkpoints) : [];
  const numbered = names
    .flatMap((name) => {
      const epoch = /^epoch-(\d+)\.safetensors$/.exec(name)?.[1];
      return epoch === undefined ? [] : [{ name, step: Number(epoch) * steps }];
    })
    .sort((a, b) => b.step - a.step);
  // `last` is the nearest one if the run was killed after it.
  for (const { name } of [{ name: 'last.safetensors', step: 0 }, ...numbered.filter((before) => before.step < step)]) {
    if (!names.includes(name)) continue;
    const file = join(checkpoints, name);
    const checkpoint = readCheckpoint(file, specs);
    if (checkpoint.position.trainingImages !== dataset.training.count) {
      throw new UsageError(
        `${basename(folder)} was trained on ${checkpoint.position.trainingImages} images and the data set now has ${dataset.training.count}: put the images back to replay it`,
      );
    }
    const isResumable = checkpoint.position.step === 0 || checkpoint.velocities !== undefined;
    if (isResumable && checkpoint.position.step < step) return { file, checkpoint };
  }
  throw new CheckpointError(
    `${checkpoints} has no checkpoint before step ${step} that training can go on from: epoch-0000.safetensors, with which a run begins, is gone`,
  );
}

function drawsOf(record: DrawsEvent | undefined, { training }: Dataset): StepDraws | undefined {
  if (!record) return undefined;
  const outside = record.indices.find((index) => !(index >= 0 && index < training.count));
  if (outside !== undefined) {
    throw new UsageError(
      `the draws on record of step ${record.step} name image ${outside}, which the data set does not have`,
    );
  }
  return recordedDraws(record);
}

/** Whatever the order of keys: zod gives those of a record in the schema's order. */
const isSameDraw = (step: number, a: StepDraws, b: StepDraws) =>
  isDeepStrictEqual(drawsRecord(step, a), drawsRecord(step, b));

const isSameLoss = (a: LossTerms, b: LossTerms) =>
  Object.is(a.total, b.total) && Object.is(a.main, b.main) && Object.is(a.aux, b.aux);
