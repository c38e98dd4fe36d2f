import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { reasonOf } from '../../errors/system-error';
import { channelDivergence, divergenceMeasures } from '../../run/divergence-measures';
import { runPaths } from '../../run/run-folder';
import { branchOf } from '../../weights/branch-names';
import type { BranchTensors } from '../../weights/branch-tensors';
import { branchTensors } from '../../weights/branch-tensors';
import { type NamedTensor, readSafetensors } from '../../weights/safetensors';
import type { Measured } from '../measured';
import type { EpochStatistics } from './divergence-alarms';
import type { BranchChannels, LayerChannels } from './divergence-contract';

/** Why the channels of an epoch cannot be shown, and what to do. */
export class ChannelsError extends Error {
  override readonly name = 'ChannelsError';
}

/** float32 has no more: more digits would only make messages longer. */
const significantDigits = 8;
const meanEnding = '.running_mean';

/** Epochs whose BN state a run folder holds, ascending. */
export function channelEpochs(folder: string): number[] {
  let names: string[];
  try {
    names = readdirSync(runPaths(folder).batchNorm);
  } catch {
    return [];
  }
  const epochs = names.flatMap((name) => {
    const digits = /^epoch-(\d+)\.safetensors$/.exec(name)?.[1];
    return digits === undefined ? [] : [Number(digits)];
  });
  return epochs.sort((a, b) => a - b);
}

/**
 * The channels of a layer at the end of an epoch, from the run's `bn/` folder.
 * @param maximum of a layer with more channels, so many are given, evenly spread
 * @throws ChannelsError
 */
export function readLayerChannels(
  run: { runKey: string; folder: string },
  layer: string,
  epoch: number,
  maximum = Number.POSITIVE_INFINITY,
): LayerChannels {
  return layerChannels(readEpochTensors(run.folder, epoch), { runKey: run.runKey, layer, epoch }, maximum);
}

/** The channels of all layers of an epoch. @throws ChannelsError */
export function readAllChannels(
  run: { runKey: string; folder: string },
  epoch: number,
  maximum: number,
): LayerChannels[] {
  const tensors = readEpochTensors(run.folder, epoch);
  return layersOf(tensors).map((layer) => layerChannels(tensors, { runKey: run.runKey, layer, epoch }, maximum));
}

/** Both branches of every layer at the end of an epoch. @throws ChannelsError */
export function readEpochStatistics(folder: string, epoch: number): EpochStatistics {
  const tensors = readEpochTensors(folder, epoch);
  const values = valuesOf(tensors);
  const layers = layersOf(tensors).map((layer) => ({
    layer,
    main: branchTensors(layer, 'main', values),
    aux: branchTensors(layer, 'aux', values),
  }));
  return { epoch, layers };
}

function readEpochTensors(folder: string, epoch: number): Map<string, NamedTensor> {
  const file = join(runPaths(folder).batchNorm, `epoch-${String(epoch).padStart(4, '0')}.safetensors`);
  try {
    const { tensors } = readSafetensors(file);
    requireAux(file, tensors);
    return tensors;
  } catch (error) {
    const kept = channelEpochs(folder);
    const others =
      kept.length === 0 ? 'The run has no other such file.' : `Epochs with one: ${kept[0]} to ${kept.at(-1)}.`;
    throw new ChannelsError(`The channels of epoch ${epoch} cannot be read: ${reasonOf(error)}. ${others}`);
  }
}

/** Every layer of the file has to have all tensors of both branches, equally long. */
function requireAux(file: string, tensors: ReadonlyMap<string, NamedTensor>): void {
  const values = valuesOf(tensors);
  for (const layer of layersOf(tensors)) {
    const [main, aux] = [branchTensors(layer, 'main', values), branchTensors(layer, 'aux', values)];
    const { length } = main.runningMean;
    for (const part of [...Object.values(main), ...Object.values(aux)]) {
      if (part.length !== length) throw new Error(`${file}: the tensors of ${layer} differ in length`);
    }
  }
}

/** In the file's order, which is the network's. */
function layersOf(tensors: ReadonlyMap<string, NamedTensor>): string[] {
  return [...tensors.keys()]
    .filter((name) => name.endsWith(meanEnding) && branchOf(name) === 'main')
    .map((name) => name.slice(0, -meanEnding.length));
}

const valuesOf = (tensors: ReadonlyMap<string, NamedTensor>) =>
  new Map([...tensors].map(([name, tensor]) => [name, tensor.values]));

function layerChannels(
  tensors: ReadonlyMap<string, NamedTensor>,
  place: { runKey: string; layer: string; epoch: number },
  maximum: number,
): LayerChannels {
  const values = valuesOf(tensors);
  if (!values.has(place.layer + meanEnding)) {
    throw new ChannelsError(`The file of epoch ${place.epoch} has no layer ${place.layer}: it is of another network.`);
  }
  const [main, aux] = [branchTensors(place.layer, 'main', values), branchTensors(place.layer, 'aux', values)];
  const total = main.runningMean.length;
  const count = Math.min(total, maximum);
  const channels = Array.from({ length: count }, (_, index) => Math.floor((index * total) / count));
  const measures = channelDivergence(main, aux);
  return {
    ...place,
    total,
    channels,
    main: branchChannels(main, channels),
    aux: branchChannels(aux, channels),
    measures: Object.fromEntries(
      divergenceMeasures.map((measure) => [measure, picked(measures[measure], channels)]),
    ) as LayerChannels['measures'],
  };
}

function branchChannels(tensors: BranchTensors, channels: readonly number[]): BranchChannels {
  return {
    weight: picked(tensors.weight, channels),
    bias: picked(tensors.bias, channels),
    mean: picked(tensors.runningMean, channels),
    variance: picked(tensors.runningVariance, channels),
  };
}

function picked(values: ArrayLike<number>, channels: readonly number[]): Measured[] {
  return channels.map((channel) => {
    const value = values[channel];
    return Number.isFinite(value) ? Number(value.toPrecision(significantDigits)) : null;
  });
}
