// Pictures of bytes (or int32) with a frame of one pixel, whose neighbours are combined. Offsets are of the first pixel
// inside the frame, strides in elements. Up to 15 elements past a row are spoilt, in the last row too.

/** Draws the frame: pixels `inset` from the border are repeated outside of it. */
export function frameBytes(picture: usize, stride: usize, width: i32, height: i32, inset: i32): void {
  const left = <usize>min(inset, width - 1);
  const right = <usize>(width - 1) - left;
  for (let y = 0, row = picture; y < height; y++, row += stride) {
    store<u8>(row - 1, load<u8>(row + left));
    store<u8>(row + width, load<u8>(row + right));
  }
  const top = <usize>min(inset, height - 1);
  const bottom = <usize>(height - 1) - top;
  memory.copy(picture - stride - 1, picture + top * stride - 1, width + 2);
  memory.copy(picture + <usize>height * stride - 1, picture + bottom * stride - 1, width + 2);
}

/** The same for int32. */
export function frameWords(picture: usize, stride: usize, width: i32, height: i32, inset: i32): void {
  const rowBytes = stride << 2;
  const left = <usize>min(inset, width - 1) << 2;
  const right = (<usize>(width - 1) << 2) - left;
  for (let y = 0, row = picture; y < height; y++, row += rowBytes) {
    store<i32>(row - 4, load<i32>(row + left));
    store<i32>(row + (<usize>width << 2), load<i32>(row + right));
  }
  const top = <usize>min(inset, height - 1);
  const bottom = <usize>(height - 1) - top;
  memory.copy(picture - rowBytes - 4, picture + top * rowBytes - 4, <usize>(width + 2) << 2);
  memory.copy(picture + <usize>height * rowBytes - 4, picture + bottom * rowBytes - 4, <usize>(width + 2) << 2);
}

// @ts-ignore: decorator
@inline
function sumOfWords(at: usize, rowBytes: usize): v128 {
  const above = at - rowBytes;
  const below = at + rowBytes;
  return i32x4.add(
    i32x4.add(
      i32x4.add(i32x4.add(v128.load(above - 4), v128.load(above)), v128.load(above + 4)),
      i32x4.add(i32x4.add(v128.load(at - 4), v128.load(at)), v128.load(at + 4)),
    ),
    i32x4.add(i32x4.add(v128.load(below - 4), v128.load(below)), v128.load(below + 4)),
  );
}

/** Means of 3 × 3 int32 in units of 2⁻¹⁶, at most 1000 each, cut off. */
export function meanOfWords(source: usize, sourceStride: usize, target: usize, targetStride: usize, width: i32, height: i32): void {
  const rowBytes = sourceStride << 2;
  // ⌈2¹⁶ / 9⌉: exact for sums up to 9000.
  const ninth = i32x4.splat(7282);
  for (let y = 0; y < height; y++) {
    for (let x: usize = 0; x < <usize>width; x += 8) {
      const at = source + (x << 2);
      const a = i32x4.shr_u(i32x4.mul(i32x4.shr_u(sumOfWords(at, rowBytes), 16), ninth), 16);
      const b = i32x4.shr_u(i32x4.mul(i32x4.shr_u(sumOfWords(at + 16, rowBytes), 16), ninth), 16);
      const words = i16x8.narrow_i32x4_s(a, b);
      v128.store64_lane(target + x, i8x16.narrow_i16x8_u(words, words), 0);
    }
    source += rowBytes;
    target += targetStride;
  }
}

/** Means of 3 × 3 bytes, rounded. */
export function meanOfBytes(source: usize, stride: usize, target: usize, width: i32, height: i32): void {
  // (2 · sum + 9) / 18, by ⌈2²⁰ / 18⌉: exact for all sums of nine bytes.
  const eighteenth = i32x4.splat(58255);
  const nine = i16x8.splat(9);
  for (let y = 0; y < height; y++) {
    for (let x: usize = 0; x < <usize>width; x += 8) {
      const at = source + x;
      const above = at - stride;
      const below = at + stride;
      const sum = i16x8.add(
        i16x8.add(
          i16x8.add(i16x8.add(v128.load8x8_u(above - 1), v128.load8x8_u(above)), v128.load8x8_u(above + 1)),
          i16x8.add(i16x8.add(v128.load8x8_u(at - 1), v128.load8x8_u(at)), v128.load8x8_u(at + 1)),
        ),
        i16x8.add(i16x8.add(v128.load8x8_u(below - 1), v128.load8x8_u(below)), v128.load8x8_u(below + 1)),
      );
      const doubled = i16x8.add(i16x8.shl(sum, 1), nine);
      const a = i32x4.shr_u(i32x4.mul(i32x4.extend_low_i16x8_u(doubled), eighteenth), 20);
      const b = i32x4.shr_u(i32x4.mul(i32x4.extend_high_i16x8_u(doubled), eighteenth), 20);
      const words = i16x8.narrow_i32x4_s(a, b);
      v128.store64_lane(target + x, i8x16.narrow_i16x8_u(words, words), 0);
    }
    source += stride;
    target += stride;
  }
}

/** Relief lit from the lower right: weights −2 −1 0 / −1 1 1 / 0 1 2, clipped. */
export function emboss(source: usize, stride: usize, target: usize, width: i32, height: i32): void {
  for (let y = 0; y < height; y++) {
    for (let x: usize = 0; x < <usize>width; x += 8) {
      const at = source + x;
      const above = at - stride;
      const below = at + stride;
      const corners = i16x8.sub(v128.load8x8_u(below + 1), v128.load8x8_u(above - 1));
      const column = i16x8.sub(v128.load8x8_u(below), v128.load8x8_u(above));
      const row = i16x8.sub(v128.load8x8_u(at + 1), v128.load8x8_u(at - 1));
      const sum = i16x8.add(i16x8.add(i16x8.shl(corners, 1), column), i16x8.add(row, v128.load8x8_u(at)));
      v128.store64_lane(target + x, i8x16.narrow_i16x8_u(sum, sum), 0);
    }
    source += stride;
    target += stride;
  }
}

/** Counts the levels of a picture: int32 [256], which begins with zeros. */
export function countLevels(picture: usize, stride: usize, width: i32, height: i32, counts: usize): void {
  for (let y = 0; y < height; y++, picture += stride) {
    for (let at = picture, end = picture + width; at < end; at++) {
      const count = counts + (<usize>load<u8>(at) << 2);
      store<i32>(count, load<i32>(count) + 1);
    }
  }
}

/** A picture through a table of 256 bytes, in place. */
export function mapLevels(picture: usize, stride: usize, width: i32, height: i32, table: usize): void {
  for (let y = 0; y < height; y++, picture += stride)
    for (let at = picture, end = picture + width; at < end; at++) store<u8>(at, load<u8>(table + load<u8>(at)));
}

/** 255 times the floats that reach a threshold, as bytes that start again from 0; others leave the picture as it is. */
export function levelsAbove(
  values: usize,
  picture: usize,
  stride: usize,
  width: i32,
  height: i32,
  threshold: f64,
): void {
  for (let y = 0; y < height; y++, picture += stride) {
    for (let at = picture, end = picture + width; at < end; at++, values += 4) {
      const value = <f64>load<f32>(values);
      if (value >= threshold) store<u8>(at, <i32>(value * 255));
    }
  }
}

/** The largest product of the pixels of two pictures. */
export function largestProduct(a: usize, b: usize, stride: usize, width: i32, height: i32): i32 {
  let largest = 0;
  for (let y = 0; y < height; y++, a += stride, b += stride)
    for (let x: usize = 0; x < <usize>width; x++) largest = max(largest, <i32>load<u8>(a + x) * <i32>load<u8>(b + x));
  return largest;
}

/** Adds a·b·(red, green, blue) + bias to the pixels of an RGB picture without gaps, in place, and cuts levels off. */
export function addLight(
  a: usize,
  b: usize,
  stride: usize,
  width: i32,
  height: i32,
  rgb: usize,
  scale: f64,
  red: f64,
  green: f64,
  blue: f64,
  bias: f64,
): void {
  for (let y = 0; y < height; y++, a += stride, b += stride) {
    for (let x: usize = 0; x < <usize>width; x++, rgb += 3) {
      const product = <i32>load<u8>(a + x) * <i32>load<u8>(b + x);
      if (product === 0) continue;
      const light = <f64>product * scale;
      store<u8>(rgb, <i32>min<f64>(255, <f64>load<u8>(rgb) + light * red + bias));
      store<u8>(rgb, <i32>min<f64>(255, <f64>load<u8>(rgb, 1) + light * green + bias), 1);
      store<u8>(rgb, <i32>min<f64>(255, <f64>load<u8>(rgb, 2) + light * blue + bias), 2);
    }
  }
}
