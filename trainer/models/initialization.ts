import { Generator } from '../random/generator';
import type { ParameterSpec } from './layers';

/**
 * Initial values of one tensor, row-major in the spec's shape; each tensor has its own generator.
 * @param fanIn inputs of the linear layer that a bias belongs to
 */
function initialValues(spec: ParameterSpec, seed: number, fanIn: number): Float32Array {
  const size = spec.shape.reduce((product, length) => product * length, 1);
  const values = new Float32Array(size);
  const generator = new Generator(seed, `initial ${spec.name}`);
  switch (spec.role) {
    case 'convolution': {
      const [height, width, , outChannels] = spec.shape;
      const deviation = Math.sqrt(2 / (height * width * outChannels));
      for (let i = 0; i < size; i++) values[i] = deviation * generator.normal();
      break;
    }
    case 'linear-weight':
    case 'linear-bias':
      for (let i = 0; i < size; i++) values[i] = (2 * generator.uniform() - 1) / Math.sqrt(fanIn);
      break;
    case 'normalization-weight':
    case 'running-variance':
      values.fill(1);
      break;
    case 'normalization-bias':
    case 'running-mean':
      break;
  }
  return values;
}

/**
 * Initial values of all tensors of a network by name, as torchvision's: convolutions He normal with fan-out
 * (standard deviation √(2/(K·K·out))), linear weights and biases uniform in ±1/√in, γ = 1, β = 0, running mean 0 and
 * running variance 1 in both branches.
 */
export function initialState(specs: readonly ParameterSpec[], seed: number): Map<string, Float32Array> {
  const fanIn = specs.find((spec) => spec.role === 'linear-weight')?.shape[0] ?? 1;
  return new Map(specs.map((spec) => [spec.name, initialValues(spec, seed, fanIn)]));
}
