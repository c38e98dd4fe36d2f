import { KeyedGenerator } from '../../common/random/keyed-generator';

/** The distributions that training draws from. */
export class Generator extends KeyedGenerator {
  /** Standard normal (Box–Muller, one of the pair). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }

  /** [count], uniform in [−1, 1), multiples of 2⁻²³: float32 holds them exactly. One `uint32` each. */
  signedUniforms(count: number): Float32Array {
    return Float32Array.from({ length: count }, () => (this.uint32() >>> 8) / 8_388_608 - 1);
  }

  /** [count], standard normal in float32 (Box–Muller, both of a pair; an odd count leaves the last one's partner out). */
  normals(count: number): Float32Array {
    const values = new Float32Array(count);
    for (let i = 0; i < count; i += 2) {
      const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
      const angle = 2 * Math.PI * this.uniform();
      values[i] = radius * Math.cos(angle);
      if (i + 1 < count) values[i + 1] = radius * Math.sin(angle);
    }
    return values;
  }

  /** Gamma with the given shape and scale 1 (Marsaglia and Tsang 2000). */
  gamma(shape: number): number {
    if (shape < 1) return this.gamma(shape + 1) * (1 - this.uniform()) ** (1 / shape);
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = this.normal();
      const v = (1 + c * x) ** 3;
      if (v > 0 && Math.log(1 - this.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
    }
  }

  /** Beta(α, β) in [0, 1]. Two tiny gammas can both round to 0: then the larger exponent decides, as a fair coin would. */
  beta(alpha: number, beta: number): number {
    const x = this.gamma(alpha);
    const y = this.gamma(beta);
    if (x + y === 0) return this.uniform() < alpha / (alpha + beta) ? 1 : 0;
    return x / (x + y);
  }

  /** Uniform random permutation of 0 … count−1 (Fisher–Yates). */
  permutation(count: number): Int32Array {
    const result = Int32Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const swapped = result[i];
      result[i] = result[j];
      result[j] = swapped;
    }
    return result;
  }
}
