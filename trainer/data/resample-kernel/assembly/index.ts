// The two passes of antialiased resizing on 8-bit RGB, rows first, as Pillow makes them: output = Σ weight · input in 22-bit
// fixed point, rounded to 8 bits after each pass. `first` and `count` hold the range of inputs of each output, `weights` its
// `taps` weights, int32 all. Both passes read up to 15 bytes behind their input and write up to 15 behind their output.

const fractionBits: i32 = 22;
const half: i32 = 1 << 21;

/** Byte offset of the first byte that buffers may lie at. */
export function bufferStart(): usize {
  return __heap_base;
}

@inline
function toBytes(a: v128, b: v128, c: v128, d: v128): v128 {
  return i8x16.narrow_i16x8_u(
    i16x8.narrow_i32x4_s(i32x4.shr_s(a, fractionBits), i32x4.shr_s(b, fractionBits)),
    i16x8.narrow_i32x4_s(i32x4.shr_s(c, fractionBits), i32x4.shr_s(d, fractionBits)),
  );
}

@inline
function int32(base: usize, index: i32): i32 {
  return load<i32>(base + ((<usize>index) << 2));
}

/** from [rows, stride bytes], to [rows, width, 3]. */
export function resampleRows(
  from: usize,
  rows: i32,
  stride: i32,
  first: usize,
  count: usize,
  weights: usize,
  taps: i32,
  width: i32,
  to: usize,
): void {
  const tapBytes = (<usize>taps) << 2;
  for (let y = 0; y < rows; y++) {
    const row = from + <usize>(y * stride);
    let weight = weights;
    for (let x = 0; x < width; x++, weight += tapBytes, to += 3) {
      let pixel = row + <usize>(int32(first, x) * 3);
      const end = weight + ((<usize>int32(count, x)) << 2);
      let sum = i32x4.splat(half);
      for (let w = weight; w < end; w += 4, pixel += 3) {
        const levels = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(pixel)));
        sum = i32x4.add(sum, i32x4.mul(levels, v128.load32_splat(w)));
      }
      v128.store32_lane(to, toBytes(sum, sum, sum, sum), 0);
    }
  }
}

/** from [·, stride bytes], to [rows, stride bytes]. */
export function resampleColumns(
  from: usize,
  stride: i32,
  first: usize,
  count: usize,
  weights: usize,
  taps: i32,
  rows: i32,
  to: usize,
): void {
  const tapBytes = (<usize>taps) << 2;
  let weight = weights;
  for (let y = 0; y < rows; y++, weight += tapBytes) {
    const row = from + <usize>(int32(first, y) * stride);
    const out = to + <usize>(y * stride);
    const end = weight + ((<usize>int32(count, y)) << 2);
    for (let x = 0; x < stride; x += 16) {
      let a = i32x4.splat(half);
      let b = a;
      let c = a;
      let d = a;
      let p = row + <usize>x;
      for (let w = weight; w < end; w += 4, p += <usize>stride) {
        const factor = v128.load32_splat(w);
        const bytes = v128.load(p);
        const low = i16x8.extend_low_i8x16_u(bytes);
        const high = i16x8.extend_high_i8x16_u(bytes);
        a = i32x4.add(a, i32x4.mul(i32x4.extend_low_i16x8_u(low), factor));
        b = i32x4.add(b, i32x4.mul(i32x4.extend_high_i16x8_u(low), factor));
        c = i32x4.add(c, i32x4.mul(i32x4.extend_low_i16x8_u(high), factor));
        d = i32x4.add(d, i32x4.mul(i32x4.extend_high_i16x8_u(high), factor));
      }
      v128.store(out + <usize>x, toBytes(a, b, c, d));
    }
  }
}
