import type { LayerDivergence } from '../../run/events';
import type { Branch } from '../../weights/branch';
import type { BranchTensors } from '../../weights/branch-tensors';
import type { DivergenceAlarm } from './divergence-contract';

/** The layers of a `divergence` record at the end of an epoch. */
export interface EpochDivergence {
  epoch: number;
  layers: readonly LayerDivergence[];
}

/** Both branches of a normalisation layer. */
export type LayerStatistics = { layer: string } & Record<Branch, BranchTensors>;

/** Those of all layers at the end of an epoch, in the network's order. */
export interface EpochStatistics {
  epoch: number;
  layers: readonly LayerStatistics[];
}

/** Batch normalisation's ε: with a variance below it, ε decides what is divided by. */
const vanishedVariance = 1e-5;
/** Measures up to this are rounding errors of equal branches. */
const equality = 1e-12;
/** A layer explodes when its symmetric KL exceeds the median of earlier epochs by this factor, and the floor, in nats. */
const explosionFactor = 10;
const explosionFloor = 1;
/** The number of epochs that the median is of. */
const explosionHistory = { min: 3, max: 7 };

/** What the measures of the epochs show. @param epochs ascending */
export function measureAlarms(epochs: readonly EpochDivergence[]): DivergenceAlarm[] {
  return [equalBranches(epochs), explosion(epochs)].filter((alarm) => alarm !== undefined);
}

/**
 * What the channels show. @param first the earliest epoch that is kept; with `last` the same epoch, aux is compared with
 * statistics that were never moved: mean 0 and variance 1
 */
export function statisticsAlarms(first: EpochStatistics, last: EpochStatistics): DivergenceAlarm[] {
  return [unchangedAux(first, last), vanishingVariance(last, 'main'), vanishingVariance(last, 'aux')].filter(
    (alarm) => alarm !== undefined,
  );
}

function equalBranches(epochs: readonly EpochDivergence[]): DivergenceAlarm | undefined {
  for (const { epoch, layers } of epochs) {
    const equal = layers.filter((layer) => layer.wasserstein2 <= equality && layer.logVarianceRatio <= equality);
    if (equal.length === 0) continue;
    return {
      kind: 'branches-equal',
      layer: equal[0]!.layer,
      epoch,
      message: `Main and aux have equal statistics in ${countOf(equal.length, layers.length)} after epoch ${epoch}.`,
      cause:
        'Both branches are fed the same batch: the auxiliary batch is the clean one, or the branch is not switched.',
      remedy:
        'Set record.routing and read which batch went through which branch; check the auxiliary source and its strength (α, ε).',
    };
  }
  return undefined;
}

function explosion(epochs: readonly EpochDivergence[]): DivergenceAlarm | undefined {
  const earlier = new Map<string, number[]>();
  for (const { epoch, layers } of epochs) {
    for (const { layer, symmetricKl } of layers) {
      const history = earlier.get(layer) ?? [];
      earlier.set(layer, history);
      const usual = history.length >= explosionHistory.min ? median(history) : undefined;
      const isMeasured = Number.isFinite(symmetricKl);
      if (isMeasured && (usual === undefined || symmetricKl <= Math.max(explosionFloor, explosionFactor * usual))) {
        history.push(symmetricKl);
        if (history.length > explosionHistory.max) history.shift();
        continue;
      }
      return {
        kind: 'exploding',
        layer,
        epoch,
        message: isMeasured
          ? `The symmetric KL of ${layer} is ${symmetricKl.toPrecision(3)} nats after epoch ${epoch}; before, its median was ${usual!.toPrecision(3)}.`
          : `The symmetric KL of ${layer} is not finite after epoch ${epoch}.`,
        cause: 'Training diverges, or the auxiliary images have left the range of the clean ones.',
        remedy:
          'Look at the loss curves around this epoch; lower optimizer.learningRate, or the attack’s epsilonPixels, and resume from an earlier checkpoint.',
      };
    }
  }
  return undefined;
}

function unchangedAux(first: EpochStatistics, last: EpochStatistics): DivergenceAlarm | undefined {
  const before = new Map(first.layers.map((layer) => [layer.layer, layer.aux]));
  const isSameEpoch = first.epoch === last.epoch;
  const unchanged = last.layers.filter(({ layer, aux }) => {
    const start = before.get(layer);
    if (isSameEpoch) return every(aux.runningMean, () => 0) && every(aux.runningVariance, () => 1);
    return (
      start !== undefined &&
      every(aux.runningMean, (i) => start.runningMean[i]) &&
      every(aux.runningVariance, (i) => start.runningVariance[i])
    );
  });
  if (unchanged.length === 0) return undefined;
  const since = isSameEpoch ? 'the start' : `epoch ${first.epoch}`;
  return {
    kind: 'aux-unchanged',
    layer: unchanged[0]!.layer,
    epoch: last.epoch,
    message: `The aux statistics of ${countOf(unchanged.length, last.layers.length)} have not changed since ${since}.`,
    cause: 'No batch goes through aux there: the auxiliary batch is normalised by main, or by running statistics.',
    remedy:
      'Set record.routing to see which branch every batch goes through, and give the auxiliary batch the branch aux while training.',
  };
}

function vanishingVariance({ epoch, layers }: EpochStatistics, branch: Branch): DivergenceAlarm | undefined {
  let firstLayer: string | undefined;
  let channels = 0;
  let affected = 0;
  let smallest = Number.POSITIVE_INFINITY;
  for (const { layer, [branch]: tensors } of layers) {
    let vanished = 0;
    for (let i = 0; i < tensors.runningVariance.length; i++) {
      if (tensors.runningVariance[i] >= vanishedVariance) continue;
      vanished++;
      smallest = Math.min(smallest, tensors.runningVariance[i]);
    }
    if (vanished === 0) continue;
    firstLayer ??= layer;
    channels += vanished;
    affected++;
  }
  if (firstLayer === undefined) return undefined;
  return {
    kind: 'vanishing-variance',
    layer: firstLayer,
    epoch,
    message: `${channels === 1 ? 'One channel' : `${channels} channels`} in ${countOf(affected, layers.length)} ${channels === 1 ? 'has' : 'have'} ${branch === 'aux' ? 'an' : 'a'} ${branch} variance below ε = 1e-5 after epoch ${epoch} (the smallest: ${smallest.toPrecision(2)}).`,
    cause: 'The channel is constant: its filter is dead, or weight decay has shrunk the weights before it.',
    remedy:
      'Lower optimizer.learningRate or weightDecay; with a few dead channels in a wide layer, go on: they add nothing to the output.',
  };
}

const countOf = (count: number, total: number): string =>
  total === 1 ? 'the only layer' : `${count} of ${total} layers`;

function every(values: ArrayLike<number>, expected: (index: number) => number): boolean {
  for (let i = 0; i < values.length; i++) if (values[i] !== expected(i)) return false;
  return true;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
