// Batch normalisation in training, over x [rows, channels] (rows = N·H·W), channels last. Each call does the channels
// [begin, end). Sums run in blocks of rows in float32 and over the blocks in float64; the variance is taken in a second
// pass about the mean, so a large mean costs no digits.

import { at } from './address';

const blockRows: i32 = 32;

@inline
function lane0(sum: v128, low: boolean): v128 {
  return low ? f64x2.promote_low_f32x4(sum) : f64x2.promote_low_f32x4(i32x4.shuffle(sum, sum, 2, 3, 2, 3));
}

/**
 * y = γ·(x − mean)/√(variance + ε) + β. Also writes mean [C], the biased variance [C] and 1/√(variance + ε) [C].
 */
export function batchNormForward(
  x: usize,
  gamma: usize,
  beta: usize,
  y: usize,
  mean: usize,
  variance: usize,
  inverseDeviation: usize,
  rows: i32,
  channels: i32,
  epsilon: f32,
  begin: i32,
  end: i32,
): void {
  const stride = (<usize>channels) << 2;
  const scale = 1.0 / <f64>rows;
  let c = begin;
  for (; c + 4 <= end; c += 4) {
    let low = f64x2.splat(0);
    let high = f64x2.splat(0);
    for (let row = 0; row < rows; row += blockRows) {
      const stop = min(row + blockRows, rows);
      let sum = f32x4.splat(0);
      let p = at(x, c) + <usize>row * stride;
      for (let r = row; r < stop; r++, p += stride) sum = f32x4.add(sum, v128.load(p));
      low = f64x2.add(low, lane0(sum, true));
      high = f64x2.add(high, lane0(sum, false));
    }
    low = f64x2.mul(low, f64x2.splat(scale));
    high = f64x2.mul(high, f64x2.splat(scale));
    const m = i32x4.shuffle(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5);
    v128.store(at(mean, c), m);

    low = f64x2.splat(0);
    high = f64x2.splat(0);
    for (let row = 0; row < rows; row += blockRows) {
      const stop = min(row + blockRows, rows);
      let sum = f32x4.splat(0);
      let p = at(x, c) + <usize>row * stride;
      for (let r = row; r < stop; r++, p += stride) {
        const d = f32x4.sub(v128.load(p), m);
        sum = f32x4.add(sum, f32x4.mul(d, d));
      }
      low = f64x2.add(low, lane0(sum, true));
      high = f64x2.add(high, lane0(sum, false));
    }
    low = f64x2.mul(low, f64x2.splat(scale));
    high = f64x2.mul(high, f64x2.splat(scale));
    const v = i32x4.shuffle(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5);
    v128.store(at(variance, c), v);
    const inverse = f32x4.div(f32x4.splat(1), f32x4.sqrt(f32x4.add(v, f32x4.splat(epsilon))));
    v128.store(at(inverseDeviation, c), inverse);

    const factor = f32x4.mul(v128.load(at(gamma, c)), inverse);
    const shift = v128.load(at(beta, c));
    let p = at(x, c);
    let q = at(y, c);
    for (let r = 0; r < rows; r++, p += stride, q += stride) {
      v128.store(q, f32x4.add(f32x4.mul(f32x4.sub(v128.load(p), m), factor), shift));
    }
  }
  for (; c < end; c++) {
    let sum: f64 = 0;
    for (let r = 0; r < rows; r++) sum += <f64>load<f32>(at(x, r * channels + c));
    const m = <f32>(sum * scale);
    sum = 0;
    for (let r = 0; r < rows; r++) {
      const d = <f64>load<f32>(at(x, r * channels + c)) - <f64>m;
      sum += d * d;
    }
    const v = <f32>(sum * scale);
    const inverse = <f32>1 / sqrt<f32>(v + epsilon);
    store<f32>(at(mean, c), m);
    store<f32>(at(variance, c), v);
    store<f32>(at(inverseDeviation, c), inverse);
    const factor = load<f32>(at(gamma, c)) * inverse;
    const shift = load<f32>(at(beta, c));
    for (let r = 0; r < rows; r++) {
      store<f32>(at(y, r * channels + c), (load<f32>(at(x, r * channels + c)) - m) * factor + shift);
    }
  }
}

/**
 * With x̂ = (x − mean)·inverseDeviation: dβ = Σ dy, dγ = Σ dy·x̂, dx = γ·inverseDeviation·(dy − dβ/rows − x̂·dγ/rows).
 */
export function batchNormBackward(
  dy: usize,
  x: usize,
  gamma: usize,
  mean: usize,
  inverseDeviation: usize,
  dx: usize,
  dGamma: usize,
  dBeta: usize,
  rows: i32,
  channels: i32,
  begin: i32,
  end: i32,
): void {
  const stride = (<usize>channels) << 2;
  const scale = <f32>1 / <f32>rows;
  let c = begin;
  for (; c + 4 <= end; c += 4) {
    const m = v128.load(at(mean, c));
    const inverse = v128.load(at(inverseDeviation, c));
    let betaLow = f64x2.splat(0);
    let betaHigh = f64x2.splat(0);
    let gammaLow = f64x2.splat(0);
    let gammaHigh = f64x2.splat(0);
    for (let row = 0; row < rows; row += blockRows) {
      const stop = min(row + blockRows, rows);
      let sum = f32x4.splat(0);
      let dot = f32x4.splat(0);
      let p = at(x, c) + <usize>row * stride;
      let q = at(dy, c) + <usize>row * stride;
      for (let r = row; r < stop; r++, p += stride, q += stride) {
        const g = v128.load(q);
        sum = f32x4.add(sum, g);
        dot = f32x4.add(dot, f32x4.mul(g, f32x4.sub(v128.load(p), m)));
      }
      betaLow = f64x2.add(betaLow, lane0(sum, true));
      betaHigh = f64x2.add(betaHigh, lane0(sum, false));
      gammaLow = f64x2.add(gammaLow, lane0(dot, true));
      gammaHigh = f64x2.add(gammaHigh, lane0(dot, false));
    }
    const sumDy = i32x4.shuffle(f32x4.demote_f64x2_zero(betaLow), f32x4.demote_f64x2_zero(betaHigh), 0, 1, 4, 5);
    const dot = i32x4.shuffle(f32x4.demote_f64x2_zero(gammaLow), f32x4.demote_f64x2_zero(gammaHigh), 0, 1, 4, 5);
    const sumDyNormalized = f32x4.mul(dot, inverse);
    v128.store(at(dBeta, c), sumDy);
    v128.store(at(dGamma, c), sumDyNormalized);

    const factor = f32x4.mul(v128.load(at(gamma, c)), inverse);
    const offset = f32x4.mul(sumDy, f32x4.splat(scale));
    const slope = f32x4.mul(f32x4.mul(sumDyNormalized, inverse), f32x4.splat(scale));
    let p = at(x, c);
    let q = at(dy, c);
    let o = at(dx, c);
    for (let r = 0; r < rows; r++, p += stride, q += stride, o += stride) {
      const centred = f32x4.sub(v128.load(q), offset);
      v128.store(o, f32x4.mul(factor, f32x4.sub(centred, f32x4.mul(f32x4.sub(v128.load(p), m), slope))));
    }
  }
  for (; c < end; c++) {
    const m = load<f32>(at(mean, c));
    const inverse = load<f32>(at(inverseDeviation, c));
    let sum: f64 = 0;
    let dot: f64 = 0;
    for (let r = 0; r < rows; r++) {
      const g = <f64>load<f32>(at(dy, r * channels + c));
      sum += g;
      dot += g * (<f64>load<f32>(at(x, r * channels + c)) - <f64>m);
    }
    const sumDy = <f32>sum;
    const sumDyNormalized = <f32>dot * inverse;
    store<f32>(at(dBeta, c), sumDy);
    store<f32>(at(dGamma, c), sumDyNormalized);
    const factor = load<f32>(at(gamma, c)) * inverse;
    const offset = sumDy * scale;
    const slope = sumDyNormalized * inverse * scale;
    for (let r = 0; r < rows; r++) {
      const index = r * channels + c;
      store<f32>(at(dx, index), factor * (load<f32>(at(dy, index)) - offset - (load<f32>(at(x, index)) - m) * slope));
    }
  }
}
