import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Experiment } from '../../common/experiment/schema';
import { makeFolders } from '../../common/files/make-folders';
import { epochFile, runPaths } from '../../common/run/run-folder';
import type { Executor } from '../execution/executor';
import { type Checkpoint, readWeights, writeBatchNormState, writeCheckpoint } from '../models/checkpoint';
import type { ParameterSpec } from '../models/layers';
import { diverged } from './training-error';

/** What checkpoints are written from. */
interface CheckpointSource {
  /** The run folder. */
  folder: string;
  experiment: Pick<Experiment, 'checkpoint' | 'record'>;
  /** Names of the classes in the order of the network's outputs. */
  classes: readonly string[];
  specs: readonly ParameterSpec[];
  executor: Executor;
  /** The position in training, updated as training goes on. */
  position: Checkpoint['position'];
}

/** Writes the checkpoints of a run: the initial network, the last, the best, and those of epochs. */
export class RunCheckpoints {
  private readonly folder: string;
  private readonly batchNorm: string;

  constructor(private readonly source: CheckpointSource) {
    ({ checkpoints: this.folder, batchNorm: this.batchNorm } = runPaths(source.folder));
    for (const folder of [this.folder, this.batchNorm]) makeFolders(folder);
  }

  /** All tensors, read back. @throws TrainingError before non-finite values reach a checkpoint */
  values(): Map<string, Float32Array> {
    const { executor, position } = this.source;
    const values = executor.values();
    for (const [name, numbers] of values) {
      if (!numbers.every(Number.isFinite)) {
        throw diverged(`${name} is no longer finite`, position.step, position.epoch + 1);
      }
    }
    return values;
  }

  writeInitial(): void {
    const values = this.values();
    this.write(epochFile(0), values);
    this.writeLast(values);
  }

  writeLast(values: ReadonlyMap<string, Float32Array> = this.values()): void {
    this.writeResumable('last.safetensors', values);
  }

  /**
   * The checkpoints that are due when an epoch has ended.
   * @param values of the network
   * @param top1 of its validation through main; absent: the epoch was not validated
   */
  writeAfterEpoch(values: ReadonlyMap<string, Float32Array>, top1: number | undefined): void {
    const { experiment, position, specs } = this.source;
    const { epoch, best } = position;
    const isBest = top1 !== undefined && top1 > (best?.top1 ?? -1);
    if (isBest) position.best = { top1, epoch };
    writeBatchNormState(this.batchNorm, specs, values, epoch);
    if (isBest) this.write('best.safetensors', values);
    const { every } = experiment.checkpoint;
    if (every !== null && epoch % every === 0) {
      // With recorded draws steps can be replayed, which needs the momentum.
      if (experiment.record.draws) this.writeResumable(epochFile(epoch), values);
      else this.write(epochFile(epoch), values);
    }
    this.writeLast(values);
  }

  /** Running means of the first checkpoint, by name; empty where it has been deleted. */
  initialMeans(): ReadonlyMap<string, Float32Array> {
    const { specs } = this.source;
    const file = join(this.folder, epochFile(0));
    const values = existsSync(file) ? readWeights(file, specs) : new Map<string, Float32Array>();
    const means = specs.filter(({ name, role }) => role === 'running-mean' && values.has(name));
    return new Map(means.map(({ name }) => [name, values.get(name)!]));
  }

  /** A checkpoint with momentum, from which training can be resumed. */
  private writeResumable(file: string, values: ReadonlyMap<string, Float32Array>): void {
    this.write(file, values, this.source.executor.velocities());
  }

  private write(
    file: string,
    values: ReadonlyMap<string, Float32Array>,
    velocities?: ReadonlyMap<string, Float32Array>,
  ): void {
    const { classes, position, specs } = this.source;
    writeCheckpoint(join(this.folder, file), specs, { values, velocities, position, classes });
  }
}
