// Means of neighbouring samples along one axis. A span is three int32: byte offset of its first sample, number of samples, and
// the weight of each in 22-bit fixed point.

const fractionBits = 22;

/** Rows of RGB pixels to rows of `width` pixels. Up to 1 byte past a row is read and spoilt. */
export function boxAcross(
  source: usize,
  sourceStride: usize,
  target: usize,
  targetStride: usize,
  rows: i32,
  width: i32,
  spans: usize,
): void {
  const half = i32x4.splat(1 << (fractionBits - 1));
  const end = spans + 12 * <usize>width;
  for (let y = 0; y < rows; y++) {
    let to = target;
    for (let span = spans; span < end; span += 12, to += 3) {
      let from = source + load<u32>(span);
      const count = load<i32>(span, 4);
      if (count === 1) {
        store<u32>(to, load<u32>(from));
        continue;
      }
      let sum = i16x8.splat(0);
      for (let i = 0; i < count; i++, from += 3) sum = i16x8.add(sum, i16x8.extend_low_i8x16_u(v128.load32_zero(from)));
      const product = i32x4.mul(i32x4.extend_low_i16x8_u(sum), v128.load32_splat(span, 8));
      const mean = i32x4.shr_s(i32x4.add(product, half), fractionBits);
      const words = i16x8.narrow_i32x4_s(mean, mean);
      v128.store32_lane(to, i8x16.narrow_i16x8_u(words, words), 0);
    }
    source += sourceStride;
    target += targetStride;
  }
}

/** Columns to columns of `rows` samples; all rows are `stride` bytes. Up to 15 bytes past a row are spoilt. */
export function boxDown(source: usize, stride: usize, target: usize, rows: i32, spans: usize): void {
  const half = i32x4.splat(1 << (fractionBits - 1));
  for (let y = 0; y < rows; y++, spans += 12, target += stride) {
    const first = source + load<u32>(spans);
    const count = load<i32>(spans, 4);
    if (count === 1) {
      memory.copy(target, first, stride);
      continue;
    }
    const weight = v128.load32_splat(spans, 8);
    for (let x: usize = 0; x < stride; x += 16) {
      let low = i16x8.splat(0);
      let high = low;
      let from = first + x;
      for (let i = 0; i < count; i++, from += stride) {
        low = i16x8.add(low, v128.load8x8_u(from));
        high = i16x8.add(high, v128.load8x8_u(from, 8));
      }
      const a = i32x4.mul(i32x4.extend_low_i16x8_u(low), weight);
      const b = i32x4.mul(i32x4.extend_high_i16x8_u(low), weight);
      const c = i32x4.mul(i32x4.extend_low_i16x8_u(high), weight);
      const d = i32x4.mul(i32x4.extend_high_i16x8_u(high), weight);
      const first8 = i16x8.narrow_i32x4_s(
        i32x4.shr_s(i32x4.add(a, half), fractionBits),
        i32x4.shr_s(i32x4.add(b, half), fractionBits),
      );
      const second8 = i16x8.narrow_i32x4_s(
        i32x4.shr_s(i32x4.add(c, half), fractionBits),
        i32x4.shr_s(i32x4.add(d, half), fractionBits),
      );
      v128.store(target + x, i8x16.narrow_i16x8_u(first8, second8));
    }
  }
}
