import type { LayerChannels } from '../../common/panels/divergence/divergence-contract';
import { channelDivergence, divergenceMeasures } from '../../common/run/divergence-measures';
import type { LayerDivergence, RunEvent, RunEventBody } from '../../common/run/events';

/** A made-up run for working on the divergence panel. */
export interface FakeDivergence {
  runKey: string;
  name: string;
  method: 'vanilla' | 'mixprop' | 'advprop' | 'fast-advprop';
  network: 'preact-resnet18' | 'resnet50';
  /** Epochs that are over. */
  epochs: number;
  totalEpochs: number;
  stepsPerEpoch: number;
  /** Records within an epoch. */
  recordsWithin: number;
  /** How far its branches are apart, relative to others. */
  strength: number;
  end: 'running' | 'finished' | 'failed';
  /** From this epoch on the third block explodes. */
  explodesAt?: number;
  /** Aux gets what main gets. */
  equal?: boolean;
  seed: number;
}

export function fakeDivergence(name: string, change: Partial<FakeDivergence> = {}): FakeDivergence {
  return {
    runKey: `${name}-1`,
    name,
    method: 'mixprop',
    network: 'preact-resnet18',
    epochs: 20,
    totalEpochs: 20,
    stepsPerEpoch: 100,
    recordsWithin: 0,
    strength: 1,
    end: 'finished',
    seed: 1,
    ...change,
  };
}

/** Normalisation layers in the network's order. */
export function fakeLayers(network: FakeDivergence['network']): string[] {
  if (network === 'preact-resnet18') {
    const blocks = [1, 2, 3, 4].flatMap((stage) => [0, 1].map((block) => `layer${stage}.${block}`));
    return [...blocks.flatMap((block) => [`${block}.bn1`, `${block}.bn2`]), 'bn'];
  }
  const depths = [3, 4, 6, 3];
  const blocks = depths.flatMap((depth, stage) =>
    Array.from({ length: depth }, (_, block) => {
      const name = `layer${stage + 1}.${block}`;
      const own = ['bn1', 'bn2', 'bn3'].map((layer) => `${name}.${layer}`);
      return block === 0 ? [...own, `${name}.downsample.1`] : own;
    }),
  );
  return ['bn1', ...blocks.flat()];
}

/** The records of a made-up run. */
export function* fakeDivergenceEvents(fake: FakeDivergence): Generator<RunEvent> {
  let seq = 0;
  const record = (body: RunEventBody): RunEvent => ({ seq: ++seq, time: 1000 * seq, ...body }) as RunEvent;
  const layers = fakeLayers(fake.network);
  yield record({
    type: 'status',
    state: 'running',
    totalSteps: fake.totalEpochs * fake.stepsPerEpoch,
    totalEpochs: fake.totalEpochs,
  });
  for (let epoch = 1; epoch <= fake.epochs; epoch++) {
    for (let part = 1; part <= fake.recordsWithin + 1; part++) {
      const isEnd = part === fake.recordsWithin + 1;
      const within = Math.round((part / (fake.recordsWithin + 1)) * fake.stepsPerEpoch);
      const step = (epoch - 1) * fake.stepsPerEpoch + within;
      const loss = { total: 1, main: 1 };
      yield record({ type: 'step', step, epoch, learningRate: 0.1, loss, imagesPerSecond: 1 });
      if (isEnd) {
        const seconds = { training: 1, validation: 1 };
        yield record({ type: 'epoch', epoch, step, learningRate: 0.1, train: { loss }, seconds });
      }
      if (fake.method === 'vanilla') continue;
      const time = epoch - 1 + part / (fake.recordsWithin + 1);
      const values = layers.map((layer, index) => fakeLayer(fake, layer, index / layers.length, time));
      yield record({ type: 'divergence', epoch, step, layers: values });
    }
  }
  if (fake.end !== 'running') yield record({ type: 'status', state: fake.end });
}

function fakeLayer(fake: FakeDivergence, layer: string, depth: number, time: number): LayerDivergence {
  const noise = 1 + 0.25 * Math.sin(37 * depth + 11 * time + fake.seed) + 0.2 * Math.sin(91 * depth + fake.seed * 7);
  const grown = 1 - Math.exp(-time / (3 + 9 * depth));
  const isSecond = /bn2|bn3|downsample/.test(layer);
  let kl = fake.strength * 0.3 * noise * (0.08 + grown) * Math.exp(-3 * depth) * (isSecond ? 0.35 : 1) + 1e-5;
  if (fake.equal) kl = 0;
  if (fake.explodesAt !== undefined && time >= fake.explodesAt && /layer3/.test(layer)) kl *= 400;
  return {
    layer,
    symmetricKl: kl,
    wasserstein2: Math.sqrt(kl) * 0.4,
    meanShift: Math.sqrt(kl) * 0.7,
    logVarianceRatio: Math.sqrt(kl) * 1.1,
    gammaGap: 0.02 * time * noise * fake.strength,
    betaGap: 0.015 * time * noise * fake.strength,
  };
}

/** Made-up channels of a layer, as a host answers. */
export function fakeChannels(fake: FakeDivergence, layer: string, epoch: number): LayerChannels {
  const stage = Number(/^layer(\d)/.exec(layer)?.[1] ?? 1);
  const total = (fake.network === 'resnet50' ? 64 : 16) * 2 ** (stage - 1) * (/bn3|downsample/.test(layer) ? 4 : 1);
  const channels = Array.from({ length: total }, (_, index) => index);
  const wave = (frequency: number) => channels.map((channel) => Math.sin(frequency * (channel + 1) * (1 + fake.seed)));
  const [a, b, c, d] = [wave(12.9898), wave(78.233), wave(39.425), wave(93.989)];
  const spread = 0.12 * fake.strength * Math.min(1, epoch / 6);
  const main = {
    weight: a.map((x) => 1 + 0.3 * x),
    bias: b.map((x) => 0.2 * x),
    runningMean: channels.map((i) => 0.6 * a[i]! - 0.3 + 0.4 * b[i]! * c[i]!),
    runningVariance: channels.map((i) => Math.exp(1.6 * c[i]! + d[i]! - 1.5)),
  };
  const aux = {
    weight: main.weight.map((x, i) => x + spread * 0.3 * d[i]!),
    bias: main.bias.map((x, i) => x + spread * 0.3 * c[i]!),
    runningMean: main.runningMean.map((x, i) => x + spread * (0.4 + d[i]!)),
    runningVariance: main.runningVariance.map((x, i) => x * Math.exp(spread * 3 * (b[i]! - 0.4))),
  };
  const measures = channelDivergence(main, aux);
  const branch = ({ weight, bias, runningMean, runningVariance }: typeof main) => ({
    weight,
    bias,
    mean: runningMean,
    variance: runningVariance,
  });
  return {
    runKey: fake.runKey,
    layer,
    epoch,
    total,
    channels,
    main: branch(main),
    aux: branch(aux),
    measures: Object.fromEntries(
      divergenceMeasures.map((measure) => [measure, [...measures[measure]]]),
    ) as LayerChannels['measures'],
  };
}
