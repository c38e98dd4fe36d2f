import { explainEpoch } from '../../trainer/explain/epoch-explanations';
import { endWith, median, timed } from './measuring';
import { classCount, type NoiseSetting, startMixpropOnNoise } from './mixprop-on-noise';

// What the class activation maps of eight images through both branches cost, beside an epoch's steps and beside one step:
// `npm run bench -- explain`.

const rounds = 10;
const chosen = 8;
const settings: NoiseSetting[] = [
  {
    title: 'preact-resnet18 ×8, 32 px, batch 32, 2000 images',
    ...{ epochImages: 2000, imageSize: 32, batchSize: 32 },
    model: { width: 8 },
  },
  {
    title: 'resnet18 (cifar stem) ×16, 64 px, batch 128, 50,000 images',
    ...{ epochImages: 50_000, imageSize: 64, batchSize: 128 },
    model: { architecture: 'resnet18', stem: 'cifar', width: 16 },
  },
];

async function measure(setting: NoiseSetting): Promise<void> {
  const { imageSize } = setting;
  const { backend, method, executor, generator, normalization, folder, log, stepsPerEpoch, step, end } =
    await startMixpropOnNoise(setting, chosen);
  const region = Uint8Array.from({ length: imageSize ** 2 }, (_, i) => (i % imageSize < imageSize / 2 ? 1 : 0));
  const look = {
    images: Array.from({ length: chosen }, (_, index) => ({
      path: `validation/${index}`,
      index,
      label: index,
      pixels: Uint8Array.from({ length: imageSize ** 2 * 3 }, () => generator.integer(256)),
      region,
    })),
    classes: Array.from({ length: classCount }, (_, i) => `class ${i}`),
    imageSize,
    normalization,
    branches: method.branches,
    shown: 'predicted' as const,
  };
  const explain = () => explainEpoch(executor, look, { epoch: 1, step: 1 });
  const record = () => {
    const { records, write } = explain();
    for (const body of records) log.append(body);
    write(folder);
  };
  const first = timed(record);
  step();
  const times = { step: [] as number[], explain: [] as number[], record: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    times.step.push(timed(step));
    times.explain.push(timed(explain));
    times.record.push(timed(record));
  }
  end();
  const stepMs = median(times.step);
  const recordMs = median(times.record);
  process.stdout.write(
    `${setting.title}, ${backend.name} (${backend.device}): step ${stepMs.toFixed(1)} ms, maps of ${chosen} images through both branches ` +
      `${median(times.explain).toFixed(1)} ms, with records and file ${recordMs.toFixed(1)} ms (the first time ${first.toFixed(1)} ms): ` +
      `${((100 * recordMs) / (stepMs * stepsPerEpoch)).toFixed(3)} % of an epoch's steps\n`,
  );
}

async function run(): Promise<void> {
  for (const setting of settings) await measure(setting);
}

endWith(run());
