/** OpenCV's chamfer of 5 × 5 for Euclidean distances, in 16-bit fixed point: a step straight, diagonal, and of a knight. */
const straight = 65536;
const diagonal = 91750;
const knight = 143976;

/** The shortest distances of 4 pixels over the two rows on one side, `near` and `far`. */
// @ts-ignore: decorator
@inline
function distanceOver(near: usize, far: usize): v128 {
  const sides = i32x4.min_s(v128.load(near - 4), v128.load(near + 4));
  const knights = i32x4.min_s(
    i32x4.min_s(v128.load(near - 8), v128.load(near + 8)),
    i32x4.min_s(v128.load(far - 4), v128.load(far + 4)),
  );
  return i32x4.min_s(
    i32x4.add(v128.load(near), i32x4.splat(straight)),
    i32x4.min_s(i32x4.add(sides, i32x4.splat(diagonal)), i32x4.add(knights, i32x4.splat(knight))),
  );
}

/**
 * Distances to the nearest edge in units of 2⁻¹⁶ pixels, at most `limit`: int32 with a frame of 2 pixels, which is set here.
 * Offsets are of the first pixel, strides in elements; `stride` is at least 6 above the width.
 */
export function chamfer(
  edges: usize,
  edgeStride: usize,
  width: i32,
  height: i32,
  distance: usize,
  stride: usize,
  limit: i32,
): void {
  const rowBytes = stride << 2;
  const limits = i32x4.splat(limit);
  for (let at = distance - 2 * rowBytes - 16, end = distance + (<usize>height + 2) * rowBytes; at < end; at += 16)
    v128.store(at, limits);
  for (let y = 0; y < height; y++) {
    const row = distance + <usize>y * rowBytes;
    const edgeRow = edges + <usize>y * edgeStride;
    for (let x: usize = 0; x < <usize>width; x += 4) {
      const at = row + (x << 2);
      const isFree = i32x4.eq(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(edgeRow + x))), i32x4.splat(0));
      v128.store(at, v128.and(i32x4.min_s(limits, distanceOver(at - rowBytes, at - 2 * rowBytes)), isFree));
    }
    let before = limit;
    for (let at = row, end = row + (<usize>width << 2); at < end; at += 4) {
      before = min(before + straight, load<i32>(at));
      store<i32>(at, before);
    }
    v128.store(row + (<usize>width << 2), limits);
  }
  for (let y = height - 1; y >= 0; y--) {
    const row = distance + <usize>y * rowBytes;
    for (let x: usize = 0; x < <usize>width; x += 4) {
      const at = row + (x << 2);
      v128.store(at, i32x4.min_s(v128.load(at), distanceOver(at + rowBytes, at + 2 * rowBytes)));
    }
    let before = limit;
    for (let at = row + (<usize>width << 2); at > row; ) {
      at -= 4;
      before = min(before + straight, load<i32>(at));
      store<i32>(at, before);
    }
    v128.store(row + (<usize>width << 2), limits);
  }
}
