import { dispose, type Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { startBackend } from '../../trainer/backends/select';
import { experimentSchema } from '../../trainer/experiment/schema';
import { buildNetwork } from '../../trainer/models/build-network';
import { isTrainable } from '../../trainer/models/layers';
import { EagerExecutor } from '../../trainer/training/eager-executor';
import { createState, disposeState, stepGradients, stepInputs } from '../../trainer/training/step';
import { testBackend } from '../test-backend';
import { expectAgreement, readReferences } from './deviation';
import {
  finalReferencesFile,
  type GoldenCase,
  goldenCases,
  inPyTorchLayout,
  namedLosses,
  prepareCase,
  referencesFile,
} from './golden-case';

beforeAll(async () => {
  await startBackend(testBackend);
});

test('there are references for both networks and both methods', () => {
  const combinations = goldenCases.map(({ model, method }) => `${model?.architecture} ${method?.type}`);
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

describe.each(goldenCases)('PyTorch and $name agree on', (golden) => {
  let result: ReturnType<typeof train>;
  const references = referencesFile(golden);

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
    expectAgreement(namedLosses(result.losses), namedLosses(golden.steps.map(({ loss }) => loss)));
  });

  test('every parameter and running statistic after three steps', () => {
    expectAgreement(result.final, readReferences(finalReferencesFile(golden)));
  });

  test('the logits of the trained network, in inference mode', () => {
    expectAgreement(result.logitsAfter, readReferences(references, 'logits/after/'));
  });
});

/** Runs the steps of a case op by op. Tensors come back by PyTorch's names, in PyTorch's layouts. */
function train(golden: GoldenCase) {
  const { network, method, optimizer, initial, steps } = prepareCase(golden);
  const state = createState(network, initial);
  const inputs = stepInputs(method, steps[0].batch, steps[0].draws, steps[0].learningRate);
  const first = stepGradients(network, method, state, inputs);
  const trainable = network.specs.filter(({ role }) => isTrainable(role));
  const gradients = inPyTorchLayout(trainable, readBack(first.gradients));
  dispose([...first.gradients.values(), ...first.statistics.values(), ...Object.values(first.loss)]);
  disposeState(state);

  const executor = new EagerExecutor(network, method, optimizer, initial);
  const { pixels, labels, imageSize } = steps[0].batch;
  const infer = () =>
    new Map(method.branches.map((branch) => [branch, executor.logits(pixels, labels.length, imageSize, branch)]));
  const logitsBefore = infer();
  const losses = steps.map(({ batch, draws, learningRate }) => executor.step(batch, draws, learningRate));
  const logitsAfter = infer();
  const final = inPyTorchLayout(network.specs, executor.values());
  executor.dispose();
  return { logitsBefore, gradients, losses, logitsAfter, final };
}

function readBack(tensors: ReadonlyMap<string, Tensor>): Map<string, Float32Array> {
  return new Map([...tensors].map(([name, tensor]) => [name, tensor.dataSync<'float32'>()]));
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
