import { setImmediate as nextTurn } from 'node:timers/promises';
import type { MethodDraws } from '../../common/experiment/methods/method-draws';
import type { Experiment } from '../../common/experiment/schema';
import { layerDivergence } from '../../common/run/divergence-measures';
import type { EventLog } from '../../common/run/event-log';
import type { BranchValidation, EpochEvent, LossTerms, RunEventBody } from '../../common/run/events';
import { branchTensors } from '../../common/weights/branch-tensors';
import type { StartedBackend } from '../backends/select';
import type { Dataset } from '../data/dataset';
import { type LoaderOptions, loadBatches } from '../data/loading/batch-loader';
import { stepsPerEpoch } from '../data/loading/data-order';
import type { LoadedBatch } from '../data/workers/batch-pool';
import { evaluateConditions } from '../evaluation/evaluate-conditions';
import { type BranchColumns, measure } from '../evaluation/measures';
import { createExecutor } from '../execution/create-executor';
import type { Executor, HostBatch } from '../execution/executor';
import { observeStep } from '../execution/observe-step';
import { captureShapes, type PreparedNetwork, prepareNetwork } from '../execution/prepare-network';
import type { ChosenImage } from '../explain/chosen-images';
import { type EpochExplanations, explainEpoch } from '../explain/epoch-explanations';
import type { LiveExplanations } from '../explain/live-explanations';
import type { Method } from '../methods/method';
import type { Checkpoint } from '../models/checkpoint';
import { initialState } from '../models/initialization';
import type { Network } from '../models/network';
import { type NormalizationLayers, normalizationLayers } from '../models/normalization-layers';
import type { CheckpointRequest } from '../signals/checkpoint-request';
import { Drawing, drawsRecord, type StepDraws } from './draws';
import type { Pause } from './pause';
import { routingOf, routingProblems } from './routing';
import { RunCheckpoints } from './run-checkpoints';
import { learningRateAt } from './schedule';
import { stepBatch } from './step-batch';
import { stopReason } from './stop-when';
import { diverged } from './training-error';
import { WiringWatch } from './wiring-watch';

export interface TrainingOptions {
  /** The run folder, claimed by this process. */
  folder: string;
  experiment: Experiment;
  dataset: Dataset;
  backend: StartedBackend;
  log: EventLog;
  /** Stops after the current step. */
  signal: AbortSignal;
  /** Holds training between two steps. */
  pause?: Pause;
  /** Asks for a checkpoint between two steps. */
  checkpointRequest?: CheckpointRequest;
  /** Called when a requested checkpoint of the state after `step` has been written. */
  onCheckpoint?: (step: number) => void;
  /** Where to resume; a fresh run without. */
  checkpoint?: Checkpoint;
  /** Of a resumed run: the records of its finished epochs, as far as they stand in the log, and whether it has steps. */
  recorded?: { epochs: readonly EpochEvent[]; hasSteps: boolean };
  /** Values to start a fresh run from instead of random ones, by name. */
  initialWeights?: Map<string, Float32Array>;
  /** The images of `explain.images` that can be read. */
  chosenImages?: readonly ChosenImage[];
  /** Answers requests about the network while it trains. */
  live?: { explanations: LiveExplanations; baseFolder: string };
}

/** Trains to the end, or until the signal. Leaves `last`, from which training can be resumed to the bit. */
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
    if (options.live) options.live.explanations.running = undefined;
    executor.dispose();
  }
}

/**
 * Chosen images are explained in one batch, others in batches of eight: a graph's batch is padded, which costs time. Never
 * larger than a training batch, so that a batch between two steps takes less time than a step.
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
  private readonly checkpoints: RunCheckpoints;
  private readonly watch: WiringWatch;
  private readonly normalization: NormalizationLayers;
  /** Running means at the start of the run. */
  private initialMeans: ReadonlyMap<string, Float32Array> | undefined;
  /** Those whose maps are recorded after epochs. */
  private chosenImages: readonly ChosenImage[];
  /** Duration of the last step, in ms. */
  private stepMs = 0;
  /** Finished epochs and what their validation measured. */
  private readonly epochs: Pick<EpochEvent, 'epoch' | 'validation'>[];

  constructor(
    private readonly options: TrainingOptions,
    { network, method }: PreparedNetwork,
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
    this.epochs = (options.recorded?.epochs ?? []).filter(({ epoch }) => epoch <= this.position.epoch);
    this.checkpoints = new RunCheckpoints({
      folder,
      experiment,
      classes: dataset.classes,
      specs: network.specs,
      executor,
      position: this.position,
    });
  }

  async run(): Promise<'finished' | 'stopped'> {
    const { experiment, dataset, log, signal, checkpoint, recorded } = this.options;
    const { epochs } = experiment.training;
    if (!checkpoint) this.checkpoints.writeInitial();
    this.reportRunning((checkpoint || recorded?.hasSteps) && { fromStep: this.position.step + 1 });
    this.reportSystem();
    this.acceptRequests();
    const draws = this.drawing.steps(this.position.step + 1, epochs * this.stepsPerEpoch);
    const batches = loadBatches(dataset.training, draws, experiment.dataset.normalization, this.loaderOptions());
    try {
      while (this.position.epoch < epochs && this.earlyStop() === undefined) {
        const lastStep = (this.position.epoch + 1) * this.stepsPerEpoch;
        while (this.position.step < lastStep) {
          if (this.options.pause?.isRequested) await this.hold(this.options.pause);
          if (signal.aborted) return this.stop();
          this.writeRequested();
          const batch = await batches.next();
          if (batch.done) throw new Error('the draws ended before the steps');
          this.step(batch.value);
          await nextTurn();
        }
        await this.finishEpoch();
      }
    } catch (error) {
      // Interrupted while waiting for a batch or validating: a resumed run validates the epoch again.
      if (signal.aborted && error === signal.reason) return this.stop();
      throw error;
    } finally {
      await batches.return();
    }
    const reason = this.position.epoch < epochs ? this.earlyStop() : undefined;
    log.append({ type: 'status', state: 'finished', ...(reason !== undefined && { reason }) });
    return 'finished';
  }

  /** Why training ends here although it has further epochs; undefined where it goes on. */
  private earlyStop(): string | undefined {
    const { stopWhen } = this.options.experiment.training;
    return stopWhen === null ? undefined : stopReason(stopWhen, this.epochs);
  }

  private reportRunning(resumed: { fromStep: number } | false | undefined): void {
    const { epochs } = this.options.experiment.training;
    this.options.log.append({
      type: 'status',
      state: 'running',
      ...resumed,
      totalSteps: epochs * this.stepsPerEpoch,
      totalEpochs: epochs,
    });
  }

  /** Waits between two steps until the pause is over or the run is to stop. A trainer that is killed meanwhile loses nothing. */
  private async hold(pause: Pause): Promise<void> {
    const { log, signal } = this.options;
    log.sync();
    this.checkpoints.writeLast();
    log.append({ type: 'status', state: 'paused', reason: 'paused on request' });
    await pause.hold(signal);
    if (!signal.aborted) this.reportRunning(false);
  }

  private loaderOptions(): LoaderOptions {
    const { experiment, signal } = this.options;
    return { workers: experiment.loading.workers, onWarning: (message) => this.warn([message]), signal };
  }

  private acceptRequests(): void {
    const { live, dataset, experiment, folder } = this.options;
    if (!live) return;
    live.explanations.running = {
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
      choose: (references, images) => {
        this.options.log.append({ type: 'images', ...this.finished, images: [...references] });
        this.chosenImages = images;
      },
    };
  }

  /** Finished steps and epochs. */
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
    if (!Number.isFinite(loss.total)) throw diverged(`the loss became ${loss.total}`, step, epoch);
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

  /** Repeats the step op by op, to compare with what it really did to the running statistics. */
  private recordRouting(
    step: number,
    batch: HostBatch,
    draws: MethodDraws,
    before: ReadonlyMap<string, Float32Array>,
  ): void {
    const observed = observeStep(this.network, this.method, before, batch, draws);
    const routing = routingOf(batch, observed, before, this.executor.values());
    this.options.log.append({ type: 'routing', step, epoch: this.position.epoch + 1, ...routing });
    this.warn(routingProblems(routing, this.method.branches).map((problem) => `step ${step}: ${problem}`));
  }

  /** How far the branches are apart in every normalisation layer; no record with one branch. */
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

  /** Validates, records the epoch and writes its checkpoints. After a stop during validation the resumed run does all of it. */
  private async finishEpoch(): Promise<void> {
    const { experiment, folder, log } = this.options;
    const epoch = this.position.epoch + 1;
    const start = performance.now();
    const values = this.checkpoints.values();
    const isValidated = epoch % experiment.evaluation.every === 0 || epoch === experiment.training.epochs;
    const validation = isValidated ? await this.validate() : undefined;
    const validationSeconds = (performance.now() - start) / 1000;
    const explanations = this.explainEpoch(epoch, this.position.step);
    // A run that was killed between records and checkpoint already has the records.
    if (epoch > (this.options.recorded?.epochs.at(-1)?.epoch ?? 0)) {
      log.append(this.epochRecord(validation, validationSeconds));
      this.recordDivergence(this.position.step, values);
      for (const explained of explanations?.records ?? []) log.append(explained);
    }
    if (this.method.branches.includes('aux')) {
      this.initialMeans ??= this.checkpoints.initialMeans();
      this.warn(this.watch.afterEpoch(this.network.specs, this.initialMeans, values));
    }
    this.reportSystem();
    this.position.epoch = epoch;
    this.epochs.push({ epoch, validation });
    this.position.partialEpoch = emptyEpoch();
    // Records must be on the disk before a checkpoint that relies on them.
    log.sync();
    explanations?.write(folder);
    this.checkpoints.writeAfterEpoch(values, validation?.main.top1);
  }

  /** The record of the epoch whose last step is done. */
  private epochRecord(validation: EpochEvent['validation'], validationSeconds: number): RunEventBody {
    const { step, epoch, partialEpoch } = this.position;
    const { loss, images, seconds, loading } = partialEpoch;
    const means = Object.entries(loss).map(([term, sum]) => [term, sum / images]);
    return {
      type: 'epoch',
      epoch: epoch + 1,
      step,
      learningRate: this.learningRate(step),
      train: { loss: Object.fromEntries(means) as LossTerms },
      ...(validation && { validation }),
      seconds: {
        training: round(seconds, 3),
        ...(loading !== undefined && { loading: round(loading, 3) }),
        validation: round(validationSeconds, 3),
      },
    };
  }

  /** Maps of the chosen images, in the epochs of `explain.every`. */
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

  /** Validation through every branch, with running statistics. @throws the signal's reason when the run is to stop */
  private async validate(): Promise<EpochEvent['validation']> {
    const { experiment, dataset, signal } = this.options;
    const { validation: images } = dataset;
    const indices = Int32Array.from({ length: images.count }, (_, i) => i);
    const [columns] = await evaluateConditions(this.executor, [{ name: 'clean', severity: null, images, indices }], {
      branches: this.method.branches,
      batchSize: experiment.evaluation.batchSize,
      normalization: experiment.dataset.normalization,
      loading: this.loaderOptions(),
      signal,
      onBatch: async () => {
        await nextTurn();
        signal.throwIfAborted();
        this.writeRequested();
      },
    });
    const measured = (branch: BranchColumns): BranchValidation => {
      const { loss, top1, top5 } = measure(branch);
      return { loss: loss ?? Number.NaN, top1, top5 };
    };
    return { main: measured(columns.main!), ...(columns.aux && { aux: measured(columns.aux) }) };
  }

  /** Writes the requested checkpoint, if any. Does not affect the run. */
  private writeRequested(): void {
    if (!this.options.checkpointRequest?.take()) return;
    this.options.log.sync();
    this.checkpoints.writeLast();
    this.options.onCheckpoint?.(this.position.step);
  }

  private stop(): 'stopped' {
    const { log } = this.options;
    log.sync();
    this.checkpoints.writeLast();
    log.append({ type: 'status', state: 'stopped', reason: 'stopped on request' });
    return 'stopped';
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
