// Colours of baseline JPEG in libjpeg's integer arithmetic, step by step: as in its jccolor.c and jdcolor.c, halving and doubling as
// in jcsample.c and jdsample.c. Planes are bytes, strides are in bytes and whole blocks.
import { dotTwice, high, low, narrowed, pair, rotate } from './jpeg-lanes';

/**
 * RGB to Y, Cb and Cr planes of the image's size, drawn out to the right up to the stride. A row is read and written in
 * 16 pixels: up to 47 bytes behind the image are read.
 */
export function jpegPlanes(
  rgb: usize,
  width: i32,
  height: i32,
  luma: usize,
  blue: usize,
  red: usize,
  stride: usize,
): void {
  const half = i32x4.splat(32768);
  const chromaHalf = i32x4.splat((128 << 16) + 32767);
  for (let y = 0; y < height; y++) {
    for (let x: usize = 0; x < <usize>width; x += 16) {
      const from = rgb + 3 * x;
      const a = v128.load(from);
      const b = v128.load(from, 16);
      const c = v128.load(from, 32);
      const redBytes = i8x16.shuffle(
        i8x16.shuffle(a, b, 0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 0, 0, 0, 0, 0),
        c, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 17, 20, 23, 26, 29,
      );
      const greenBytes = i8x16.shuffle(
        i8x16.shuffle(a, b, 1, 4, 7, 10, 13, 16, 19, 22, 25, 28, 31, 0, 0, 0, 0, 0),
        c, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 18, 21, 24, 27, 30,
      );
      const blueBytes = i8x16.shuffle(
        i8x16.shuffle(a, b, 2, 5, 8, 11, 14, 17, 20, 23, 26, 29, 0, 0, 0, 0, 0, 0),
        c, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 19, 22, 25, 28, 31,
      );
      let lumaLow: v128 = half;
      let blueLow: v128 = half;
      let redLow: v128 = half;
      for (let part = 0; part < 2; part++) {
        const r = part === 0 ? i16x8.extend_low_i8x16_u(redBytes) : i16x8.extend_high_i8x16_u(redBytes);
        const g = part === 0 ? i16x8.extend_low_i8x16_u(greenBytes) : i16x8.extend_high_i8x16_u(greenBytes);
        const b = part === 0 ? i16x8.extend_low_i8x16_u(blueBytes) : i16x8.extend_high_i8x16_u(blueBytes);
        const redGreenLow = low(r, g);
        const redGreenHigh = high(r, g);
        const blueGreenLow = low(b, g);
        const blueGreenHigh = high(b, g);
        const y8 = narrowed(
          dotTwice(redGreenLow, pair(19595, 22086), blueGreenLow, pair(7471, 16384)),
          dotTwice(redGreenHigh, pair(19595, 22086), blueGreenHigh, pair(7471, 16384)),
          half,
          16,
        );
        const blue8 = narrowed(
          i32x4.add(i32x4.dot_i16x8_s(redGreenLow, pair(-11059, -21709)), i32x4.shl(i32x4.extend_low_i16x8_s(b), 15)),
          i32x4.add(i32x4.dot_i16x8_s(redGreenHigh, pair(-11059, -21709)), i32x4.shl(i32x4.extend_high_i16x8_s(b), 15)),
          chromaHalf,
          16,
        );
        const red8 = narrowed(
          i32x4.add(i32x4.dot_i16x8_s(blueGreenLow, pair(-5329, -27439)), i32x4.shl(i32x4.extend_low_i16x8_s(r), 15)),
          i32x4.add(i32x4.dot_i16x8_s(blueGreenHigh, pair(-5329, -27439)), i32x4.shl(i32x4.extend_high_i16x8_s(r), 15)),
          chromaHalf,
          16,
        );
        if (part === 0) {
          lumaLow = y8;
          blueLow = blue8;
          redLow = red8;
        } else {
          v128.store(luma + x, i8x16.narrow_i16x8_u(lumaLow, y8));
          v128.store(blue + x, i8x16.narrow_i16x8_u(blueLow, blue8));
          v128.store(red + x, i8x16.narrow_i16x8_u(redLow, red8));
        }
      }
    }
    const last = <usize>width - 1;
    const rest = stride - <usize>width;
    memory.fill(luma + width, load<u8>(luma + last), rest);
    memory.fill(blue + width, load<u8>(blue + last), rest);
    memory.fill(red + width, load<u8>(red + last), rest);
    rgb += 3 * <usize>width;
    luma += stride;
    blue += stride;
    red += stride;
  }
}

/** Means of 2 × 2 samples; halves are rounded down and up in turn. `stride` and `rows` are of the source, rows even. */
export function jpegHalve(source: usize, stride: usize, target: usize, rows: i32): void {
  const bias = i32x4.splat((2 << 16) | 1);
  for (let y = 0; y < rows; y += 2) {
    for (let x: usize = 0; x < stride; x += 16) {
      const upper = i16x8.extadd_pairwise_i8x16_u(v128.load(source + x));
      const lower = i16x8.extadd_pairwise_i8x16_u(v128.load(source + stride + x));
      const mean = i16x8.shr_u(i16x8.add(i16x8.add(upper, lower), bias), 2);
      v128.store64_lane(target + (x >> 1), i8x16.narrow_i16x8_u(mean, mean), 0);
    }
    source += 2 * stride;
    target += stride >> 1;
  }
}

/** 3 · near + far for a row of samples, as int16, drawn out by one on both sides. */
// @ts-ignore: decorator
@inline
function mixRows(near: usize, far: usize, target: usize, stride: usize, count: usize): void {
  const three = i16x8.splat(3);
  for (let x: usize = 0; x < stride; x += 8)
    v128.store(target + 2 * x, i16x8.add(i16x8.mul(three, v128.load8x8_u(near + x)), v128.load8x8_u(far + x)));
  store<i16>(target - 2, load<i16>(target));
  store<i16>(target + 2 * count, load<i16>(target + 2 * count - 2));
}

/** Even and odd samples of a doubled row, 8 each, from 128 less. */
// @ts-ignore: decorator
@inline
function doubled(mixed: usize, reach: usize, isOdd: bool): v128 {
  const here = v128.load(mixed);
  const beside = v128.load(isOdd ? mixed + reach : mixed - reach);
  const sum = i16x8.add(i16x8.add(i16x8.mul(i16x8.splat(3), here), beside), i16x8.splat(isOdd ? 7 : 8));
  return i16x8.sub(i16x8.shr_u(sum, 4), i16x8.splat(128));
}

/**
 * Planes back to RGB; the chroma planes are halved both ways, of half the stride, and doubled by triangles ("fancy"), up
 * to 4 pixels of width by repetition. `mixed` is room for two rows of stride + 32 bytes. Up to 47 bytes past a row are spoilt.
 */
export function jpegPixels(
  luma: usize,
  blue: usize,
  red: usize,
  stride: usize,
  width: i32,
  height: i32,
  mixed: usize,
  rgb: usize,
): void {
  const chromaStride = <i32>stride >> 1;
  const chromaWidth = <usize>(width + 1) >> 1;
  const lastRow = ((height + 1) >> 1) - 1;
  const isSmooth = chromaWidth > 2;
  const reach: usize = isSmooth ? 2 : 0;
  const blueRow = mixed + 16;
  const redRow = blueRow + stride + 32;
  for (let y = 0; y < height; y++) {
    const near = y >> 1;
    const far = isSmooth ? max(0, min(lastRow, (y & 1) === 0 ? near - 1 : near + 1)) : near;
    mixRows(blue + <usize>(near * chromaStride), blue + <usize>(far * chromaStride), blueRow, chromaStride, chromaWidth);
    mixRows(red + <usize>(near * chromaStride), red + <usize>(far * chromaStride), redRow, chromaStride, chromaWidth);
    for (let x: usize = 0; x < <usize>width; x += 16) {
      const levels = v128.load(luma + x);
      const blueEven = doubled(blueRow + x, reach, false);
      const blueOdd = doubled(blueRow + x, reach, true);
      const redEven = doubled(redRow + x, reach, false);
      const redOdd = doubled(redRow + x, reach, true);
      let redLow = levels;
      let greenLow = levels;
      let blueLow = levels;
      for (let part = 0; part < 2; part++) {
        const y8 = part === 0 ? i16x8.extend_low_i8x16_u(levels) : i16x8.extend_high_i8x16_u(levels);
        const cb = part === 0 ? low(blueEven, blueOdd) : high(blueEven, blueOdd);
        const cr = part === 0 ? low(redEven, redOdd) : high(redEven, redOdd);
        // 1.402, −0.34414 with −0.71414, and 1.772, less what does not fit 16 bits.
        const r = i16x8.add(i16x8.add(y8, cr), rotate(low(cr, cb), high(cr, cb), pair(26345, 0), 16));
        const g = i16x8.add(i16x8.sub(y8, cr), rotate(low(cb, cr), high(cb, cr), pair(-22554, 18734), 16));
        const b = i16x8.add(i16x8.add(y8, i16x8.shl(cb, 1)), rotate(low(cb, cr), high(cb, cr), pair(-14942, 0), 16));
        if (part === 0) {
          redLow = r;
          greenLow = g;
          blueLow = b;
        } else {
          const reds = i8x16.narrow_i16x8_u(redLow, r);
          const greens = i8x16.narrow_i16x8_u(greenLow, g);
          const blues = i8x16.narrow_i16x8_u(blueLow, b);
          const to = rgb + 3 * x;
          v128.store(to, i8x16.shuffle(
            i8x16.shuffle(reds, greens, 0, 16, 0, 1, 17, 0, 2, 18, 0, 3, 19, 0, 4, 20, 0, 5),
            blues, 0, 1, 16, 3, 4, 17, 6, 7, 18, 9, 10, 19, 12, 13, 20, 15,
          ));
          v128.store(to, i8x16.shuffle(
            i8x16.shuffle(reds, greens, 21, 0, 6, 22, 0, 7, 23, 0, 8, 24, 0, 9, 25, 0, 10, 26),
            blues, 0, 21, 2, 3, 22, 5, 6, 23, 8, 9, 24, 11, 12, 25, 14, 15,
          ), 16);
          v128.store(to, i8x16.shuffle(
            i8x16.shuffle(reds, greens, 0, 11, 27, 0, 12, 28, 0, 13, 29, 0, 14, 30, 0, 15, 31, 0),
            blues, 26, 1, 2, 27, 4, 5, 28, 7, 8, 29, 10, 11, 30, 13, 14, 31,
          ), 32);
        }
      }
    }
    luma += stride;
    rgb += 3 * <usize>width;
  }
}
