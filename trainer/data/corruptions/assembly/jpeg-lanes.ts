// Lanes of int16 and int32 that libjpeg's arithmetic is made of.

// @ts-ignore: decorator
@inline
export function low(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23);
}

// @ts-ignore: decorator
@inline
export function high(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28, 29, 14, 15, 30, 31);
}

/** Two int16 factors for `i32x4.dot_i16x8_s`. */
// @ts-ignore: decorator
@inline
export function pair(a: i32, b: i32): v128 {
  return i32x4.splat((b << 16) | (a & 0xffff));
}

/** Fixed-point numbers of two halves to 16 bits: `half` is added before `shift` bits of fraction are cut off. */
// @ts-ignore: decorator
@inline
export function narrowed(first: v128, second: v128, half: v128, shift: i32): v128 {
  return i16x8.narrow_i32x4_s(i32x4.shr_s(i32x4.add(first, half), shift), i32x4.shr_s(i32x4.add(second, half), shift));
}

/** Σ of two products a lane, rounded to 16 bits. */
// @ts-ignore: decorator
@inline
export function rotate(lowHalf: v128, highHalf: v128, factors: v128, shift: i32): v128 {
  const half = i32x4.splat(1 << (shift - 1));
  return narrowed(i32x4.dot_i16x8_s(lowHalf, factors), i32x4.dot_i16x8_s(highHalf, factors), half, shift);
}

/** Σ of four products a lane. */
// @ts-ignore: decorator
@inline
export function dotTwice(a: v128, factors: v128, b: v128, otherFactors: v128): v128 {
  return i32x4.add(i32x4.dot_i16x8_s(a, factors), i32x4.dot_i16x8_s(b, otherFactors));
}
