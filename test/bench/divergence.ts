import { layerDivergence } from '../../common/run/divergence-measures';
import { branchTensors } from '../../common/weights/branch-tensors';
import { writeBatchNormState } from '../../trainer/models/checkpoint';
import { normalizationLayers } from '../../trainer/models/normalization-layers';
import { endWith, median, timed } from './measuring';
import { type NoiseSetting, startMixpropOnNoise } from './mixprop-on-noise';

// What the BN divergence of an epoch costs (reading the statistics, the measures of all layers, the record and the epoch's file
// in bn/), beside the epoch's steps: `npm run bench -- divergence`.

const rounds = 10;
const settings: NoiseSetting[] = [
  {
    title: 'preact-resnet18 ×8, 32 px, batch 32, 4000 images',
    ...{ epochImages: 4000, imageSize: 32, batchSize: 32 },
    model: { width: 8 },
  },
  {
    title: 'resnet50 (cifar stem) ×16, 32 px, batch 64, 50,000 images',
    ...{ epochImages: 50_000, imageSize: 32, batchSize: 64 },
    model: { architecture: 'resnet50', stem: 'cifar', width: 16 },
  },
];

async function measure(setting: NoiseSetting): Promise<void> {
  const { backend, network, executor, folder, log, stepsPerEpoch, step, end } = await startMixpropOnNoise(setting);
  const { layers } = normalizationLayers(network.specs);
  const record = () => {
    const values = executor.values();
    const measured = layers.map((layer) => {
      const [main, aux] = (['main', 'aux'] as const).map((branch) => branchTensors(layer, branch, values));
      return { layer, ...layerDivergence(main, aux) };
    });
    log.append({ type: 'divergence', epoch: 1, step: 1, layers: measured });
    writeBatchNormState(folder, network.specs, values, 1);
  };
  step();
  record();
  const times = { step: [] as number[], record: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    times.step.push(timed(step));
    times.record.push(timed(record));
  }
  end();
  const stepMs = median(times.step);
  const recordMs = median(times.record);
  process.stdout.write(
    `${setting.title}, ${backend.name} (${backend.device}): step ${stepMs.toFixed(1)} ms, divergence of ${layers.length} layers ` +
      `${recordMs.toFixed(1)} ms: ${((100 * recordMs) / (stepMs * stepsPerEpoch)).toFixed(3)} % of an epoch's steps\n`,
  );
}

async function run(): Promise<void> {
  for (const setting of settings) await measure(setting);
}

endWith(run());
