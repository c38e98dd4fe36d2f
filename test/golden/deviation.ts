import { expect } from 'vitest';
import { readSafetensors } from '../../common/weights/safetensors';

/** Largest max|a−b| / max|b| of a tensor that counts as agreement with PyTorch: of one pass, and after 20 steps. */
export const bound = 1e-4;
export const finalBound = 1e-3;

export type NamedValues = ReadonlyMap<string, ArrayLike<number>>;

/** max|a−b| / max|b|; NaN, or another length, is infinitely far. */
function deviation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let difference = 0;
  let scale = 0;
  for (let i = 0; i < b.length; i++) {
    if (Number.isNaN(a[i])) return Number.POSITIVE_INFINITY;
    difference = Math.max(difference, Math.abs(a[i] - b[i]));
    scale = Math.max(scale, Math.abs(b[i]));
  }
  return difference === 0 ? 0 : difference / scale;
}

/** Fails unless both have the same names and every tensor agrees to `largest`; lists those that don't, the worst first. */
export function expectAgreement(actual: NamedValues, reference: NamedValues, largest = bound): void {
  expect([...actual.keys()].sort()).toEqual([...reference.keys()].sort());
  const tooFar = [...reference]
    .map(([name, values]) => ({ name, off: deviation(actual.get(name)!, values) }))
    .filter(({ off }) => !(off <= largest))
    .sort((a, b) => b.off - a.off)
    .map(({ name, off }) => `${name} is off by ${off.toExponential(1)}`);
  expect(tooFar).toEqual([]);
}

/** The tensors of a file whose names begin with `prefix`, without it. */
export function readReferences(file: string, prefix = ''): Map<string, Float32Array> {
  const references = new Map<string, Float32Array>();
  for (const [name, { values }] of readSafetensors(file).tensors) {
    if (name.startsWith(prefix)) references.set(name.slice(prefix.length), values);
  }
  return references;
}
