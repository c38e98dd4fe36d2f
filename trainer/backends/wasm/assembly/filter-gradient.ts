// dW[ky, kx, ci, co] = Σ over n, oy, ox of x[n, oy·stride + ky − padding, ox·stride + kx − padding, ci] · dy[n, oy, ox, co].
// Blocks of 4 input × 8 output channels stay in registers while the positions of a band of rows go by; the bands are
// short enough for x and dy to stay in the first-level cache while all taps and channels use them.

import { at } from './address';

/** Bytes of x and dy together that one band may touch. */
const bandBytes: i32 = 24576;

/**
 * x [N, H, W, CI], dy [N, OH, OW, CO], dw [K, K, CI, CO]. Works on the (tap, input channel) pairs [begin, end) of the
 * K·K·CI of them, in that order; pairs of one tap that lie in one block of 4 go together.
 */
export function convolutionFilterGradient(
  x: usize,
  dy: usize,
  dw: usize,
  batch: i32,
  height: i32,
  width: i32,
  inChannels: i32,
  outHeight: i32,
  outWidth: i32,
  outChannels: i32,
  kernel: i32,
  stride: i32,
  padding: i32,
  begin: i32,
  end: i32,
): void {
  memory.fill(at(dw, begin * outChannels), 0, (<usize>((end - begin) * outChannels)) << 2);
  const rowBytes = (outWidth * outChannels + stride * width * inChannels) << 2;
  const bandRows = max(1, min(outHeight, bandBytes / rowBytes));
  for (let n = 0; n < batch; n++) {
    for (let bandBegin = 0; bandBegin < outHeight; bandBegin += bandRows) {
      const bandEnd = min(bandBegin + bandRows, outHeight);
      for (let pair = begin; pair < end; ) {
        const tap = pair / inChannels;
        const ci = pair - tap * inChannels;
        const ky = tap / kernel;
        const kx = tap - ky * kernel;
        // Output positions whose input lies inside the image.
        const oy0 = max(bandBegin, (padding - ky + stride - 1) / stride);
        const oy1 = min(bandEnd, floorDivide(height - 1 + padding - ky, stride) + 1);
        const ox0 = max(0, (padding - kx + stride - 1) / stride);
        const ox1 = min(outWidth, floorDivide(width - 1 + padding - kx, stride) + 1);
        const blocked = ci + 4 <= inChannels && pair + 4 <= end;
        if (oy0 < oy1 && ox0 < ox1) {
          const x0 = at(x, ((n * height + oy0 * stride + ky - padding) * width + ox0 * stride + kx - padding) * inChannels + ci);
          const dy0 = at(dy, ((n * outHeight + oy0) * outWidth + ox0) * outChannels);
          const to = at(dw, pair * outChannels);
          const rows = oy1 - oy0;
          const columns = ox1 - ox0;
          const xColumn = (<usize>(stride * inChannels)) << 2;
          const xRow = (<usize>(stride * width * inChannels)) << 2;
          const dyColumn = (<usize>outChannels) << 2;
          const dyRow = (<usize>(outWidth * outChannels)) << 2;
          let co = 0;
          if (blocked) {
            for (; co + 8 <= outChannels; co += 8) {
              accumulate4x8(x0, at(dy0, co), at(to, co), rows, columns, xRow, xColumn, dyRow, dyColumn);
            }
            for (; co < outChannels; co++) {
              for (let i = 0; i < 4; i++) {
                accumulate1x1(at(x0, i), at(dy0, co), at(to, co + i * outChannels), rows, columns, xRow, xColumn, dyRow, dyColumn);
              }
            }
          } else {
            for (; co + 4 <= outChannels; co += 4) {
              accumulate1x4(x0, at(dy0, co), at(to, co), rows, columns, xRow, xColumn, dyRow, dyColumn);
            }
            for (; co < outChannels; co++) {
              accumulate1x1(x0, at(dy0, co), at(to, co), rows, columns, xRow, xColumn, dyRow, dyColumn);
            }
          }
        }
        pair += blocked ? 4 : 1;
      }
    }
  }
}

@inline
function floorDivide(a: i32, b: i32): i32 {
  return a < 0 ? -1 : a / b;
}

@inline
function accumulate4x8(
  x0: usize,
  dy0: usize,
  to: usize,
  rows: i32,
  columns: i32,
  xRow: usize,
  xColumn: usize,
  dyRow: usize,
  dyColumn: usize,
): void {
  const to1 = to + dyColumn;
  const to2 = to1 + dyColumn;
  const to3 = to2 + dyColumn;
  let a0 = v128.load(to);
  let a1 = v128.load(to, 16);
  let b0 = v128.load(to1);
  let b1 = v128.load(to1, 16);
  let c0 = v128.load(to2);
  let c1 = v128.load(to2, 16);
  let d0 = v128.load(to3);
  let d1 = v128.load(to3, 16);
  for (let row = 0; row < rows; row++) {
    let p = x0;
    let q = dy0;
    for (let column = 0; column < columns; column++) {
      const g0 = v128.load(q);
      const g1 = v128.load(q, 16);
      const xa = v128.load32_splat(p);
      a0 = f32x4.add(a0, f32x4.mul(xa, g0));
      a1 = f32x4.add(a1, f32x4.mul(xa, g1));
      const xb = v128.load32_splat(p, 4);
      b0 = f32x4.add(b0, f32x4.mul(xb, g0));
      b1 = f32x4.add(b1, f32x4.mul(xb, g1));
      const xc = v128.load32_splat(p, 8);
      c0 = f32x4.add(c0, f32x4.mul(xc, g0));
      c1 = f32x4.add(c1, f32x4.mul(xc, g1));
      const xd = v128.load32_splat(p, 12);
      d0 = f32x4.add(d0, f32x4.mul(xd, g0));
      d1 = f32x4.add(d1, f32x4.mul(xd, g1));
      p += xColumn;
      q += dyColumn;
    }
    x0 += xRow;
    dy0 += dyRow;
  }
  v128.store(to, a0);
  v128.store(to, a1, 16);
  v128.store(to1, b0);
  v128.store(to1, b1, 16);
  v128.store(to2, c0);
  v128.store(to2, c1, 16);
  v128.store(to3, d0);
  v128.store(to3, d1, 16);
}

function accumulate1x4(
  x0: usize,
  dy0: usize,
  to: usize,
  rows: i32,
  columns: i32,
  xRow: usize,
  xColumn: usize,
  dyRow: usize,
  dyColumn: usize,
): void {
  let sum = v128.load(to);
  for (let row = 0; row < rows; row++) {
    let p = x0;
    let q = dy0;
    for (let column = 0; column < columns; column++) {
      sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(p), v128.load(q)));
      p += xColumn;
      q += dyColumn;
    }
    x0 += xRow;
    dy0 += dyRow;
  }
  v128.store(to, sum);
}

function accumulate1x1(
  x0: usize,
  dy0: usize,
  to: usize,
  rows: i32,
  columns: i32,
  xRow: usize,
  xColumn: usize,
  dyRow: usize,
  dyColumn: usize,
): void {
  let sum = load<f32>(to);
  for (let row = 0; row < rows; row++) {
    let p = x0;
    let q = dy0;
    for (let column = 0; column < columns; column++) {
      sum += load<f32>(p) * load<f32>(q);
      p += xColumn;
      q += dyColumn;
    }
    x0 += xRow;
    dy0 += dyRow;
  }
  store<f32>(to, sum);
}
