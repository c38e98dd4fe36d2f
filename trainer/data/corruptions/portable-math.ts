/**
 * Elementary functions out of the four operations and square roots, whose every bit IEEE 754 fixes. `Math.exp` and its kin
 * may differ in the last bit from one engine to the next, and such a bit can flip a grey level.
 */

const ln2 = Math.LN2;

/** eˣ, to about 1e-15 relative. */
export function exponential(x: number): number {
  if (x < -700) return 0;
  const power = Math.round(x / ln2);
  const rest = x - power * ln2;
  let term = 1;
  let sum = 1;
  for (let n = 1; n < 18; n++) {
    term *= rest / n;
    sum += term;
  }
  const factor = power < 0 ? 0.5 : 2;
  for (let i = Math.abs(power); i > 0; i--) sum *= factor;
  return sum;
}

/** ln x of a positive x, to about 1e-15. */
export function logarithm(x: number): number {
  let power = 0;
  let mantissa = x;
  for (; mantissa > 1.5; power++) mantissa /= 2;
  for (; mantissa < 0.75; power--) mantissa *= 2;
  const ratio = (mantissa - 1) / (mantissa + 1);
  const square = ratio * ratio;
  let term = ratio;
  let sum = 0;
  for (let n = 1; n < 40; n += 2) {
    sum += term / n;
    term *= square;
  }
  return 2 * sum + power * ln2;
}

/** Sine of an angle in degrees, |angle| up to 360. */
export function sineOfDegrees(angle: number): number {
  const radians = (angle * Math.PI) / 180;
  let term = radians;
  let sum = radians;
  for (let n = 2; n < 60; n += 2) {
    term *= (-radians * radians) / (n * (n + 1));
    sum += term;
  }
  return sum;
}

/** Cosine of an angle in degrees, |angle| up to 270. */
export function cosineOfDegrees(angle: number): number {
  return sineOfDegrees(angle + 90);
}

/** Distribution function of the standard normal, to about 1e-15: Marsaglia's series (2004). */
export function normalDistribution(z: number): number {
  if (z < -8) return 0;
  if (z > 8) return 1;
  let term = z;
  let sum = z;
  for (let n = 3; Math.abs(term) > 1e-17 * Math.abs(sum); n += 2) {
    term *= (z * z) / n;
    sum += term;
  }
  return 0.5 + sum * exponential(-0.5 * z * z) * 0.3989422804014327;
}
