/**
 * Seeded random numbers. A generator is made for one purpose at one index (a step, an epoch, an image) and never shared,
 * so every draw depends only on (seed, stream, index): not on what was drawn before, not on the backend, and a run that
 * resumes in the middle needs no saved generator state beyond its position.
 *
 * Integer core: sfc32 (Chris Doty-Humphrey's PractRand, public domain algorithm), keyed by mixing seed, stream name and
 * index with MurmurHash3's 32-bit finaliser.
 */
export class Generator {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  /**
   * @param seed integer in [0, 2³²)
   * @param stream what is drawn: "order", "augmentation", "method", …
   * @param index which one: step, epoch or image number
   */
  constructor(seed: number, stream: string, index = 0) {
    let hash = 0x9e3779b9 ^ stream.length;
    for (let i = 0; i < stream.length; i++) hash = mix32(Math.imul(hash ^ stream.charCodeAt(i), 0x01000193));
    this.a = mix32(seed ^ 0x243f6a88);
    this.b = hash;
    this.c = mix32(Math.imul(index, 0x9e3779b1) ^ (Math.floor(index / 0x1_0000_0000) + 0x85a308d3));
    for (let i = 0; i < 15; i++) this.uint32();
  }

  /** Uniform integer in [0, 2³²). */
  uint32(): number {
    const result = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = ((this.c << 21) | (this.c >>> 11)) + result;
    this.c |= 0;
    return result >>> 0;
  }

  /** Uniform in [0, 1), 53 bits. */
  uniform(): number {
    return ((this.uint32() >>> 5) * 67_108_864 + (this.uint32() >>> 6)) / 9_007_199_254_740_992;
  }

  /** Uniform integer in [0, bound), without bias (Lemire's rejection). */
  integer(bound: number): number {
    const threshold = (0x1_0000_0000 - bound) % bound;
    for (;;) {
      const product = this.uint32() * bound;
      const low = product % 0x1_0000_0000;
      if (low >= threshold) return Math.floor(product / 0x1_0000_0000);
    }
  }

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

function mix32(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
