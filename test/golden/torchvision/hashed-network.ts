import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** An entry of a state_dict: name, shape in PyTorch's layout, type. */
export type StateEntry = [name: string, shape: number[], type: 'F32' | 'I64'];

/** What make-torchvision-reference.py writes about a network. */
export interface TorchvisionNetwork {
  seed: number;
  stateDict: StateEntry[];
  /** [images, 100]. aux: the same network with the values of the aux branch in its normalisation layers. */
  logits: { main: number[][]; aux: number[][] };
}

export const torchvisionNetworks = (
  JSON.parse(readFileSync(join(__dirname, 'reference.json'), 'utf8')) as {
    networks: Record<'resnet18' | 'resnet50', TorchvisionNetwork>;
  }
).networks;

/** Elements of `name`, each as 32 bits: FNV-1a of the name, mixed with the index by MurmurHash3's finaliser. */
function hashes(name: string, count: number): Uint32Array {
  let key = 0x811c9dc5;
  for (const byte of Buffer.from(name)) key = Math.imul(key ^ byte, 0x01000193);
  const result = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    let h = Math.imul(i, 0x9e3779b1) ^ key;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    result[i] = h ^ (h >>> 16);
  }
  return result;
}

/** Values of a tensor, row-major in PyTorch's layout: offset + scale·u, u uniform in [−1, 1), rounded once to float32. */
export function hashedTensor(seed: number, name: string, shape: readonly number[]): Float32Array {
  const count = shape.reduce((product, length) => product * length, 1);
  const { offset, scale } = offsetAndScale(name, shape);
  const values = new Float32Array(count);
  const bits = hashes(`${seed}/${name}`, count);
  for (let i = 0; i < count; i++) values[i] = offset + scale * ((bits[i] >>> 8) / 2 ** 23 - 1);
  return values;
}

function offsetAndScale(name: string, shape: readonly number[]): { offset: number; scale: number } {
  if (name.endsWith('running_mean')) return { offset: 0, scale: 0.1 };
  if (name.endsWith('running_var')) return { offset: 1, scale: 0.5 };
  if (shape.length > 1) {
    const fanIn = shape.slice(1).reduce((product, length) => product * length, 1);
    return { offset: 0, scale: Math.sqrt(6 / fanIn) };
  }
  return name.endsWith('bias') ? { offset: 0, scale: 0.1 } : { offset: 0.75, scale: 0.25 };
}

export const hashedImageSize = 32;
const squareSize = 16;

/** [32, 32, 3]: squares of one colour, with noise on top. */
export function hashedImage(number: number): Uint8Array {
  const across = hashedImageSize / squareSize;
  const squares = hashes(`image ${number} squares`, across ** 2 * 3);
  const noise = hashes(`image ${number} noise`, hashedImageSize ** 2 * 3);
  return Uint8Array.from(noise, (hash, i) => {
    const [pixel, channel] = [Math.floor(i / 3), i % 3];
    const row = Math.floor(Math.floor(pixel / hashedImageSize) / squareSize);
    const column = Math.floor((pixel % hashedImageSize) / squareSize);
    return (3 * (squares[(row * across + column) * 3 + channel] >>> 24) + (hash >>> 24)) >> 2;
  });
}
