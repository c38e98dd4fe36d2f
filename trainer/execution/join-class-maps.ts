import type { ClassMaps } from './executor';

/** The maps of several batches as those of one. @param parts at least one */
export function joinClassMaps(parts: readonly ClassMaps[]): ClassMaps {
  const [{ height, width }] = parts;
  return {
    logits: joined(parts.map(({ logits }) => logits)),
    maps: joined(parts.map(({ maps }) => maps)),
    height,
    width,
  };
}

function joined(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0];
  const whole = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
