import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Experiment } from '../../common/experiment/schema';
import { makeFolders } from '../../common/files/make-folders';
import { layerDivergence } from '../../common/run/divergence-measures';
import type { EventLog } from '../../common/run/event-log';
import type { BranchValidation, EpochEvent, LossTerms, RunEventBody } from '../../common/run/events';
import { epochFile, runPaths } from '../../common/run/run-folder';
import type { Branch } from '../../common/weights/branch';
import { branchTensors } from '../../common/weights/branch-tensors';
import type { StartedBackend } from '../backends/select';
import type { Dataset } from '../data/dataset';
import { type LoadedBatch, type LoaderOptions, loadBatches } from '../data/loading/batch-loader';
import { stepsPerEpoch } from '../data/loading/data-order';
import { evaluate } from '../evaluation/evaluate';
import type { CaptureShapes } from '../execution/captured-executor';
import { createExecutor } from '../execution/create-executor';
import type { Executor, HostBatch } from '../execution/executor';
import { breath } from '../execution/next-turn';
import { observeStep } from '../execution/observe-step';
import type { ChosenImage } from '../explain/chosen-images';
import { type EpochExplanations, explainEpoch } from '../explain/epoch-explanations';
import type { LiveExplanations } from '../explain/live-explanations';
import { createMethod } from '../methods/create-method';
import type { Method, MethodDraws } from '../methods/method';
import { buildNetwork } from '../models/build-network';
import { type Checkpoint, readWeights, writeBatchNormState, writeCheckpoint } from '../models/checkpoint';
import { initialState } from '../models/initialization';
import type { Network } from '../models/network';
import { type NormalizationLayers, normalizationLayers } from '../models/normalization-layers';
import type { CheckpointRequest } from '../signals/checkpoint-request';
import { Drawing, drawsRecord, type StepDraws } from './draws';
import { routingOf, routingProblems, routingRecord } from './routing';
import { learningRateAt } from './schedule';
import { stepBatch } from './step-batch';
import { WiringWatch } from './wiring-watch';

export interface TrainingOptions {
  /** The run folder; this process holds its lock. */
  folder: string;
  experiment: Experiment;
  dataset: Dataset;
  backend: StartedBackend;
  log: EventLog;
  /** Stops after the step in hand. */
  signal: AbortSignal;
  /** Asks for a checkpoint between two steps. */
  checkpointRequest?: CheckpointRequest;
  /** Told of a checkpoint that was asked for: it is of the state after `step`. */
  onCheckpoint?: (step: number) => void;
  /** Where to go on; a fresh run without. */
  checkpoint?: Checkpoint;
  /** Of a resumed run: the last epoch whose record stands in the log, and whether it has steps. */
  recorded?: { epochs: number; hasSteps: boolean };
  /** Values to start a fresh run from instead of random ones, by name. */
  initialWeights?: Map<string, Float32Array>;
  /** What `explain.images` chooses, as far as it can be read. */
  chosenImages?: readonly ChosenImage[];
  /** Told of the network while it can be asked. */
  live?: { explanations: LiveExplanations; baseFolder: string };
}

/** Training cannot go on. The message says why and what to try. */
export class TrainingError extends Error {
  override readonly name = 'TrainingError';
}

/** The network and method of an experiment on a data set with so many classes. */
export function prepareNetwork(experiment: Experiment, classes: number): { network: Network; method: Method } {
  const { normalization } = experiment.dataset;
  const method = createMethod(experiment.method, { normalization, classes });
  return { method, network: buildNetwork(experiment.model, classes, method.branches) };
}

/** The sizes of batches that a run has. */
export function captureShapes(
  { training: { batchSize }, evaluation }: Experiment,
  { training, validation }: Dataset,
): CaptureShapes {
  const lastBatch = training.count % batchSize;
  return {
    imageSize: training.imageSize,
    trainingBatches: [...(training.count >= batchSize ? [batchSize] : []), ...(lastBatch > 0 ? [lastBatch] : [])],
    evaluationBatch: Math.min(evaluation.batchSize, validation.count),
  };
}

/** Trains to the end, or until the signal; leaves `last` so that training can go on from there to the bit. */
export async function train(options: TrainingOptions): Promise<'finished' | 'stopped'> {
  const { experiment, dataset, backend, checkpoint, initialWeights, log } = options;
  const prepared = prepareNetwork(experiment, dataset.classes.length);
  const { executor, fallback } = await createExecutor(
    backend,
    prepared,
    experiment,
    { ...captureShapes(experiment, dataset), explainBatch: explainBatch(options) },
    checkpoint?.values ?? initialWeights ?? initialState(prepared.network.specs, experiment.seed),
    checkpoint?.velocities,
  );
  try {
    if (fallback) log.append({ type: 'warning', message: fallback });
    return await new TrainingLoop(options, prepared, executor).run();
  } finally {
    options.live?.explanations.end();
    executor.dispose();
  }
}

/**
 * Chosen images are looked at in one batch, others in batches of eight: a graph's batch is filled up, and that takes its time.
 * Never more than a step has, so that looking at a batch between two steps takes less than a step.
 */
function explainBatch({ experiment: { training, evaluation }, chosenImages }: TrainingOptions): number {
  return Math.min(Math.max(8, chosenImages?.length ?? 0), evaluation.batchSize, training.batchSize);
}

class TrainingLoop {
  private readonly network: Network;
  private readonly method: Method;
  private readonly drawing: Drawing;
  private readonly position: Checkpoint['position'];
  private readonly stepsPerEpoch: number;
  private readonly checkpoints: string;
  private readonly batchNorm: string;
  private readonly watch: WiringWatch;
  private readonly normalization: NormalizationLayers;
  private initial: ReadonlyMap<string, Float32Array> | undefined;
  /** What is recorded after epochs. */
  private chosenImages: readonly ChosenImage[];
  /** What the last step took, in ms. */
  private stepMs = 0;

  constructor(
    private readonly options: TrainingOptions,
    { network, method }: { network: Network; method: Method },
    private readonly executor: Executor,
  ) {
    const { experiment, dataset, folder, checkpoint } = options;
    this.network = network;
    this.method = method;
    this.watch = new WiringWatch(method);
    this.normalization = normalizationLayers(network.specs);
    this.drawing = new Drawing(experiment, this.method, dataset.training);
    this.stepsPerEpoch = stepsPerEpoch(dataset.training.count, experiment.training.batchSize);
    this.position = checkpoint?.position ?? {
      trainingImages: dataset.training.count,
      step: 0,
      epoch: 0,
      partialEpoch: emptyEpoch(),
    };
    this.chosenImages = options.chosenImages ?? [];
    this.checkpoints = runPaths(folder).checkpoints;
    this.batchNorm = runPaths(folder).batchNorm;
  }

  async run(): Promise<'finished' | 'stopped'> {
    const { experiment, dataset, log, signal, checkpoint, recorded } = this.options;
    const { epochs } = experiment.training;
    for (const folder of [this.checkpoints, this.batchNorm]) makeFolders(folder);
    if (!checkpoint) {
      this.writeCheckpoint(epochFile(0));
      this.writeLast();
    }
    log.append({
      type: 'status',
      state: 'running',
      ...((checkpoint || recorded?.hasSteps) && { fromStep: this.position.step + 1 }),
      totalSteps: epochs * this.stepsPerEpoch,
      totalEpochs: epochs,
    });
    this.reportSystem();
    this.openToQuestions();
    const draws = this.drawing.steps(this.position.step + 1, epochs * this.stepsPerEpoch);
    const batches = loadBatches(dataset.training, draws, experiment.dataset.normalization, this.loaderOptions());
    try {
      while (this.position.epoch < epochs) {
        const lastStep = (this.position.epoch + 1) * this.stepsPerEpoch;
        while (this.position.step < lastStep) {
          if (signal.aborted) return this.stop();
          this.writeRequested();
          const batch = await batches.next();
          if (batch.done) throw new Error('the draws ended before the steps');
          this.step(batch.value);
          await breath();
        }
        if ((await this.finishEpoch()) === 'stopped') return this.stop();
      }
    } catch (error) {
      // Waiting for a batch was interrupted.
      if (signal.aborted && error === signal.reason) return this.stop();
      throw error;
    } finally {
      await batches.return();
    }
    log.append({ type: 'status', state: 'finished' });
    return 'finished';
  }

  private loaderOptions(): LoaderOptions {
    const { experiment, signal } = this.options;
    return { workers: experiment.loading.workers, onWarning: (message) => this.warn([message]), signal };
  }

  private openToQuestions(): void {
    const { live, dataset, experiment, folder } = this.options;
    live?.explanations.begin({
      folder,
      executor: this.executor,
      network: this.network,
      branches: this.method.branches,
      source: { dataset, settings: experiment.dataset, baseFolder: live.baseFolder },
      batch: explainBatch(this.options),
      position: () => this.finished,
      stepMs: () => this.stepMs,
      chosenImages: () => this.chosenImages,
      nextRecordedEpoch: () => this.nextRecordedEpoch(),
      choose: (choices, images) => {
        this.options.log.append({ type: 'images', ...this.finished, images: [...choices] });
        this.chosenImages = images;
      },
    });
  }

  /** Steps and epochs. */
  private get finished(): { step: number; epoch: number } {
    const { step, epoch } = this.position;
    return { step, epoch };
  }

  private nextRecordedEpoch(): number {
    const { explain, training } = this.options.experiment;
    if (explain.every === null) throw new Error('the run records no maps: its experiment has "explain.every": null');
    return Math.min(training.epochs, (Math.floor(this.position.epoch / explain.every) + 1) * explain.every);
  }

  private learningRate(step: number): number {
    const { training, optimizer, schedule } = this.options.experiment;
    return learningRateAt(step, this.stepsPerEpoch, training.epochs, optimizer, schedule);
  }

  private step(loaded: LoadedBatch<StepDraws>): void {
    const { experiment, dataset, log } = this.options;
    const start = performance.now();
    const step = this.position.step + 1;
    const draws = loaded.request;
    const size = draws.indices.length;
    const learningRate = this.learningRate(step);
    const batch = stepBatch(dataset.training, loaded);
    const isRouted = experiment.record.routing && (step - 1) % this.stepsPerEpoch === 0;
    const before = isRouted ? this.executor.values() : undefined;
    const loss = this.executor.step(batch, draws.method, learningRate);

    this.stepMs = performance.now() - start;
    const seconds = loaded.waited + this.stepMs / 1000;
    const epoch = this.position.epoch + 1;
    if (experiment.record.draws) log.append(drawsRecord(step, draws));
    log.append({ type: 'step', step, epoch, learningRate, loss, imagesPerSecond: round(size / seconds, 1) });
    if (!Number.isFinite(loss.total)) this.diverged(`the loss became ${loss.total}`, step);
    this.warn(this.watch.afterStep(step, loss, draws.method, batch.labels));
    if (before) this.recordRouting(step, batch, draws.method, before);
    const { divergenceEvery } = experiment.record;
    const endsEpoch = step % this.stepsPerEpoch === 0;
    if (divergenceEvery !== null && step % divergenceEvery === 0 && !endsEpoch) {
      this.recordDivergence(step, this.executor.values(this.normalization.tensorNames));
    }
    this.position.step = step;
    const { partialEpoch } = this.position;
    partialEpoch.images += size;
    partialEpoch.seconds += seconds;
    partialEpoch.loading = (partialEpoch.loading ?? 0) + loaded.waited;
    partialEpoch.loss = {
      total: partialEpoch.loss.total + size * loss.total,
      main: partialEpoch.loss.main + size * loss.main,
      ...(loss.aux !== undefined && { aux: (partialEpoch.loss.aux ?? 0) + size * loss.aux }),
    };
  }

  /** Looks at the step once more, op by op, beside what it has really done to the running statistics. */
  private recordRouting(
    step: number,
    batch: HostBatch,
    draws: MethodDraws,
    before: ReadonlyMap<string, Float32Array>,
  ): void {
    const observed = observeStep(this.network, this.method, before, batch, draws);
    const routing = routingOf(batch, observed, before, this.executor.values());
    this.options.log.append(routingRecord(step, this.position.epoch + 1, routing));
    this.warn(routingProblems(routing, this.method.branches).map((problem) => `step ${step}: ${problem}`));
  }

  /** How far the branches are apart, in every normalisation layer. Nothing where there is one branch. */
  private recordDivergence(step: number, values: ReadonlyMap<string, Float32Array>): void {
    if (!this.method.branches.includes('aux')) return;
    const layers = this.normalization.layers.map((layer) => {
      const [main, aux] = (['main', 'aux'] as const).map((branch) => branchTensors(layer, branch, values));
      return { layer, ...layerDivergence(main, aux) };
    });
    this.options.log.append({ type: 'divergence', epoch: this.position.epoch + 1, step, layers });
  }

  private warn(messages: readonly string[]): void {
    for (const message of messages) this.options.log.append({ type: 'warning', message });
  }

  /** Running means at the start of the run, as its first checkpoint has them; none where that is gone. */
  private initialMeans(): ReadonlyMap<string, Float32Array> {
    if (this.initial) return this.initial;
    const file = join(this.checkpoints, epochFile(0));
    const values = existsSync(file) ? readWeights(file, this.network.specs) : new Map<string, Float32Array>();
    const means = this.network.specs.filter(({ name, role }) => role === 'running-mean' && values.has(name));
    this.initial = new Map(means.map(({ name }) => [name, values.get(name)!]));
    return this.initial;
  }

  /** Validates, records the epoch, writes its checkpoints. A stop during validation leaves it to the resumed run. */
  private async finishEpoch(): Promise<'finished' | 'stopped'> {
    const { experiment, log } = this.options;
    const { step, partialEpoch } = this.position;
    const epoch = this.position.epoch + 1;
    const start = performance.now();
    const values = this.values();
    let validation: EpochEvent['validation'];
    if (epoch % experiment.evaluation.every === 0 || epoch === experiment.training.epochs) {
      validation = await this.validate();
      if (!validation) return 'stopped';
    }
    const means = Object.entries(partialEpoch.loss).map(([term, sum]) => [term, sum / partialEpoch.images]);
    // A run that was stopped during validation and killed after it has the record, but no checkpoint of it.
    const isRecorded = epoch <= (this.options.recorded?.epochs ?? 0);
    const record: RunEventBody = {
      type: 'epoch',
      epoch,
      step,
      learningRate: this.learningRate(step),
      train: { loss: Object.fromEntries(means) as LossTerms },
      ...(validation && { validation }),
      seconds: {
        training: round(partialEpoch.seconds, 3),
        ...(partialEpoch.loading !== undefined && { loading: round(partialEpoch.loading, 3) }),
        validation: round((performance.now() - start) / 1000, 3),
      },
    };
    const explanations = this.explainEpoch(epoch, step);
    if (!isRecorded) {
      log.append(record);
      this.recordDivergence(step, values);
      for (const explained of explanations?.records ?? []) log.append(explained);
    }
    if (this.method.branches.includes('aux')) {
      this.warn(this.watch.afterEpoch(this.network.specs, this.initialMeans(), values));
    }
    this.reportSystem();
    this.position.epoch = epoch;
    this.position.partialEpoch = emptyEpoch();
    const top1 = validation?.main.top1 ?? -1;
    const isBest = top1 > (this.position.best?.top1 ?? -1);
    if (isBest) this.position.best = { top1, epoch };
    // The records must be on the disk before a checkpoint that builds on them.
    log.sync();
    explanations?.write(this.options.folder);
    writeBatchNormState(this.batchNorm, this.network.specs, values, epoch);
    if (isBest) this.writeCheckpoint('best.safetensors', values);
    const { every } = experiment.checkpoint;
    if (every !== null && epoch % every === 0) {
      // With the draws on record a step can be run again, which takes the momentum.
      if (experiment.record.draws) this.writeResumable(epochFile(epoch), values);
      else this.writeCheckpoint(epochFile(epoch), values);
    }
    this.writeLast(values);
    return 'finished';
  }

  /** Where the network looks in the chosen images, in the epochs that `explain.every` names. */
  private explainEpoch(epoch: number, step: number): EpochExplanations | undefined {
    const { experiment, dataset } = this.options;
    const { every, classes: shown } = experiment.explain;
    if (this.chosenImages.length === 0 || every === null) return undefined;
    if (epoch % every !== 0 && epoch !== experiment.training.epochs) return undefined;
    const look = {
      images: this.chosenImages,
      classes: dataset.classes,
      imageSize: dataset.validation.imageSize,
      normalization: experiment.dataset.normalization,
      branches: this.method.branches,
      shown,
    };
    return explainEpoch(this.executor, look, { epoch, step });
  }

  /** Validation through every branch, or undefined when the run is to stop. */
  private async validate(): Promise<EpochEvent['validation'] | undefined> {
    const { experiment, dataset, signal } = this.options;
    const results: Partial<Record<Branch, BranchValidation>> = {};
    try {
      for (const branch of this.method.branches) {
        results[branch] = await evaluate(this.executor, dataset.validation, branch, {
          batchSize: experiment.evaluation.batchSize,
          normalization: experiment.dataset.normalization,
          loading: this.loaderOptions(),
          onBatch: async () => {
            await breath();
            signal.throwIfAborted();
            this.writeRequested();
          },
        });
      }
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    }
    return { main: results.main!, ...(results.aux && { aux: results.aux }) };
  }

  /** Writes the checkpoint that was asked for, if any. The run goes on as if nothing had been. */
  private writeRequested(): void {
    if (!this.options.checkpointRequest?.take()) return;
    this.options.log.sync();
    this.writeLast();
    this.options.onCheckpoint?.(this.position.step);
  }

  private stop(): 'stopped' {
    const { log } = this.options;
    log.sync();
    this.writeLast();
    log.append({ type: 'status', state: 'stopped', reason: 'stopped on request' });
    return 'stopped';
  }

  private writeCheckpoint(file: string, values = this.values()): void {
    this.writeTo(file, { values, position: this.position });
  }

  private writeLast(values = this.values()): void {
    this.writeResumable('last.safetensors', values);
  }

  /** A checkpoint with momentum. */
  private writeResumable(file: string, values: Map<string, Float32Array>): void {
    const velocities = this.executor.velocities();
    this.writeTo(file, { values, velocities, position: this.position });
  }

  private writeTo(file: string, checkpoint: Checkpoint): void {
    const { classes } = this.options.dataset;
    writeCheckpoint(join(this.checkpoints, file), this.network.specs, { ...checkpoint, classes });
  }

  /** All tensors, read back. @throws TrainingError before numbers that are none reach a checkpoint */
  private values(): Map<string, Float32Array> {
    const values = this.executor.values();
    for (const [name, numbers] of values) {
      if (!numbers.every(Number.isFinite)) this.diverged(`${name} is no longer finite`);
    }
    return values;
  }

  private diverged(what: string, step = this.position.step): never {
    throw new TrainingError(
      `${what} in step ${step} (epoch ${this.position.epoch + 1}): lower optimizer.learningRate, or add ` +
        'schedule.warmupEpochs, and start again',
    );
  }

  private reportSystem(): void {
    const { backend, log } = this.options;
    const memoryMiB = Math.round(process.memoryUsage.rss() / 2 ** 20);
    log.append({ type: 'system', backend: backend.name, device: backend.device, memoryMiB });
  }
}

function emptyEpoch(): Checkpoint['position']['partialEpoch'] {
  return { loss: { total: 0, main: 0 }, images: 0, seconds: 0, loading: 0 };
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
