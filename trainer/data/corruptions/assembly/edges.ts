// Canny's edges. The picture is bytes with a frame of one pixel; planes of int16 and bytes have the same shape, `stride`
// elements a row, and a frame of zeros. Offsets are of the first pixel inside the frame.

/** tan 22.5° in 15-bit fixed point. */
const tangent: i16 = 13573;

/**
 * Sobel derivatives of 3 × 3 and |dx| + |dy|, int16. Up to 7 elements past a row are spoilt in the derivatives, 8 are set to 0
 * in the last.
 */
export function sobel(
  picture: usize,
  stride: usize,
  width: i32,
  height: i32,
  across: usize,
  down: usize,
  magnitude: usize,
): void {
  for (let y = 0; y < height; y++) {
    for (let x: usize = 0; x < <usize>width; x += 8) {
      const at = picture + x;
      const above = at - stride;
      const below = at + stride;
      const a = v128.load8x8_u(above - 1);
      const b = v128.load8x8_u(above);
      const c = v128.load8x8_u(above + 1);
      const d = v128.load8x8_u(at - 1);
      const f = v128.load8x8_u(at + 1);
      const g = v128.load8x8_u(below - 1);
      const h = v128.load8x8_u(below);
      const i = v128.load8x8_u(below + 1);
      const rising = i16x8.sub(i, a);
      const falling = i16x8.sub(c, g);
      const dx = i16x8.add(i16x8.add(rising, falling), i16x8.shl(i16x8.sub(f, d), 1));
      const dy = i16x8.add(i16x8.sub(rising, falling), i16x8.shl(i16x8.sub(h, b), 1));
      v128.store(across + 2 * x, dx);
      v128.store(down + 2 * x, dy);
      v128.store(magnitude + 2 * x, i16x8.add(i16x8.abs(dx), i16x8.abs(dy)));
    }
    memory.fill(magnitude + 2 * width, 0, 16);
    picture += stride;
    across += 2 * stride;
    down += 2 * stride;
    magnitude += 2 * stride;
  }
}

const strong: u8 = 1;
const weak: u8 = 2;

/** Int32 comparisons to int16: all bits or none. */
// @ts-ignore: decorator
@inline
function mask(low: v128, high: v128): v128 {
  return i16x8.narrow_i32x4_s(low, high);
}

/** Where the magnitude is largest across the edge, whose direction is one of four: all bits of an int16, or none. */
// @ts-ignore: decorator
@inline
function ridgeMask(at: usize, rowBytes: usize, strength: v128, dx: v128, dy: v128): v128 {
  const wide = i16x8.abs(dx);
  const tall = i16x8.abs(dy);
  const factor = i16x8.splat(tangent);
  const flatLow = i32x4.extmul_low_i16x8_s(wide, factor);
  const flatHigh = i32x4.extmul_high_i16x8_s(wide, factor);
  const riseLow = i32x4.shl(i32x4.extend_low_i16x8_s(tall), 15);
  const riseHigh = i32x4.shl(i32x4.extend_high_i16x8_s(tall), 15);
  const isFlat = mask(i32x4.lt_s(riseLow, flatLow), i32x4.lt_s(riseHigh, flatHigh));
  const isSteep = mask(
    i32x4.gt_s(riseLow, i32x4.add(flatLow, i32x4.shl(i32x4.extend_low_i16x8_s(wide), 16))),
    i32x4.gt_s(riseHigh, i32x4.add(flatHigh, i32x4.shl(i32x4.extend_high_i16x8_s(wide), 16))),
  );
  const above = at - rowBytes;
  const below = at + rowBytes;
  const across = v128.and(i16x8.gt_s(strength, v128.load(at - 2)), i16x8.ge_s(strength, v128.load(at + 2)));
  const down = v128.and(i16x8.gt_s(strength, v128.load(above)), i16x8.ge_s(strength, v128.load(below)));
  const falling = v128.and(i16x8.gt_s(strength, v128.load(above - 2)), i16x8.gt_s(strength, v128.load(below + 2)));
  const rising = v128.and(i16x8.gt_s(strength, v128.load(above + 2)), i16x8.gt_s(strength, v128.load(below - 2)));
  const diagonal = v128.bitselect(rising, falling, i16x8.shr_s(v128.xor(dx, dy), 15));
  return v128.bitselect(across, v128.bitselect(down, diagonal, isSteep), isFlat);
}

/**
 * Thins the magnitudes across the gradient; ridges above `high` become edges, and those above `low` where they touch edges.
 * `edges` begins with zeros and ends with 1 on edges; `open` is room for an int32 a pixel.
 */
export function ridges(
  across: usize,
  down: usize,
  magnitude: usize,
  stride: usize,
  width: i32,
  height: i32,
  low: i32,
  high: i32,
  edges: usize,
  open: usize,
): void {
  let top = open;
  const minStrength = i16x8.splat(<i16>low);
  const edgeStrength = i16x8.splat(<i16>high);
  for (let y: usize = 0; y < <usize>height; y++) {
    const row = y * stride;
    for (let pixel = row, end = row + width; pixel < end; pixel += 8) {
      const at = magnitude + 2 * pixel;
      const strength = v128.load(at);
      const counts = i16x8.gt_s(strength, minStrength);
      if (!v128.any_true(counts)) continue;
      const dx = v128.load(across + 2 * pixel);
      const dy = v128.load(down + 2 * pixel);
      const isRidge = v128.and(counts, ridgeMask(at, 2 * stride, strength, dx, dy));
      const isStrong = i16x8.gt_s(strength, edgeStrength);
      const kinds = v128.and(isRidge, v128.bitselect(i16x8.splat(<i16>strong), i16x8.splat(<i16>weak), isStrong));
      v128.store64_lane(edges + pixel, i8x16.narrow_i16x8_u(kinds, kinds), 0);
      for (let bits = i16x8.bitmask(v128.and(isRidge, isStrong)); bits !== 0; bits &= bits - 1) {
        store<u32>(top, <u32>pixel + ctz(bits));
        top += 4;
      }
    }
  }
  while (top > open) {
    top -= 4;
    const pixel = edges + load<u32>(top);
    for (let neighbour = pixel - stride - 1; neighbour <= pixel + stride + 1; neighbour += stride) {
      if ((load<u32>(neighbour) & 0x020202) === 0) continue;
      for (let at = neighbour; at < neighbour + 3; at++) {
        if (load<u8>(at) !== weak) continue;
        store<u8>(at, strong);
        store<u32>(top, <u32>(at - edges));
        top += 4;
      }
    }
  }
  for (let at = edges, end = edges + <usize>height * stride; at < end; at++) if (load<u8>(at) === weak) store<u8>(at, 0);
}
