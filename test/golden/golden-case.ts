import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MethodDraws } from '../../common/experiment/methods/method-draws';
import type { MethodSettings } from '../../common/experiment/methods/methods';
import { type ExperimentInput, experimentSchema } from '../../common/experiment/schema';
import type { LossTerms } from '../../common/run/events';
import { writeSafetensors } from '../../common/weights/safetensors';
import type { ChannelNormalization } from '../../trainer/data/loading/augment';
import { createMethod } from '../../trainer/methods/create-method';
import { buildNetwork } from '../../trainer/models/build-network';
import { readWeights, writeCheckpoint } from '../../trainer/models/checkpoint';
import type { ParameterSpec } from '../../trainer/models/layers';
import { readReferences } from './deviation';
import { digestLength } from './digest';
import { imageBatch, initialValues } from './hashed-values';
import { readReferenceFile, type StoredValues } from './reference-file';
import type { GoldenAttack, GoldenDraws } from './reference-signs';

export const networkNames = [
  'preact-resnet18-he',
  'preact-resnet50-he',
  'resnet18-imagenet',
  'resnet50-imagenet',
  'preact-resnet18-kuangliu',
  'preact-resnet50-kuangliu',
  'resnet18-cifar',
  'resnet50-cifar',
] as const;

const normalization: ChannelNormalization = {
  mean: [128 / 255, 128 / 255, 128 / 255],
  std: [64 / 255, 64 / 255, 64 / 255],
};

/** What make-references.py writes to <network>.json. */
interface NetworkDocument {
  model: ExperimentInput['model'];
  classes: number;
  /** Number of elements of every tensor of the network with two branches, by name. */
  elements: Record<string, number>;
  cases: CaseDocument[];
}

interface CaseDocument extends Pick<ExperimentInput, 'method' | 'optimizer'> {
  name: string;
  seed: number;
  imageSize: number;
  steps: { labels: number[]; learningRate: number; draws: MethodDraws; loss: LossTerms }[];
}

/** A network, a method and an image size. */
export interface GoldenCase extends CaseDocument {
  /** <network>/<method>-<image size> */
  title: string;
  network: (typeof networkNames)[number];
  document: NetworkDocument;
}

export const goldenCases: GoldenCase[] = networkNames.flatMap((network) => {
  const document = JSON.parse(readFileSync(join(__dirname, `${network}.json`), 'utf8')) as NetworkDocument;
  return document.cases.map((golden) => ({ ...golden, title: `${network}/${golden.name}`, network, document }));
});

const files = new Map<string, Map<string, StoredValues>>();

function storedTensors(network: string): Map<string, StoredValues> {
  const read = files.get(network) ?? readReferenceFile(join(__dirname, `${network}.safetensors`));
  files.set(network, read);
  return read;
}

/** The network, the initial values and the inputs of every step of a case. */
export function prepareCase(golden: GoldenCase) {
  const { document, seed, imageSize } = golden;
  const settings = experimentSchema.parse({
    dataset: { type: 'shapes' },
    model: document.model,
    method: golden.method,
    optimizer: golden.optimizer,
  });
  const method = createMethod(settings.method, { normalization, classes: document.classes });
  const network = buildNetwork(settings.model, document.classes, method.branches);
  const attack = attackOf(settings.method);
  const signs = referenceSigns(golden, settings.method);
  const steps = golden.steps.map(({ labels, learningRate, draws }, index) => ({
    batch: {
      pixels: imageBatch(seed, index + 1, labels.length, imageSize),
      labels: Int32Array.from(labels),
      imageSize,
    },
    draws: { ...draws, signs: signs[index] } satisfies GoldenDraws,
    learningRate,
  }));
  return { method, attack, network, optimizer: settings.optimizer, initial: initialState(network.specs, seed), steps };
}

/** Read as any file of weights is. */
function initialState(specs: readonly ParameterSpec[], seed: number): Map<string, Float32Array> {
  return withTemporaryFile((file) => {
    writeSafetensors(file, { tensors: initialValues(specs, seed), metadata: {} });
    return readWeights(file, specs);
  });
}

function attackOf(method: MethodSettings): GoldenAttack | undefined {
  if (!('attack' in method)) return undefined;
  const { epsilonPixels, stepPixels } = method.attack;
  if (method.type === 'fast-advprop') return { iterations: 1, epsilonPixels, stepPixels, normalization };
  const { steps, targeted } = method.attack;
  return { iterations: steps, epsilonPixels, stepPixels: targeted ? -stepPixels : stepPixels, normalization };
}

/** [steps][iterations], the signs of the gradients that the reference's attacks went by: [N, S, S, 3] each. */
function referenceSigns({ network, name, imageSize, steps }: GoldenCase, method: MethodSettings): Float32Array[][] {
  const iterations = attackOf(method)?.iterations ?? 0;
  if (iterations === 0) return steps.map(() => []);
  const attacked = method.type === 'fast-advprop' ? method.fraction : 1;
  const length = Math.round(steps[0].labels.length * attacked) * imageSize ** 2 * 3;
  const bits = storedTensors(network).get(`${name}/signs`)!;
  const zeros = new Set(storedTensors(network).get(`${name}/zeros`)!);
  const sign = (index: number) => (zeros.has(index) ? 0 : (bits[index >>> 3] >>> (7 - (index & 7))) & 1 ? 1 : -1);
  return steps.map((_, step) =>
    Array.from({ length: iterations }, (_, iteration) => {
      const first = (step * iterations + iteration) * length;
      return Float32Array.from({ length }, (_, i) => sign(first + i));
    }),
  );
}

/** The stored digests of a case by name of the tensor. */
export function storedDigests(
  { network, name, document }: GoldenCase,
  group: 'gradients' | 'statistics' | 'final',
  branches: readonly string[],
): Map<string, Float32Array> {
  const values = storedTensors(network).get(`${name}/${group}`) as Float32Array;
  const digests = new Map<string, Float32Array>();
  let begin = 0;
  for (const tensor of Object.keys(document.elements).sort()) {
    const isStatistic = tensor.includes('.running_');
    if (tensor.includes('.aux_bn.') && !branches.includes('aux')) continue;
    if ((group === 'gradients' && isStatistic) || (group === 'statistics' && !isStatistic)) continue;
    const end = begin + digestLength(document.elements[tensor]);
    digests.set(tensor, values.subarray(begin, end));
    begin = end;
  }
  if (begin !== values.length) throw new Error(`${network}/${name}: ${group} do not fit the network`);
  return digests;
}

/** The stored logits [N, classes] of the first batch in inference mode, by branch. */
export function storedLogits(
  { network, name }: GoldenCase,
  when: 'before' | 'after',
  branches: readonly string[],
): Map<string, Float32Array> {
  const values = storedTensors(network).get(`${name}/logits-${when}`) as Float32Array;
  const length = values.length / branches.length;
  return new Map([...branches].sort().map((branch, i) => [branch, values.subarray(i * length, (i + 1) * length)]));
}

/** The tensors as a checkpoint holds them, written and read again. */
export function inPyTorchLayout(
  specs: readonly ParameterSpec[],
  values: Map<string, Float32Array>,
): Map<string, Float32Array> {
  return withTemporaryFile((file) => {
    const partialEpoch = { loss: { total: 0, main: 0 }, images: 0, seconds: 0 };
    writeCheckpoint(file, specs, { values, position: { trainingImages: 6, step: 0, epoch: 0, partialEpoch } });
    return readReferences(file);
  });
}

function withTemporaryFile<T>(use: (file: string) => T): T {
  const temporary = mkdtempSync(join(tmpdir(), 'mixprop-golden-'));
  try {
    return use(join(temporary, 'tensors.safetensors'));
  } finally {
    rmSync(temporary, { recursive: true });
  }
}

/** The loss terms of steps, by name. @param first the number of the first */
export function namedLosses(losses: readonly LossTerms[], first: number): Map<string, number[]> {
  return new Map(
    losses.flatMap((loss, i) => Object.entries(loss).map(([term, value]) => [`${term} of step ${i + first}`, [value]])),
  );
}
