import { join } from 'node:path';
import { reasonOf } from '../../errors/system-error';
import { channelDivergence, divergenceMeasures } from '../../run/divergence-measures';
import { epochFile, epochsOfFiles, runPaths } from '../../run/run-folder';
import { branchOf } from '../../weights/branch-names';
import { type BranchTensors, branchTensors } from '../../weights/branch-tensors';
import { readSafetensors } from '../../weights/safetensors';
import type { Measured } from '../measured';
import type { EpochStatistics, LayerStatistics } from './divergence-alarms';
import type { BranchChannels, LayerChannels } from './divergence-contract';

/** Why the channels of an epoch cannot be shown, and what to do. */
export class ChannelsError extends Error {
  override readonly name = 'ChannelsError';
}

interface RunAt {
  runKey: string;
  folder: string;
}

/** float32 has no more: more digits would only make messages longer. */
const significantDigits = 8;
const meanEnding = '.running_mean';

/**
 * The channels of a layer at the end of an epoch, from the run's `bn/` folder.
 * @throws ChannelsError
 */
export function readLayerChannels(run: RunAt, layer: string, epoch: number): LayerChannels {
  const found = readEpochStatistics(run.folder, epoch).layers.find((each) => each.layer === layer);
  if (found !== undefined) return layerChannels(run.runKey, epoch, found);
  throw new ChannelsError(`The file of epoch ${epoch} has no layer ${layer}: it is of another network.`);
}

/**
 * The channels of all layers of an epoch.
 * @param maxChannels of a layer with more of them this number is given, evenly spread
 * @throws ChannelsError
 */
export function readAllChannels(run: RunAt, epoch: number, maxChannels: number): LayerChannels[] {
  return readEpochStatistics(run.folder, epoch).layers.map((layer) =>
    layerChannels(run.runKey, epoch, layer, maxChannels),
  );
}

/** Both branches of every layer at the end of an epoch, in the file's order, which is the network's. @throws ChannelsError */
export function readEpochStatistics(folder: string, epoch: number): EpochStatistics {
  const { batchNorm } = runPaths(folder);
  const file = join(batchNorm, epochFile(epoch));
  try {
    const values = new Map([...readSafetensors(file).tensors].map(([name, tensor]) => [name, tensor.values]));
    const layers = [...values.keys()]
      .filter((name) => name.endsWith(meanEnding) && branchOf(name) === 'main')
      .map((name) => layerStatistics(file, name.slice(0, -meanEnding.length), values));
    return { epoch, layers };
  } catch (error) {
    const kept = epochsOfFiles(batchNorm);
    const others =
      kept.length === 0 ? 'The run has no other such file.' : `Epochs with one: ${kept[0]} to ${kept.at(-1)}.`;
    throw new ChannelsError(`The channels of epoch ${epoch} cannot be read: ${reasonOf(error)}. ${others}`);
  }
}

/** A layer, which has to have all tensors of both branches, equally long. */
function layerStatistics(file: string, layer: string, values: ReadonlyMap<string, ArrayLike<number>>): LayerStatistics {
  const [main, aux] = [branchTensors(layer, 'main', values), branchTensors(layer, 'aux', values)];
  const { length } = main.runningMean;
  if ([...Object.values(main), ...Object.values(aux)].some((tensor) => tensor.length !== length)) {
    throw new Error(`${file}: the tensors of ${layer} differ in length`);
  }
  return { layer, main, aux };
}

function layerChannels(
  runKey: string,
  epoch: number,
  { layer, main, aux }: LayerStatistics,
  maxChannels = Number.POSITIVE_INFINITY,
): LayerChannels {
  const total = main.runningMean.length;
  const count = Math.min(total, maxChannels);
  const channels = Array.from({ length: count }, (_, index) => Math.floor((index * total) / count));
  const measures = channelDivergence(main, aux);
  return {
    ...{ runKey, layer, epoch, total, channels },
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
