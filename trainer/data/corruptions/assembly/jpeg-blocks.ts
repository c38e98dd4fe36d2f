// The lossy part of baseline JPEG: libjpeg's transforms of 8 × 8 blocks, step by step, as in jfdctint.c and jidctint.c (Loeffler,
// Ligtenberg and Moschytz 1989). Planes are bytes, strides are in bytes and whole blocks.
import { dotTwice, high, low, narrowed, pair, rotate } from './jpeg-lanes';

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

/** An odd coefficient of the cosine transform. */
// @ts-ignore: decorator
@inline
function odd(a: v128, aHigh: v128, factors: v128, z: v128, zHigh: v128, zFactors: v128, shift: i32): v128 {
  const half = i32x4.splat(1 << (shift - 1));
  return narrowed(dotTwice(a, factors, z, zFactors), dotTwice(aHigh, factors, zHigh, zFactors), half, shift);
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
  v128.store(block, odd(ends, endsHigh, pair(-4927, -7373), zLow, zHigh, third, shift), 112);
  v128.store(block, odd(ends, endsHigh, pair(-7373, 4926), zLow, zHigh, fourth, shift), 16);
  v128.store(block, odd(middles, middlesHigh, pair(-4176, -20995), zLow, zHigh, fourth, shift), 80);
  v128.store(block, odd(middles, middlesHigh, pair(-20995, 4177), zLow, zHigh, third, shift), 48);
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
  const ends = low(a7, a1);
  const endsHigh = high(a7, a1);
  const middles = low(a5, a3);
  const middlesHigh = high(a5, a3);
  const odd0Low = dotTwice(ends, pair(-4927, -7373), zLow, third);
  const odd0High = dotTwice(endsHigh, pair(-4927, -7373), zHigh, third);
  const odd1Low = dotTwice(middles, pair(-4176, -20995), zLow, fourth);
  const odd1High = dotTwice(middlesHigh, pair(-4176, -20995), zHigh, fourth);
  const odd2Low = dotTwice(middles, pair(-20995, 4177), zLow, third);
  const odd2High = dotTwice(middlesHigh, pair(-20995, 4177), zHigh, third);
  const odd3Low = dotTwice(ends, pair(-7373, 4926), zLow, fourth);
  const odd3High = dotTwice(endsHigh, pair(-7373, 4926), zHigh, fourth);
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
