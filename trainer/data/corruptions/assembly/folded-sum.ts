/**
 * A filter of bytes that is the same upwards and downwards: out[y, i] = Σ weights[g] · Σ folded[dy][i + dx], over the taps
 * of group g, where folded[0] is row y of the source and folded[dy] the sum of rows y − dy and y + dy, as int16. Of a source
 * row `rowBytes` take part, from `left` bytes before the picture; `folded` is room for reach + 1 rows of 2 · rowBytes + 32
 * bytes. `offsets` are int32 bytes in it, from the first row's pixel, the taps of a group one after the other; `ends` are
 * int32, four times the number of taps up to the end of each group; `weights` float32. A group's sum stays below 2¹⁶. The
 * target is floats; up to 15 past a row are spoilt.
 */
export function foldedSum(
  source: usize,
  sourceStride: usize,
  left: usize,
  rowBytes: usize,
  target: usize,
  targetStride: usize,
  rows: i32,
  count: i32,
  folded: usize,
  reach: i32,
  offsets: usize,
  ends: usize,
  weights: usize,
  groups: i32,
): void {
  const foldedStride: usize = 2 * rowBytes + 32;
  const groupBytes = (<usize>groups) << 2;
  for (let y = 0; y < rows; y++) {
    fold(source - left, sourceStride, rowBytes, folded, foldedStride, reach);
    for (let x: usize = 0; x < <usize>count; x += 16) {
      const at = folded + 2 * (left + x);
      let a = f32x4.splat(0);
      let b = f32x4.splat(0);
      let c = f32x4.splat(0);
      let d = f32x4.splat(0);
      let k: usize = 0;
      for (let g: usize = 0; g < groupBytes; g += 4) {
        const end = <usize>load<i32>(ends + g);
        let from = at + load<i32>(offsets + k);
        let low = v128.load(from);
        let high = v128.load(from, 16);
        for (k += 4; k < end; k += 4) {
          from = at + load<i32>(offsets + k);
          low = i16x8.add(low, v128.load(from));
          high = i16x8.add(high, v128.load(from, 16));
        }
        const weight = v128.load32_splat(weights + g);
        a = f32x4.add(a, f32x4.mul(weight, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(low))));
        b = f32x4.add(b, f32x4.mul(weight, f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(low))));
        c = f32x4.add(c, f32x4.mul(weight, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(high))));
        d = f32x4.add(d, f32x4.mul(weight, f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(high))));
      }
      const to = target + 4 * x;
      v128.store(to, a);
      v128.store(to, b, 16);
      v128.store(to, c, 32);
      v128.store(to, d, 48);
    }
    source += sourceStride;
    target += targetStride;
  }
}

function fold(row: usize, stride: usize, rowBytes: usize, folded: usize, foldedStride: usize, reach: i32): void {
  for (let x: usize = 0; x < rowBytes; x += 8) v128.store(folded + 2 * x, v128.load8x8_u(row + x));
  let above = row;
  let below = row;
  for (let dy = 1; dy <= reach; dy++) {
    above -= stride;
    below += stride;
    folded += foldedStride;
    for (let x: usize = 0; x < rowBytes; x += 8)
      v128.store(folded + 2 * x, i16x8.add(v128.load8x8_u(above + x), v128.load8x8_u(below + x)));
  }
}
