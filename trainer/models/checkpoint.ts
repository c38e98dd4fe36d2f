import { join } from 'node:path';
import type { LossTerms } from '../../common/run/events';
import { epochFile } from '../../common/run/run-folder';
import { auxNumberOf, branchOf, mainNameOf } from '../../common/weights/branch-names';
import { networkDifferences, recogniseNetwork } from '../../common/weights/recognise-network';
import {
  isFloatType,
  type NamedTensor,
  readSafetensors,
  readSafetensorsHeader,
  writeSafetensors,
} from '../../common/weights/safetensors';
import { type Misfit, misfitText } from '../../common/weights/weight-misfits';
import { type NamedEntry, networkNames, type WeightNames, withoutHead } from '../../common/weights/weight-names';
import { isHead, isNormalization, isTrainable, type ParameterSpec } from './layers';

const checkpointFormatVersion = 1;
const velocityPrefix = 'optimizer.velocity.';

/** When in training a checkpoint was taken, and what resuming needs besides tensors. */
export interface CheckpointPosition {
  /** Number of training images, on which epochs depend. */
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
  values: ReadonlyMap<string, Float32Array>;
  /** Momentum of the parameters by name; present in `last` only. */
  velocities?: ReadonlyMap<string, Float32Array>;
  /** Names of the classes in the order of the network's outputs; absent in older files. */
  classes?: readonly string[];
  position: CheckpointPosition;
}

/** A file whose tensors do not fit the network. The message says why, and which network it probably is. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';

  constructor(
    message: string,
    /** Whether its network has another number of classes. */
    readonly hasOtherClasses = false,
  ) {
    super(message);
  }
}

/**
 * Writes a checkpoint under PyTorch's names and layouts (filters [out, in, KH, KW], linear weights [out, in]).
 * @throws RunWriteError
 */
export function writeCheckpoint(
  file: string,
  specs: readonly ParameterSpec[],
  { values, velocities, classes, position }: Checkpoint,
): void {
  const tensors = toPyTorch(specs, values);
  const momentum = toPyTorch(velocities ? specs.filter(({ role }) => isTrainable(role)) : [], velocities ?? new Map());
  for (const [name, tensor] of momentum) tensors.set(velocityPrefix + name, tensor);
  const metadata = {
    format: 'mixprop-checkpoint',
    formatVersion: String(checkpointFormatVersion),
    epoch: String(position.epoch),
    step: String(position.step),
    position: JSON.stringify(position),
    ...classMetadata(classes),
  };
  writeSafetensors(file, { tensors, metadata });
}

/** The metadata entry of a checkpoint's classes; empty where they are unknown. */
export const classMetadata = (classes: readonly string[] | undefined): Record<string, string> =>
  classes ? { classes: JSON.stringify(classes) } : {};

/** The classes in a checkpoint's metadata; undefined without. @throws SafetensorsError */
export function checkpointClasses(file: string): readonly string[] | undefined {
  return parseClasses(readSafetensorsHeader(file).metadata.classes);
}

/** Undefined where another program stored something else under this name. */
function parseClasses(json: string | undefined): readonly string[] | undefined {
  try {
    const names: unknown = JSON.parse(json ?? '');
    return Array.isArray(names) && names.every((name) => typeof name === 'string') ? names : undefined;
  } catch {
    return undefined;
  }
}

/** Writes the BN parameters and statistics of an epoch to `bn/`. */
export function writeBatchNormState(
  folder: string,
  specs: readonly ParameterSpec[],
  values: ReadonlyMap<string, Float32Array>,
  epoch: number,
): void {
  writeSafetensors(join(folder, epochFile(epoch)), {
    tensors: toPyTorch(
      specs.filter(({ role }) => isNormalization(role)),
      values,
    ),
    metadata: { format: 'mixprop-bn', formatVersion: '1', epoch: String(epoch) },
  });
}

/** Reads a checkpoint of ours, with what resuming needs. @throws CheckpointError, SafetensorsError */
export function readCheckpoint(file: string, specs: readonly ParameterSpec[]): Checkpoint {
  const { entries, metadata } = readSafetensorsHeader(file);
  if (metadata.format !== 'mixprop-checkpoint') throw new CheckpointError(`${file} was not written by MixProp Studio`);
  if (Number(metadata.formatVersion) > checkpointFormatVersion) {
    throw new CheckpointError(
      `${file} has format version ${metadata.formatVersion}, which needs a newer MixProp Studio`,
    );
  }
  const position = parsePosition(file, metadata.position);
  const own = new Map<string, NamedEntry>();
  const momentum = new Map<string, NamedEntry>();
  for (const entry of entries) {
    const stored = entry.name;
    const isMomentum = stored.startsWith(velocityPrefix);
    const name = isMomentum ? stored.slice(velocityPrefix.length) : stored;
    (isMomentum ? momentum : own).set(name, { ...entry, name, stored });
  }
  const trainable = specs.filter((spec) => isTrainable(spec.role));
  return {
    values: fromPyTorch(file, specs, { tensors: own, others: [] }),
    velocities: momentum.size > 0 ? fromPyTorch(file, trainable, { tensors: momentum, others: [] }) : undefined,
    classes: parseClasses(metadata.classes),
    position,
  };
}

/**
 * Finished epochs and steps of a checkpoint. Where the file does not say, as an exported one, the epoch in its name, or 0.
 * @throws SafetensorsError
 */
export function checkpointPlace(file: string): { epoch: number; step: number } {
  const { epoch = /epoch-(\d+)\.safetensors$/.exec(file)?.[1], step } = readSafetensorsHeader(file).metadata;
  return { epoch: Number(epoch ?? 0) || 0, step: Number(step ?? 0) || 0 };
}

function parsePosition(file: string, json: string | undefined): CheckpointPosition {
  try {
    return JSON.parse(json ?? '') as CheckpointPosition;
  } catch {
    throw new CheckpointError(`${file} does not say where training was: its metadata are damaged`);
  }
}

/** How the weights of a file are read. */
export interface WeightsOptions {
  /** fresh: the last layer is left out, of the file and of the result. */
  head?: 'from-file' | 'fresh';
  /** Called with notes on removed prefixes and ignored tensors. */
  onNote?: (note: string) => void;
}

/**
 * Reads the weights of a network from any safetensors file with PyTorch names: ours, torchvision's or timm's, also where
 * all names begin with a prefix. A network with two branches takes a file with one: aux starts as a copy of main.
 *
 * @throws CheckpointError saying how the tensors do not fit, or that several could be meant
 */
export function readWeights(
  file: string,
  specs: readonly ParameterSpec[],
  { head = 'from-file', onNote }: WeightsOptions = {},
): Map<string, Float32Array> {
  const { wanted, names } = chosenTensors(file, specs, head);
  const values = fromPyTorch(file, wanted, names);
  for (const note of names.notes) onNote?.(note);
  return values;
}

/**
 * Compares the names and shapes of a file with a network, as `readWeights` does. Values are read only where these do not fit,
 * so that the error names everything that is wrong.
 *
 * @throws CheckpointError, SafetensorsError
 */
export function checkWeights(file: string, specs: readonly ParameterSpec[]): void {
  const { wanted, names } = chosenTensors(file, specs, 'from-file');
  if (compareNames(wanted, names).misfits.length > 0) fromPyTorch(file, wanted, names);
}

/** The tensors of a file that a network takes, and those that it needs. */
function chosenTensors(
  file: string,
  specs: readonly ParameterSpec[],
  head: 'from-file' | 'fresh',
): { wanted: readonly ParameterSpec[]; names: WeightNames } {
  const inFile = networkNames(readSafetensorsHeader(file).entries);
  const names = head === 'fresh' ? withoutHead(inFile) : inFile;
  const wanted = head === 'fresh' ? specs.filter(({ role }) => !isHead(role)) : specs;
  const tensors = new Map(names.tensors);
  const auxNumbers = new Set([...tensors.keys()].flatMap((name) => auxNumberOf(name) ?? []));
  if (!specs.some(({ name }) => branchOf(name) === 'aux')) {
    for (const name of tensors.keys()) if (auxNumberOf(name) !== undefined) tensors.delete(name);
  } else if (auxNumbers.size === 0) {
    for (const { name } of wanted) {
      const main = tensors.get(mainNameOf(name));
      if (main) tensors.set(name, main);
    }
  } else if (auxNumbers.size > 1) {
    const all = [...auxNumbers].sort((a, b) => a - b).map((number) => `aux_bn.${number}`);
    throw new CheckpointError(
      `${file} has ${all.length} aux branches, ${all.join(' and ')} (timm’s SplitBatchNorm2d with num_splits=${all.length + 1}), ` +
        'and the network has one: keep the branch that is meant in the file, under the name aux_bn.0; a method with one branch, such as vanilla, takes main',
    );
  }
  return { wanted, names: { ...names, tensors } };
}

type FileNames = Pick<WeightNames, 'tensors' | 'others' | 'twice'>;

/** The tensors that fit by name, shape and type, with their names in the file; and those that do not. */
function compareNames(
  specs: readonly ParameterSpec[],
  names: FileNames,
): { fitting: Map<ParameterSpec, string>; misfits: Misfit[] } {
  const misfits: Misfit[] = [];
  const fitting = new Map<ParameterSpec, string>();
  for (const spec of specs) {
    const { name } = spec;
    const entry = names.tensors.get(name);
    const shape = pyTorchShape(spec);
    if (!entry) misfits.push({ kind: 'missing', name });
    else if (!isFloatType(entry.type)) misfits.push({ kind: 'type', name, is: entry.type });
    else if (entry.shape.join() === shape.join()) fitting.set(spec, entry.stored);
    else misfits.push({ kind: 'shape', name, is: entry.shape, needs: shape });
  }
  const known = new Set(specs.map(({ name }) => name));
  const unknown = [...names.tensors.values()].filter(({ name, type }) => !known.has(name) && isFloatType(type));
  for (const { stored } of [...unknown, ...names.others]) misfits.push({ kind: 'unknown', name: stored });
  return { fitting, misfits };
}

function fromPyTorch(file: string, specs: readonly ParameterSpec[], names: FileNames): Map<string, Float32Array> {
  const { fitting, misfits } = compareNames(specs, names);
  const stored = new Set(fitting.values());
  const { tensors } = readSafetensors(file, (name) => stored.has(name));
  const values = new Map<string, Float32Array>();
  for (const [spec, from] of fitting) {
    const tensor = tensors.get(from)!;
    const { name, role } = spec;
    if (!tensor.values.every(Number.isFinite)) misfits.push({ kind: 'not-finite', name });
    else if (role === 'running-variance' && tensor.values.some((value) => value < 0)) {
      misfits.push({ kind: 'negative', name });
    } else values.set(name, permute(tensor.values, spec, 'to-tfjs'));
  }
  if (misfits.length === 0) return values;
  const own = recogniseNetwork([...names.tensors.values(), ...names.others]);
  const experiment = recogniseNetwork(specs.map((spec) => ({ name: spec.name, shape: pyTorchShape(spec) })));
  throw new CheckpointError(
    misfitText(file, misfits, { differences: networkDifferences(own, experiment), twice: names.twice }),
    own.head !== undefined && experiment.head !== undefined && own.head.classes !== experiment.head.classes,
  );
}

function toPyTorch(
  specs: readonly ParameterSpec[],
  values: ReadonlyMap<string, Float32Array>,
): Map<string, NamedTensor> {
  return new Map(
    specs.map((spec) => {
      const { name } = spec;
      return [name, { shape: pyTorchShape(spec), values: permute(values.get(name)!, spec, 'to-pytorch') }];
    }),
  );
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
