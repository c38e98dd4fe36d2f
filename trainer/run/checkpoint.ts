import { join } from 'node:path';
import { branchOf, mainNameOf } from '../models/branch-names';
import { isTrainable, type ParameterRole, type ParameterSpec } from '../models/layers';
import type { LossTerms } from './events';
import { epochFile } from './run-folder';
import { type NamedTensor, readSafetensors, writeSafetensors } from './safetensors';

export const checkpointFormatVersion = 1;
const velocityPrefix = 'optimizer.velocity.';

/** Where in training a checkpoint was taken, and what resuming needs besides tensors. */
export interface CheckpointPosition {
  /** Number of training images: another one makes other epochs. */
  trainingImages: number;
  /** Steps finished since the start. Order, augmentation and method draws follow from it and the seed. */
  step: number;
  /** Epochs finished. */
  epoch: number;
  /**
   * Sums over the images of the unfinished epoch: loss times images, and images. Seconds spent training in it, and how many of
   * them waiting for images, where that was measured.
   */
  partialEpoch: { loss: LossTerms; images: number; seconds: number; loading?: number };
  /** Highest main top-1 so far, and its epoch. */
  best?: { top1: number; epoch: number };
}

export interface Checkpoint {
  /** By name, in tfjs layouts, row-major. */
  values: Map<string, Float32Array>;
  /** Momentum of the parameters by name; present in `last` only. */
  velocities?: Map<string, Float32Array>;
  position: CheckpointPosition;
}

/** A file whose tensors do not fit the network; every one that is missing, unknown or misshapen is named. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
}

/**
 * Writes a checkpoint under PyTorch's names and layouts (filters [out, in, KH, KW], linear weights [out, in]).
 * @throws RunWriteError
 */
export function writeCheckpoint(
  file: string,
  specs: readonly ParameterSpec[],
  { values, velocities, position }: Checkpoint,
): void {
  const tensors = new Map<string, NamedTensor>();
  for (const spec of specs) tensors.set(spec.name, toPyTorch(spec, values.get(spec.name)!));
  if (velocities) {
    for (const spec of specs) {
      if (isTrainable(spec.role)) tensors.set(velocityPrefix + spec.name, toPyTorch(spec, velocities.get(spec.name)!));
    }
  }
  const metadata = {
    format: 'mixprop-checkpoint',
    formatVersion: String(checkpointFormatVersion),
    epoch: String(position.epoch),
    step: String(position.step),
    position: JSON.stringify(position),
  };
  writeSafetensors(file, { tensors, metadata });
}

/** Writes the BN parameters and statistics of an epoch to `bn/`. */
export function writeBatchNormState(
  folder: string,
  specs: readonly ParameterSpec[],
  values: ReadonlyMap<string, Float32Array>,
  epoch: number,
): void {
  const tensors = new Map<string, NamedTensor>();
  for (const spec of specs) {
    if (batchNormRoles.has(spec.role)) tensors.set(spec.name, toPyTorch(spec, values.get(spec.name)!));
  }
  writeSafetensors(join(folder, epochFile(epoch)), {
    tensors,
    metadata: { format: 'mixprop-bn', formatVersion: '1', epoch: String(epoch) },
  });
}

const batchNormRoles = new Set<ParameterRole>([
  'normalization-weight',
  'normalization-bias',
  'running-mean',
  'running-variance',
]);

/** Reads a checkpoint of ours, with what resuming needs. @throws CheckpointError, SafetensorsError */
export function readCheckpoint(file: string, specs: readonly ParameterSpec[]): Checkpoint {
  const { tensors, metadata } = readSafetensors(file);
  if (metadata.format !== 'mixprop-checkpoint') throw new CheckpointError(`${file} was not written by MixProp Studio`);
  if (Number(metadata.formatVersion) > checkpointFormatVersion) {
    throw new CheckpointError(
      `${file} has format version ${metadata.formatVersion}, which needs a newer MixProp Studio`,
    );
  }
  const position = parsePosition(file, metadata.position);
  const own = new Map([...tensors].filter(([name]) => !name.startsWith(velocityPrefix)));
  const momentum = new Map(
    [...tensors].flatMap(([name, tensor]) =>
      name.startsWith(velocityPrefix) ? [[name.slice(velocityPrefix.length), tensor]] : [],
    ) as [string, NamedTensor][],
  );
  const trainable = specs.filter((spec) => isTrainable(spec.role));
  return {
    values: fromPyTorch(file, specs, own),
    velocities: momentum.size > 0 ? fromPyTorch(file, trainable, momentum) : undefined,
    position,
  };
}

/**
 * Finished epochs and steps of a checkpoint. Where the file does not say, as an exported one, the epoch is the one it is named
 * after, or 0. @throws SafetensorsError
 */
export function checkpointPlace(file: string): { epoch: number; step: number } {
  const { epoch = /epoch-(\d+)\.safetensors$/.exec(file)?.[1], step } = readSafetensors(file).metadata;
  return { epoch: Number(epoch ?? 0) || 0, step: Number(step ?? 0) || 0 };
}

function parsePosition(file: string, json: string | undefined): CheckpointPosition {
  try {
    return JSON.parse(json ?? '') as CheckpointPosition;
  } catch {
    throw new CheckpointError(`${file} does not say where training was: its metadata are damaged`);
  }
}

/**
 * Reads the weights of a network from any safetensors file with PyTorch names: ours, torchvision's or timm's. A network
 * with two branches takes a file with one: aux starts as a copy of main.
 *
 * @throws CheckpointError naming every tensor that is missing, unknown, misshapen or not finite
 */
export function readWeights(file: string, specs: readonly ParameterSpec[]): Map<string, Float32Array> {
  const { tensors } = readSafetensors(file);
  for (const name of tensors.keys()) {
    // PyTorch's count of batches is no part of the network, whatever its type.
    if (name.startsWith(velocityPrefix) || name.endsWith('.num_batches_tracked')) tensors.delete(name);
  }
  const hasAux = [...tensors.keys()].some((name) => branchOf(name) === 'aux');
  const needsAux = specs.some(({ name }) => branchOf(name) === 'aux');
  if (needsAux && !hasAux) {
    for (const { name } of specs) {
      const main = tensors.get(mainNameOf(name));
      if (main) tensors.set(name, main);
    }
  }
  if (!needsAux) for (const name of tensors.keys()) if (branchOf(name) === 'aux') tensors.delete(name);
  return fromPyTorch(file, specs, tensors);
}

function fromPyTorch(
  file: string,
  specs: readonly ParameterSpec[],
  tensors: ReadonlyMap<string, NamedTensor>,
): Map<string, Float32Array> {
  const problems: string[] = [];
  const values = new Map<string, Float32Array>();
  for (const spec of specs) {
    const tensor = tensors.get(spec.name);
    const shape = pyTorchShape(spec);
    if (!tensor) problems.push(`"${spec.name}" is missing`);
    else if (tensor.shape.join() !== shape.join()) {
      problems.push(
        `"${spec.name}" has the shape [${tensor.shape.join(', ')}], the network needs [${shape.join(', ')}]`,
      );
    } else if (!tensor.values.every(Number.isFinite))
      problems.push(`"${spec.name}" has values that are NaN or infinite`);
    else values.set(spec.name, permute(tensor.values, spec, 'to-tfjs'));
  }
  const known = new Set(specs.map((spec) => spec.name));
  for (const name of tensors.keys()) if (!known.has(name)) problems.push(`"${name}" is not part of the network`);
  if (problems.length > 0)
    throw new CheckpointError(`${file} does not fit the network of the experiment:\n  ${problems.join('\n  ')}`);
  return values;
}

function toPyTorch(spec: ParameterSpec, values: Float32Array): NamedTensor {
  return { shape: pyTorchShape(spec), values: permute(values, spec, 'to-pytorch') };
}

function pyTorchShape({ role, shape }: ParameterSpec): number[] {
  if (role === 'convolution') return [shape[3], shape[2], shape[0], shape[1]];
  return role === 'linear-weight' ? [shape[1], shape[0]] : shape;
}

/** Filters [KH, KW, in, out] ↔ [out, in, KH, KW], linear weights [in, out] ↔ [out, in]; others stay as they are. */
function permute(
  values: Float32Array,
  { role, shape }: ParameterSpec,
  direction: 'to-pytorch' | 'to-tfjs',
): Float32Array {
  if (role !== 'convolution' && role !== 'linear-weight') return values;
  const [taps, inputs, outputs] =
    role === 'convolution' ? [shape[0] * shape[1], shape[2], shape[3]] : [1, shape[0], shape[1]];
  const result = new Float32Array(values.length);
  for (let tap = 0; tap < taps; tap++) {
    for (let input = 0; input < inputs; input++) {
      for (let output = 0; output < outputs; output++) {
        const tfjs = (tap * inputs + input) * outputs + output;
        const pyTorch = (output * inputs + input) * taps + tap;
        if (direction === 'to-pytorch') result[pyTorch] = values[tfjs];
        else result[tfjs] = values[pyTorch];
      }
    }
  }
  return result;
}
