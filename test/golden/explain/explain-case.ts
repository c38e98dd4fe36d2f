import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ExperimentInput, experimentSchema } from '../../../common/experiment/schema';
import { writeSafetensors } from '../../../common/weights/safetensors';
import { createMethod } from '../../../trainer/methods/create-method';
import type { Method } from '../../../trainer/methods/method';
import { buildNetwork } from '../../../trainer/models/build-network';
import { readWeights } from '../../../trainer/models/checkpoint';
import type { ParameterSpec } from '../../../trainer/models/layers';
import type { Network } from '../../../trainer/models/network';
import { imageBatch, initialValues } from '../hashed-values';
import { readReferenceFile } from '../reference-file';

/** What make-explain-references.py writes to networks.json. */
interface CaseDocument {
  name: string;
  model: ExperimentInput['model'];
  imageSize: number;
  seed: number;
  images: number;
  targets: number[];
}

/** A network with dual BN, its values and images. */
export interface ExplainCase extends CaseDocument {
  network: Network;
  method: Method;
  values: Map<string, Float32Array>;
  pixels: Float32Array;
  /** [2, classes] and so on, by "<branch>/<what>". */
  reference(key: string): Float32Array;
}

const document = JSON.parse(readFileSync(join(__dirname, 'networks.json'), 'utf8')) as {
  classes: number;
  cases: CaseDocument[];
};

export const explainedNetworks: string[] = document.cases.map(({ name }) => name);
export const explainedClasses = document.classes;

export function explainCase(name: string): ExplainCase {
  const golden = document.cases.find((candidate) => candidate.name === name)!;
  const { model, imageSize, seed, images } = golden;
  const experiment = experimentSchema.parse({ dataset: { type: 'shapes' }, model, method: { type: 'mixprop' } });
  const { normalization } = experiment.dataset;
  const method = createMethod(experiment.method, { normalization, classes: document.classes });
  const network = buildNetwork(experiment.model, document.classes, method.branches);
  const stored = readReferenceFile(join(__dirname, 'networks.safetensors'));
  return {
    ...golden,
    network,
    method,
    values: valuesOf(network.specs, seed),
    pixels: imageBatch(seed, 1, images, imageSize),
    reference: (key) => stored.get(`${name}/${key}`) as Float32Array,
  };
}

/** Read as any file of weights is. */
function valuesOf(specs: readonly ParameterSpec[], seed: number): Map<string, Float32Array> {
  const folder = mkdtempSync(join(tmpdir(), 'mixprop-golden-'));
  try {
    const file = join(folder, 'tensors.safetensors');
    writeSafetensors(file, { tensors: initialValues(specs, seed), metadata: {} });
    return readWeights(file, specs);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** [N, H, W, classes] as the reference has it: [N, classes, H, W]. */
export function channelsFirst(maps: Float32Array, count: number, classes: number): Float32Array {
  const positions = maps.length / count / classes;
  return Float32Array.from(maps, (_, i) => {
    const [image, c, position] = [
      Math.floor(i / (classes * positions)),
      Math.floor(i / positions) % classes,
      i % positions,
    ];
    return maps[(image * positions + position) * classes + c];
  });
}
