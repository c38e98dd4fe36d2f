import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ExperimentInput, experimentSchema } from '../../trainer/experiment/schema';
import { createMethod } from '../../trainer/methods/create-method';
import type { MethodDraws } from '../../trainer/methods/method';
import { buildNetwork } from '../../trainer/models/build-network';
import type { ParameterSpec } from '../../trainer/models/layers';
import { readWeights, writeCheckpoint } from '../../trainer/run/checkpoint';
import type { LossTerms } from '../../trainer/run/events';
import type { HostBatch } from '../../trainer/training/executor';
import { readReferences } from './deviation';

/** What make-references.py writes to <case>.json. */
export interface GoldenCase extends Pick<ExperimentInput, 'model' | 'method' | 'optimizer'> {
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

export const goldenCases = readdirSync(folder)
  .filter((file) => file.endsWith('.json') && file !== 'layers.json')
  .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as GoldenCase);

export const referencesFile = ({ name }: GoldenCase): string => join(folder, `${name}.safetensors`);
export const finalReferencesFile = ({ name }: GoldenCase): string => join(folder, `${name}.final.safetensors`);

/** The network, the initial values and the inputs of every step of a case. */
export function prepareCase(golden: GoldenCase) {
  const { model, method, optimizer } = experimentSchema.parse({
    dataset: { type: 'shapes' },
    model: golden.model,
    method: golden.method,
    optimizer: golden.optimizer,
  });
  const normalization = { mean: [128 / 255, 128 / 255, 128 / 255], std: [64 / 255, 64 / 255, 64 / 255] } as const;
  const prepared = { method: createMethod(method, { normalization, classes: golden.classes }), optimizer };
  const network = buildNetwork(model, golden.classes, prepared.method.branches);
  const images = readReferences(referencesFile(golden), 'images').get('')!;
  const imageLength = golden.imageSize * golden.imageSize * 3;
  let firstImage = 0;
  const steps = golden.steps.map(({ batchSize, labels, learningRate, lambda, permutation }) => {
    const pixels = images.slice(firstImage * imageLength, (firstImage + batchSize) * imageLength);
    firstImage += batchSize;
    const batch: HostBatch = { pixels, labels: Int32Array.from(labels), imageSize: golden.imageSize };
    return { batch, draws: { lambda, permutation } as MethodDraws, learningRate };
  });
  const initial = readWeights(join(folder, `${golden.name}.initial.safetensors`), network.specs);
  return { ...prepared, network, initial, steps };
}

/** The tensors as a checkpoint holds them, written and read again. */
export function inPyTorchLayout(
  specs: readonly ParameterSpec[],
  values: Map<string, Float32Array>,
): Map<string, Float32Array> {
  const temporary = mkdtempSync(join(tmpdir(), 'mixprop-golden-'));
  try {
    const file = join(temporary, 'tensors.safetensors');
    const partialEpoch = { loss: { total: 0, main: 0 }, images: 0, seconds: 0 };
    writeCheckpoint(file, specs, { values, position: { trainingImages: 6, step: 0, epoch: 0, partialEpoch } });
    return readReferences(file);
  } finally {
    rmSync(temporary, { recursive: true });
  }
}

/** The loss terms of every step, by name. */
export function namedLosses(losses: readonly LossTerms[]): Map<string, number[]> {
  return new Map(
    losses.flatMap((loss, i) => Object.entries(loss).map(([term, value]) => [`${term} of step ${i + 1}`, [value]])),
  );
}
