import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dispose, scalar, type Tensor, tensor1d, tensor4d, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { startBackend } from '../../trainer/backends/select';
import { type ExperimentInput, experimentSchema } from '../../trainer/experiment/schema';
import { createMethod } from '../../trainer/methods/create-method';
import type { MethodLoss } from '../../trainer/methods/method';
import { buildNetwork } from '../../trainer/models/build-network';
import { isTrainable, type ParameterSpec } from '../../trainer/models/layers';
import { readWeights, writeCheckpoint } from '../../trainer/run/checkpoint';
import type { LossTerms } from '../../trainer/run/events';
import { createState, disposeState, type StepInputs, stepGradients, trainingStep } from '../../trainer/training/step';
import { expectAgreement, readReferences } from './deviation';

/** What make-references.py writes to <case>.json. */
interface GoldenCase extends Pick<ExperimentInput, 'model' | 'method' | 'optimizer'> {
  name: string;
  classes: number;
  imageSize: number;
  steps: {
    batchSize: number;
    labels: number[];
    learningRate: number;
    lambda?: number;
    permutation?: number[];
    loss: LossTerms;
  }[];
}

const folder = __dirname;
const cases = readdirSync(folder)
  .filter((file) => file.endsWith('.json') && file !== 'layers.json')
  .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as GoldenCase);

beforeAll(async () => {
  await startBackend();
});

test('there are references for both networks and both methods', () => {
  const combinations = cases.map(({ model, method }) => `${model?.architecture} ${method?.type}`);
  expect(new Set(combinations)).toEqual(
    new Set(['preact-resnet18 vanilla', 'preact-resnet18 mixprop', 'resnet18 vanilla', 'resnet18 mixprop']),
  );
});

// Counted by make-references.py in PyTorch.
test.each([
  { architecture: 'preact-resnet18', preactivation: 'he', parameters: 11_218_340 },
  { architecture: 'preact-resnet18', preactivation: 'kuangliu', parameters: 11_217_316 },
  { architecture: 'resnet18', parameters: 11_227_812 },
] as const)('$architecture $preactivation has $parameters parameters at width 64', ({ parameters, ...model }) => {
  const settings = experimentSchema.parse({ dataset: { type: 'shapes' }, model });
  const trainable = buildNetwork(settings.model, 100, ['main']).specs.filter(({ role }) => isTrainable(role));
  expect(trainable.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b), 0)).toBe(parameters);
});

describe.each(cases)('PyTorch and $name agree on', (golden) => {
  let result: ReturnType<typeof train>;
  const references = join(folder, `${golden.name}.safetensors`);

  beforeAll(() => {
    result = train(golden);
  });

  test('the logits of the initial network, in inference mode', () => {
    expectAgreement(result.logitsBefore, readReferences(references, 'logits/before/'));
  });

  test('the gradients of the first step', () => {
    const full = readReferences(references, 'gradient/');
    const projected = readReferences(references, 'gradient-projections/');
    const { gradients } = result;
    expect(gradients.size).toBe(full.size + projected.size);
    expectAgreement(new Map([...gradients].filter(([name]) => full.has(name))), full);
    const large = [...gradients].filter(([name]) => !full.has(name));
    expectAgreement(new Map(large.map(([name, gradient]) => [name, projections(gradient)])), projected);
  });

  test('the losses of three steps', () => {
    const terms = (losses: LossTerms[]) =>
      new Map(
        losses.flatMap((loss, i) => Object.entries(loss).map(([term, value]) => [`${term} of step ${i + 1}`, [value]])),
      );
    expectAgreement(terms(result.losses), terms(golden.steps.map(({ loss }) => loss)));
  });

  test('every parameter and running statistic after three steps', () => {
    expectAgreement(result.final, readReferences(join(folder, `${golden.name}.final.safetensors`)));
  });

  test('the logits of the trained network, in inference mode', () => {
    expectAgreement(result.logitsAfter, readReferences(references, 'logits/after/'));
  });
});

/** Runs the steps of a case as the trainer does. Tensors come back by PyTorch's names, in PyTorch's layouts. */
function train(golden: GoldenCase) {
  const {
    model,
    method: methodSettings,
    optimizer,
  } = experimentSchema.parse({
    dataset: { type: 'shapes' },
    model: golden.model,
    method: golden.method,
    optimizer: golden.optimizer,
  });
  const method = createMethod(methodSettings);
  const network = buildNetwork(model, golden.classes, method.branches);
  const state = createState(network, readWeights(join(folder, `${golden.name}.initial.safetensors`), network.specs));
  const images = readReferences(join(folder, `${golden.name}.safetensors`), 'images').get('')!;
  const imageLength = golden.imageSize * golden.imageSize * 3;

  let firstImage = 0;
  const inputs = golden.steps.map(({ batchSize, labels, learningRate, lambda, permutation }): StepInputs => {
    const pixels = images.subarray(firstImage * imageLength, (firstImage + batchSize) * imageLength);
    firstImage += batchSize;
    return {
      batch: {
        images: tensor4d(pixels, [batchSize, golden.imageSize, golden.imageSize, 3]),
        labels: tensor1d(labels, 'int32'),
      },
      draws: method.tensors({ lambda, permutation }),
      learningRate: scalar(learningRate),
    };
  });
  const infer = () =>
    new Map(
      method.branches.map((branch) => {
        const logits = tidy(
          () => network.forward([{ x: inputs[0].batch.images, branch }], { values: state.values })[0].logits,
        );
        return [branch, read(logits)];
      }),
    );

  const logitsBefore = infer();
  const first = stepGradients(network, method, state, inputs[0]);
  const trainable = network.specs.filter(({ role }) => isTrainable(role));
  const gradients = inPyTorchLayout(trainable, first.gradients);
  dispose([...first.gradients.values(), ...first.statistics.values(), ...Object.values(first.loss)]);
  const losses = inputs.map((step) => readLoss(trainingStep(network, method, optimizer, state, step)));
  const logitsAfter = infer();
  const final = inPyTorchLayout(network.specs, state.values);
  disposeState(state);
  return { logitsBefore, gradients, losses, logitsAfter, final };
}

/** The tensors as a checkpoint holds them, written and read again. */
function inPyTorchLayout(
  specs: readonly ParameterSpec[],
  tensors: ReadonlyMap<string, Tensor>,
): Map<string, Float32Array> {
  const temporary = mkdtempSync(join(tmpdir(), 'mixprop-golden-'));
  try {
    const file = join(temporary, 'tensors.safetensors');
    const values = new Map(specs.map(({ name }) => [name, tensors.get(name)!.dataSync<'float32'>()]));
    const partialEpoch = { loss: { total: 0, main: 0 }, images: 0, seconds: 0 };
    writeCheckpoint(file, specs, { values, position: { trainingImages: 6, step: 0, epoch: 0, partialEpoch } });
    return readReferences(file);
  } finally {
    rmSync(temporary, { recursive: true });
  }
}

/** Total and main may be one tensor: all are read before any is disposed. */
function readLoss({ total, main, aux }: MethodLoss): LossTerms {
  const value = (term: Tensor) => term.dataSync<'float32'>()[0];
  const terms = { total: value(total), main: value(main), ...(aux && { aux: value(aux) }) };
  dispose([total, main, ...(aux ? [aux] : [])]);
  return terms;
}

/** The values of a tensor, which is disposed. */
function read(tensor: Tensor): Float32Array {
  const values = tensor.dataSync<'float32'>().slice();
  tensor.dispose();
  return values;
}

/** [33]: the norm and 32 random projections of a gradient, as make-references.py has them. */
function projections(gradient: Float32Array): number[] {
  const sums = new Array<number>(32).fill(0);
  let squares = 0;
  for (let i = 0; i < gradient.length; i++) {
    let h = i + 1;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    h ^= h >>> 16;
    for (let k = 0; k < 32; k++) sums[k] += (h >>> k) & 1 ? gradient[i] : -gradient[i];
    squares += gradient[i] ** 2;
  }
  return [Math.sqrt(squares), ...sums];
}
