// What baseline JPEG loses, without the entropy coding in between, which loses nothing: libjpeg's integer arithmetic step by
// step. Colours are as in its jccolor.c and jdcolor.c, halving and doubling as in jcsample.c and jdsample.c, the transforms as in
// jfdctint.c and jidctint.c (Loeffler, Ligtenberg and Moschytz 1989). Planes are bytes, strides are in bytes and whole blocks.

// @ts-ignore: decorator
@inline
function low(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23);
}

// @ts-ignore: decorator
@inline
function high(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28, 29, 14, 15, 30, 31);
}

/** Two int16 factors for `i32x4.dot_i16x8_s`. */
// @ts-ignore: decorator
@inline
function pair(a: i32, b: i32): v128 {
  return i32x4.splat((b << 16) | (a & 0xffff));
}

/** Sums of 2¹⁶ units, rounded by `half`, to 16 bits. */
// @ts-ignore: decorator
@inline
function whole(first: v128, second: v128, half: v128): v128 {
  return i16x8.narrow_i32x4_s(i32x4.shr_s(i32x4.add(first, half), 16), i32x4.shr_s(i32x4.add(second, half), 16));
}

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
        const y8 = whole(
          i32x4.add(i32x4.dot_i16x8_s(redGreenLow, pair(19595, 22086)), i32x4.dot_i16x8_s(blueGreenLow, pair(7471, 16384))),
          i32x4.add(i32x4.dot_i16x8_s(redGreenHigh, pair(19595, 22086)), i32x4.dot_i16x8_s(blueGreenHigh, pair(7471, 16384))),
          half,
        );
        const blue8 = whole(
          i32x4.add(i32x4.dot_i16x8_s(redGreenLow, pair(-11059, -21709)), i32x4.shl(i32x4.extend_low_i16x8_s(b), 15)),
          i32x4.add(i32x4.dot_i16x8_s(redGreenHigh, pair(-11059, -21709)), i32x4.shl(i32x4.extend_high_i16x8_s(b), 15)),
          chromaHalf,
        );
        const red8 = whole(
          i32x4.add(i32x4.dot_i16x8_s(blueGreenLow, pair(-5329, -27439)), i32x4.shl(i32x4.extend_low_i16x8_s(r), 15)),
          i32x4.add(i32x4.dot_i16x8_s(blueGreenHigh, pair(-5329, -27439)), i32x4.shl(i32x4.extend_high_i16x8_s(r), 15)),
          chromaHalf,
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

/** Transposes 8 × 8 int16. */
function transpose(block: usize): void {
  const a0 = v128.load(block);
  const a1 = v128.load(block, 16);
  const a2 = v128.load(block, 32);
  const a3 = v128.load(block, 48);
  const a4 = v128.load(block, 64);
  const a5 = v128.load(block, 80);
  const a6 = v128.load(block, 96);
  const a7 = v128.load(block, 112);
  const b0 = low(a0, a4);
  const b1 = high(a0, a4);
  const b2 = low(a1, a5);
  const b3 = high(a1, a5);
  const b4 = low(a2, a6);
  const b5 = high(a2, a6);
  const b6 = low(a3, a7);
  const b7 = high(a3, a7);
  const c0 = low(b0, b4);
  const c1 = high(b0, b4);
  const c2 = low(b1, b5);
  const c3 = high(b1, b5);
  const c4 = low(b2, b6);
  const c5 = high(b2, b6);
  const c6 = low(b3, b7);
  const c7 = high(b3, b7);
  v128.store(block, low(c0, c4));
  v128.store(block, high(c0, c4), 16);
  v128.store(block, low(c1, c5), 32);
  v128.store(block, high(c1, c5), 48);
  v128.store(block, low(c2, c6), 64);
  v128.store(block, high(c2, c6), 80);
  v128.store(block, low(c3, c7), 96);
  v128.store(block, high(c3, c7), 112);
}

/** Σ of two products a lane, as fixed-point numbers rounded to 16 bits. */
// @ts-ignore: decorator
@inline
function rotate(lowHalf: v128, highHalf: v128, factors: v128, shift: i32): v128 {
  const half = i32x4.splat(1 << (shift - 1));
  return i16x8.narrow_i32x4_s(
    i32x4.shr_s(i32x4.add(i32x4.dot_i16x8_s(lowHalf, factors), half), shift),
    i32x4.shr_s(i32x4.add(i32x4.dot_i16x8_s(highHalf, factors), half), shift),
  );
}

/** Σ of four products a lane. */
// @ts-ignore: decorator
@inline
function rotateTwice(
  lowHalf: v128,
  highHalf: v128,
  factors: v128,
  otherLow: v128,
  otherHigh: v128,
  otherFactors: v128,
  shift: i32,
): v128 {
  const half = i32x4.splat(1 << (shift - 1));
  const first = i32x4.add(i32x4.dot_i16x8_s(lowHalf, factors), i32x4.dot_i16x8_s(otherLow, otherFactors));
  const second = i32x4.add(i32x4.dot_i16x8_s(highHalf, factors), i32x4.dot_i16x8_s(otherHigh, otherFactors));
  return i16x8.narrow_i32x4_s(
    i32x4.shr_s(i32x4.add(first, half), shift),
    i32x4.shr_s(i32x4.add(second, half), shift),
  );
}

/** Cosine transform down the columns of 8 × 8 int16. The first pass leaves 2 bits of fraction, which the second takes away. */
// @ts-ignore: decorator
@inline
function forwardColumns(block: usize, isFirst: bool): void {
  const shift = isFirst ? 11 : 15;
  const a0 = v128.load(block);
  const a1 = v128.load(block, 16);
  const a2 = v128.load(block, 32);
  const a3 = v128.load(block, 48);
  const a4 = v128.load(block, 64);
  const a5 = v128.load(block, 80);
  const a6 = v128.load(block, 96);
  const a7 = v128.load(block, 112);
  const sum0 = i16x8.add(a0, a7);
  const sum1 = i16x8.add(a1, a6);
  const sum2 = i16x8.add(a2, a5);
  const sum3 = i16x8.add(a3, a4);
  const outer = i16x8.add(sum0, sum3);
  const inner = i16x8.add(sum1, sum2);
  if (isFirst) {
    v128.store(block, i16x8.shl(i16x8.add(outer, inner), 2));
    v128.store(block, i16x8.shl(i16x8.sub(outer, inner), 2), 64);
  } else {
    const half = i16x8.splat(2);
    v128.store(block, i16x8.shr_s(i16x8.add(i16x8.add(outer, inner), half), 2));
    v128.store(block, i16x8.shr_s(i16x8.add(i16x8.sub(outer, inner), half), 2), 64);
  }
  const outerTurn = i16x8.sub(sum0, sum3);
  const innerTurn = i16x8.sub(sum1, sum2);
  const turnLow = low(outerTurn, innerTurn);
  const turnHigh = high(outerTurn, innerTurn);
  v128.store(block, rotate(turnLow, turnHigh, pair(10703, 4433), shift), 32);
  v128.store(block, rotate(turnLow, turnHigh, pair(4433, -10704), shift), 96);
  const d0 = i16x8.sub(a0, a7);
  const d1 = i16x8.sub(a1, a6);
  const d2 = i16x8.sub(a2, a5);
  const d3 = i16x8.sub(a3, a4);
  const z3 = i16x8.add(d3, d1);
  const z4 = i16x8.add(d2, d0);
  const zLow = low(z3, z4);
  const zHigh = high(z3, z4);
  const ends = low(d3, d0);
  const endsHigh = high(d3, d0);
  const middles = low(d2, d1);
  const middlesHigh = high(d2, d1);
  const third = pair(-6436, 9633);
  const fourth = pair(9633, 6437);
  v128.store(block, rotateTwice(ends, endsHigh, pair(-4927, -7373), zLow, zHigh, third, shift), 112);
  v128.store(block, rotateTwice(ends, endsHigh, pair(-7373, 4926), zLow, zHigh, fourth, shift), 16);
  v128.store(block, rotateTwice(middles, middlesHigh, pair(-4176, -20995), zLow, zHigh, fourth, shift), 80);
  v128.store(block, rotateTwice(middles, middlesHigh, pair(-20995, 4177), zLow, zHigh, third, shift), 48);
}

/** Sum and difference of 32-bit values, rounded to 16 bits, into rows `up` and `down` of the block. */
// @ts-ignore: decorator
@inline
function butterfly(block: usize, evenLow: v128, evenHigh: v128, oddLow: v128, oddHigh: v128, shift: i32, up: usize, down: usize): void {
  v128.store(
    block + up,
    i16x8.narrow_i32x4_s(i32x4.shr_s(i32x4.add(evenLow, oddLow), shift), i32x4.shr_s(i32x4.add(evenHigh, oddHigh), shift)),
  );
  v128.store(
    block + down,
    i16x8.narrow_i32x4_s(i32x4.shr_s(i32x4.sub(evenLow, oddLow), shift), i32x4.shr_s(i32x4.sub(evenHigh, oddHigh), shift)),
  );
}

/** Inverse transform down the columns, which keeps 2 bits of fraction in the first pass. */
// @ts-ignore: decorator
@inline
function inverseColumns(block: usize, isFirst: bool): void {
  const shift = isFirst ? 11 : 18;
  const half = i32x4.splat(1 << (shift - 1));
  const a1 = v128.load(block, 16);
  const a3 = v128.load(block, 48);
  const a5 = v128.load(block, 80);
  const a7 = v128.load(block, 112);
  const z3 = i16x8.add(a7, a3);
  const z4 = i16x8.add(a5, a1);
  const zLow = low(z3, z4);
  const zHigh = high(z3, z4);
  const third = pair(-6436, 9633);
  const fourth = pair(9633, 6437);
  const thirdLow = i32x4.dot_i16x8_s(zLow, third);
  const thirdHigh = i32x4.dot_i16x8_s(zHigh, third);
  const fourthLow = i32x4.dot_i16x8_s(zLow, fourth);
  const fourthHigh = i32x4.dot_i16x8_s(zHigh, fourth);
  const ends = low(a7, a1);
  const endsHigh = high(a7, a1);
  const middles = low(a5, a3);
  const middlesHigh = high(a5, a3);
  const odd0Low = i32x4.add(i32x4.dot_i16x8_s(ends, pair(-4927, -7373)), thirdLow);
  const odd0High = i32x4.add(i32x4.dot_i16x8_s(endsHigh, pair(-4927, -7373)), thirdHigh);
  const odd3Low = i32x4.add(i32x4.dot_i16x8_s(ends, pair(-7373, 4926)), fourthLow);
  const odd3High = i32x4.add(i32x4.dot_i16x8_s(endsHigh, pair(-7373, 4926)), fourthHigh);
  const odd1Low = i32x4.add(i32x4.dot_i16x8_s(middles, pair(-4176, -20995)), fourthLow);
  const odd1High = i32x4.add(i32x4.dot_i16x8_s(middlesHigh, pair(-4176, -20995)), fourthHigh);
  const odd2Low = i32x4.add(i32x4.dot_i16x8_s(middles, pair(-20995, 4177)), thirdLow);
  const odd2High = i32x4.add(i32x4.dot_i16x8_s(middlesHigh, pair(-20995, 4177)), thirdHigh);
  const a0 = v128.load(block);
  const a4 = v128.load(block, 64);
  const sum = i16x8.add(a0, a4);
  const difference = i16x8.sub(a0, a4);
  const sumLow = i32x4.add(i32x4.shl(i32x4.extend_low_i16x8_s(sum), 13), half);
  const sumHigh = i32x4.add(i32x4.shl(i32x4.extend_high_i16x8_s(sum), 13), half);
  const differenceLow = i32x4.add(i32x4.shl(i32x4.extend_low_i16x8_s(difference), 13), half);
  const differenceHigh = i32x4.add(i32x4.shl(i32x4.extend_high_i16x8_s(difference), 13), half);
  const a2 = v128.load(block, 32);
  const a6 = v128.load(block, 96);
  const turnLow = low(a2, a6);
  const turnHigh = high(a2, a6);
  const turn3Low = i32x4.dot_i16x8_s(turnLow, pair(10703, 4433));
  const turn3High = i32x4.dot_i16x8_s(turnHigh, pair(10703, 4433));
  const turn2Low = i32x4.dot_i16x8_s(turnLow, pair(4433, -10704));
  const turn2High = i32x4.dot_i16x8_s(turnHigh, pair(4433, -10704));
  butterfly(block, i32x4.add(sumLow, turn3Low), i32x4.add(sumHigh, turn3High), odd3Low, odd3High, shift, 0, 112);
  butterfly(block, i32x4.sub(sumLow, turn3Low), i32x4.sub(sumHigh, turn3High), odd0Low, odd0High, shift, 48, 64);
  butterfly(block, i32x4.add(differenceLow, turn2Low), i32x4.add(differenceHigh, turn2High), odd2Low, odd2High, shift, 16, 96);
  butterfly(block, i32x4.sub(differenceLow, turn2Low), i32x4.sub(differenceHigh, turn2High), odd1Low, odd1High, shift, 32, 80);
}

/**
 * Quantises a block's coefficients, which are 8 times as large, and multiplies them back: sign · ⌊(|c| / 8 + q/2) / q⌋ · q.
 * @returns whether anything but the mean is left
 */
// @ts-ignore: decorator
@inline
function quantise(block: usize, steps: usize, reciprocals: usize): bool {
  let rest = i16x8.splat(0);
  for (let row: usize = 0; row < 128; row += 16) {
    const value = v128.load(block + row);
    const step = v128.load(steps + row);
    const size = i16x8.shr_u(i16x8.add(i16x8.abs(value), i16x8.shl(step, 2)), 3);
    const reciprocal = reciprocals + 2 * row;
    const count = i16x8.narrow_i32x4_s(
      i32x4.shr_u(i32x4.mul(i32x4.extend_low_i16x8_s(size), v128.load(reciprocal)), 19),
      i32x4.shr_u(i32x4.mul(i32x4.extend_high_i16x8_s(size), v128.load(reciprocal, 16)), 19),
    );
    const sign = i16x8.shr_s(value, 15);
    const result = i16x8.mul(i16x8.sub(v128.xor(count, sign), sign), step);
    v128.store(block + row, result);
    rest = v128.or(rest, row === 0 ? i16x8.replace_lane(result, 0, 0) : result);
  }
  return v128.any_true(rest);
}

/**
 * Transforms, quantises and brings back every 8 × 8 block of a plane, in place. `steps` are 64 int16, `reciprocals`
 * 64 int32 ⌈2¹⁹ / step⌉, row by row; `block` is room for 128 bytes.
 */
export function jpegBlocks(plane: usize, stride: usize, rows: i32, steps: usize, reciprocals: usize, block: usize): void {
  const centre = i16x8.splat(128);
  const flip = i8x16.splat(-128);
  for (let y = 0; y < rows; y += 8) {
    for (let x: usize = 0; x < stride; x += 8) {
      let at = plane + x;
      for (let row: usize = 0; row < 128; row += 16, at += stride) v128.store(block + row, i16x8.sub(v128.load8x8_u(at), centre));
      transpose(block);
      forwardColumns(block, true);
      transpose(block);
      forwardColumns(block, false);
      at = plane + x;
      if (!quantise(block, steps, reciprocals)) {
        const mean = i16x8.splat(<i16>((load<i16>(block) * 4 + 16) >> 5));
        const levels = v128.xor(i8x16.narrow_i16x8_s(mean, mean), flip);
        for (let row = 0; row < 8; row++, at += stride) v128.store64_lane(at, levels, 0);
        continue;
      }
      inverseColumns(block, true);
      transpose(block);
      inverseColumns(block, false);
      transpose(block);
      for (let row: usize = 0; row < 128; row += 16, at += stride) {
        const levels = v128.load(block + row);
        v128.store64_lane(at, v128.xor(i8x16.narrow_i16x8_s(levels, levels), flip), 0);
      }
    }
    plane += 8 * stride;
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

/** Σ of two products a lane in 2¹⁶ units, rounded to 16 bits. */
// @ts-ignore: decorator
@inline
function share(a: v128, b: v128, factors: v128): v128 {
  return whole(i32x4.dot_i16x8_s(low(a, b), factors), i32x4.dot_i16x8_s(high(a, b), factors), i32x4.splat(32768));
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
        const r = i16x8.add(i16x8.add(y8, cr), share(cr, cb, pair(26345, 0)));
        const g = i16x8.add(i16x8.sub(y8, cr), share(cb, cr, pair(-22554, 18734)));
        const b = i16x8.add(i16x8.add(y8, i16x8.shl(cb, 1)), share(cb, cr, pair(-14942, 0)));
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
