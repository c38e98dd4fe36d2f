import type { ParameterSpec } from '../../trainer/models/layers';
import { mix32 } from './mix32';

/**
 * Values that any language can make again from a seed and a name, so that no file need hold them: initial parameters and
 * images. pytorch/hashed_values.py says why they are as they are; both must compute the same.
 */

/** FNV-1a, 32 bits, of an ASCII name. */
function nameHash(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash;
}

/** [count] */
function hashes(seed: number, name: string, count: number): Uint32Array {
  const key = mix32(nameHash(name) ^ mix32(seed));
  return Uint32Array.from({ length: count }, (_, i) => mix32(i + key));
}

/** Uniform in centre ± halfWidth. */
function uniforms(seed: number, name: string, count: number, centre: number, halfWidth: number): Float32Array {
  return Float32Array.from(hashes(seed, name, count), (hash) => {
    const uniform = (hash + 0.5) / 2 ** 32;
    return centre + (2 * uniform - 1) * halfWidth;
  });
}

const product = (shape: readonly number[]) => shape.reduce((size, length) => size * length, 1);

/** Parameters and running statistics by name, under PyTorch's shapes and in its layouts. */
export function initialValues(specs: readonly ParameterSpec[], seed: number) {
  const range = rangesOf(specs);
  return new Map(
    specs.map((spec) => {
      const [centre, halfWidth] = range(spec);
      const values = uniforms(seed, spec.name, product(spec.shape), centre, halfWidth);
      return [spec.name, { shape: pyTorchShape(spec), values }];
    }),
  );
}

function pyTorchShape({ role, shape }: ParameterSpec): number[] {
  if (role === 'convolution') return [shape[3], shape[2], shape[0], shape[1]];
  return role === 'linear-weight' ? [shape[1], shape[0]] : shape;
}

/** Centre and half-width of the values of each tensor of a network. */
function rangesOf(specs: readonly ParameterSpec[]): (spec: ParameterSpec) => [number, number] {
  const has = (part: string) => specs.some(({ name }) => name.includes(part));
  const isPreact = has('linear.');
  const blockEnd = new RegExp(`^layer\\d\\.\\d\\.${isPreact ? 'conv' : 'bn'}${has('conv3') ? 3 : 2}\\.`);
  const isLast = /^(bn|layer4\.0\.downsample\.1)\./;
  const fanIn = specs.find(({ role }) => role === 'linear-weight')!.shape[0];
  return ({ name, role, shape }) => {
    const endsBlock = blockEnd.test(name);
    switch (role) {
      case 'convolution': {
        const [height, width, inputs] = shape;
        const endsNetwork = isPreact && name.startsWith('layer4.') && (endsBlock || name.includes('.shortcut.'));
        const scale = (endsBlock ? 6 / 8 : 6) / (endsNetwork ? 30 : 1);
        return [0, scale * Math.sqrt(6 / (inputs * height * width))];
      }
      case 'linear-weight':
      case 'linear-bias':
        return [0, 0.1 / Math.sqrt(fanIn)];
      case 'running-variance':
        return [72, 24];
      case 'running-mean':
        return [0, 3];
      case 'normalization-weight':
        if (endsBlock) return [0.12, 0.06];
        return isLast.test(name) ? [0.15, 0.05] : [0.75, 0.25];
      case 'normalization-bias':
        if (endsBlock) return [-0.2, 0.35];
        if (isLast.test(name)) return [0.06, 0.14];
        return name.startsWith('bn1.') ? [-0.3, 0.5] : [0.3, 0.7];
    }
  };
}

/** [N, S, S, 3] normalised with mean 128/255 and std 64/255. @param step from 1 */
export function imageBatch(seed: number, step: number, size: number, imageSize: number): Float32Array {
  const values = hashes(seed, `images of step ${step}`, size * imageSize ** 2 * 3);
  return Float32Array.from(values, (hash) => ((hash >>> 24) - 128) / 64);
}
