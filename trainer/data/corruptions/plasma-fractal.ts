import type { RandomDraws } from './random-draws';

/** First amplitude; it enters squared, as in the original. */
const firstWibble = 100;

/**
 * A height map by the diamond-square algorithm, on a torus, from 0 to 1: [size, size].
 * @param size a power of two
 * @param decay by how much the amplitude falls from one scale to the next
 */
export function plasmaFractal(size: number, decay: number, draws: RandomDraws): Float64Array {
  const field = new Float64Array(size * size);
  const words = new Int32Array(Math.max(1, field.length - 1));
  draws.fillWords(words);
  const wrap = size - 1;
  let next = 0;
  let wibble = firstWibble;
  for (let step = size; step >= 2; step >>= 1, wibble /= decay) {
    const half = step >> 1;
    // Signed words are uniform in [−1, 1) after this.
    const scale = (wibble * wibble) / 2_147_483_648;
    for (let y = 0; y < size; y += step) {
      const row = y * size;
      const nextRow = ((y + step) & wrap) * size;
      const middle = (y + half) * size + half;
      for (let x = 0; x < size; x += step) {
        const right = (x + step) & wrap;
        const sum = field[row + x] + field[row + right] + field[nextRow + x] + field[nextRow + right];
        field[middle + x] = sum / 4 + scale * words[next++];
      }
    }
    for (let y = 0; y < size; y += step) {
      const row = y * size;
      const nextRow = ((y + step) & wrap) * size;
      const middleRow = (y + half) * size;
      const middleAbove = ((y - half) & wrap) * size;
      for (let x = 0; x < size; x += step) {
        const right = (x + step) & wrap;
        const middle = x + half;
        const corner = field[row + x];
        const centre = field[middleRow + middle];
        const top = centre + field[middleAbove + middle] + corner + field[row + right];
        field[row + middle] = top / 4 + scale * words[next++];
        const left = centre + field[middleRow + ((x - half) & wrap)] + corner + field[nextRow + x];
        field[middleRow + x] = left / 4 + scale * words[next++];
      }
    }
  }
  return stretched(field);
}

function stretched(field: Float64Array): Float64Array {
  let [lowest, highest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < field.length; i++) {
    if (field[i] < lowest) lowest = field[i];
    if (field[i] > highest) highest = field[i];
  }
  const scale = highest > lowest ? 1 / (highest - lowest) : 0;
  for (let i = 0; i < field.length; i++) field[i] = (field[i] - lowest) * scale;
  return field;
}
