import type { RgbImage } from '../images/resize';
import { filterKernels } from './filter-kernels';
import type { RandomDraws } from './random-draws';

/**
 * Noise that treats every value apart: for each of the 256 levels a distribution over the 256 levels it may become. Drawing
 * from it takes one random word a value: 8 bits choose a column, 24 bits choose between the column and its alias (Walker
 * 1977). Probabilities are exact to 2⁻²⁴ / 256.
 *
 * A table's entry [level · 256 + column]: in the upper 24 bits the share of the column that is its own, in the lower 8 the alias.
 */
export type LevelNoise = Uint32Array;

const wholeColumn = 16_777_216;

/** @param distributionOf fills the probability of each resulting level, which sum to 1, for one level */
export function levelNoise(distributionOf: (level: number, probabilities: Float64Array) => void): LevelNoise {
  const table = new Uint32Array(65_536);
  const probabilities = new Float64Array(256);
  const small: number[] = [];
  const large: number[] = [];
  for (let level = 0; level < 256; level++) {
    probabilities.fill(0);
    distributionOf(level, probabilities);
    for (let column = 0; column < 256; column++) {
      probabilities[column] *= 256;
      (probabilities[column] < 1 ? small : large).push(column);
    }
    while (small.length > 0 && large.length > 0) {
      const column = small.pop()!;
      const alias = large[large.length - 1];
      setEntry(table, level, column, probabilities[column], alias);
      probabilities[alias] -= 1 - probabilities[column];
      if (probabilities[alias] < 1) small.push(large.pop()!);
    }
    // What is left is whole but for rounding: its alias is itself.
    for (const rest of [small, large]) while (rest.length > 0) setEntry(table, level, rest[0], 0, rest.shift()!);
  }
  return table;
}

function setEntry(table: LevelNoise, level: number, column: number, share: number, alias: number): void {
  const own = Math.min(wholeColumn - 1, Math.max(0, Math.round(share * wholeColumn)));
  table[level * 256 + column] = own * 256 + alias;
}

/** Applies noise to every value of an image. */
export function addLevelNoise({ data }: RgbImage, table: LevelNoise, draws: RandomDraws): Uint8Array {
  const kernels = filterKernels();
  kernels.reset();
  const count = data.length;
  const source = kernels.place(data);
  const words = kernels.area(count);
  const entries = kernels.place(table);
  const target = kernels.area(count / 4);
  draws.drawWords(kernels, words, count);
  kernels.drawLevels(source, words, entries, target, count);
  return kernels.bytes(target, count).slice();
}

/** Tables by parameter: making one takes milliseconds. */
export function cachedLevelNoise(make: (parameter: number) => LevelNoise): (parameter: number) => LevelNoise {
  const tables = new Map<number, LevelNoise>();
  return (parameter) => {
    const known = tables.get(parameter);
    if (known) return known;
    const table = make(parameter);
    tables.set(parameter, table);
    return table;
  };
}

/** Beyond this z a float64 Φ is 0 or 1. */
const maxZ = 9;

/**
 * Probabilities of the levels that `level + 255·deviation·N(0, 1)`, clipped to [0, 255] and cut off, may become.
 * @param distribution Φ
 */
export function normalLevels(
  level: number,
  deviation: number,
  distribution: (z: number) => number,
  probabilities: Float64Array,
): void {
  let below = 0;
  const first = Math.max(0, Math.floor(level - maxZ * 255 * deviation));
  for (let result = first; result < 256; result++) {
    const upTo = result === 255 ? 1 : distribution((result + 1 - level) / (255 * deviation));
    probabilities[result] = upTo - below;
    below = upTo;
    if (below === 1) return;
  }
}
