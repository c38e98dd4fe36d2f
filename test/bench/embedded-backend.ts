import { dispose, scalar, tensor1d, tensor4d } from '@tensorflow/tfjs-core';
import { experimentSchema } from '../../common/experiment/schema';
import { startBackend } from '../../trainer/backends/select';
import { prepareNetwork } from '../../trainer/execution/prepare-network';
import { createState, trainingStep } from '../../trainer/execution/step';
import { initialState } from '../../trainer/models/initialization';
import { Generator } from '../../trainer/random/generator';
import { endWith, median } from './measuring';
import { useNaiveKernels } from './naive-kernels';

// Embedded backend: our kernels against tfjs's own, alternating in one process. preact-resnet18 ×16, 32 px, batch 16.
const batchSize = 16;
const rounds = 6;
const stepsPerRound = { ours: 8, naive: 2 };

async function run(): Promise<void> {
  const { device } = await startBackend('wasm');
  process.stdout.write(
    `preact-resnet18 ×16, 32 px, batch ${batchSize}, ${device}; images/s, medians of ${rounds} alternating rounds\n`,
  );
  for (const type of ['vanilla', 'mixprop'] as const) {
    const experiment = experimentSchema.parse({ dataset: { type: 'shapes' }, model: { width: 16 }, method: { type } });
    const { network, method } = prepareNetwork(experiment, 10);
    const state = createState(network, initialState(network.specs, 1));
    const generator = new Generator(1, 'benchmark');
    const pixels = Float32Array.from({ length: batchSize * 32 * 32 * 3 }, () => generator.normal());
    const labels = Int32Array.from({ length: batchSize }, () => generator.integer(10));
    const batch = { images: tensor4d(pixels, [batchSize, 32, 32, 3]), labels: tensor1d(labels, 'int32') };
    const oneStep = () => {
      const draws = method.tensors(method.draw(generator, { size: batchSize, imageSize: 32 }), labels, 32);
      const learningRate = scalar(0.01);
      const start = performance.now();
      const loss = trainingStep(network, method, experiment.optimizer, state, { batch, draws, learningRate });
      loss.total.dataSync();
      const seconds = (performance.now() - start) / 1000;
      dispose([loss.total, loss.main, ...(loss.aux ? [loss.aux] : []), learningRate, ...Object.values(draws)]);
      return batchSize / seconds;
    };
    const speeds = { ours: [] as number[], naive: [] as number[] };
    oneStep();
    for (let round = 0; round < rounds; round++) {
      for (let i = 0; i < stepsPerRound.ours; i++) speeds.ours.push(oneStep());
      const restore = useNaiveKernels();
      for (let i = 0; i < stepsPerRound.naive; i++) speeds.naive.push(oneStep());
      restore();
    }
    const [ours, naive] = [median(speeds.ours), median(speeds.naive)];
    process.stdout.write(
      `${type}: ours ${ours.toFixed(1)}, naive ${naive.toFixed(1)}, ratio ${(ours / naive).toFixed(1)}\n`,
    );
  }
}

endWith(run());
