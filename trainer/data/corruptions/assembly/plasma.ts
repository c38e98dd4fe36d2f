/** First amplitude; it enters squared, as in the original. */
const firstWibble: f64 = 100;

/**
 * A height map by the diamond-square algorithm, on a torus, from 0 to 1: float64 [size, size], which begins with zeros.
 * `words` are size² − 1 random int32.
 */
export function plasma(field: usize, words: usize, size: i32, decay: f64): void {
  const wrap = <usize>size - 1;
  const stride = (<usize>size) << 3;
  let wibble = firstWibble;
  for (let step = <usize>size; step >= 2; step >>= 1, wibble /= decay) {
    const half = step >> 1;
    // Signed words are uniform in [−1, 1) after this.
    const scale: f64 = (wibble * wibble) / 2147483648.0;
    for (let y: usize = 0; y < <usize>size; y += step) {
      const row = field + y * stride;
      const nextRow = field + ((y + step) & wrap) * stride;
      const middle = row + half * stride + (half << 3);
      let upper = load<f64>(row);
      let lower = load<f64>(nextRow);
      for (let x: usize = 0; x < <usize>size; x += step, words += 4) {
        const right = ((x + step) & wrap) << 3;
        const nextUpper = load<f64>(row + right);
        const nextLower = load<f64>(nextRow + right);
        const sum = upper + nextUpper + lower + nextLower;
        store<f64>(middle + (x << 3), sum / 4 + scale * <f64>load<i32>(words));
        upper = nextUpper;
        lower = nextLower;
      }
    }
    for (let y: usize = 0; y < <usize>size; y += step) {
      const row = field + y * stride;
      const nextRow = field + ((y + step) & wrap) * stride;
      const middleRow = row + half * stride;
      const middleAbove = field + ((y - half) & wrap) * stride;
      let corner = load<f64>(row);
      let centreBefore = load<f64>(middleRow + (((0 - half) & wrap) << 3));
      for (let x: usize = 0; x < <usize>size; x += step, words += 8) {
        const at = x << 3;
        const middle = at + (half << 3);
        const right = load<f64>(row + (((x + step) & wrap) << 3));
        const centre = load<f64>(middleRow + middle);
        const top = centre + load<f64>(middleAbove + middle) + corner + right;
        store<f64>(row + middle, top / 4 + scale * <f64>load<i32>(words));
        const left = centre + centreBefore + corner + load<f64>(nextRow + at);
        store<f64>(middleRow + at, left / 4 + scale * <f64>load<i32>(words, 4));
        corner = right;
        centreBefore = centre;
      }
    }
  }
  stretch(field, field + (<usize>size) * stride);
}

function stretch(field: usize, end: usize): void {
  let lowest = f64x2.splat(Infinity);
  let highest = f64x2.splat(-Infinity);
  // One value or an even number of them.
  const isOne = end - field === 8;
  for (let at = field; at < end; at += 16) {
    const values = isOne ? v128.load64_splat(at) : v128.load(at);
    lowest = f64x2.pmin(lowest, values);
    highest = f64x2.pmax(highest, values);
  }
  const minimum = min(f64x2.extract_lane(lowest, 0), f64x2.extract_lane(lowest, 1));
  const maximum = max(f64x2.extract_lane(highest, 0), f64x2.extract_lane(highest, 1));
  const scale = maximum > minimum ? 1.0 / (maximum - minimum) : 0.0;
  for (let at = field; at < end; at += 8) store<f64>(at, (load<f64>(at) - minimum) * scale);
}
