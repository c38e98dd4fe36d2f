/**
 * Seeded random numbers. A generator is made for one purpose at one index (a step, an epoch, an image) and never shared,
 * so every draw depends only on (seed, stream, index): not on what was drawn before, not on the backend, and a run that
 * resumes in the middle needs no saved generator state beyond its position.
 *
 * Integer core: sfc32 (Chris Doty-Humphrey's PractRand, public domain algorithm), keyed by mixing seed, stream name and
 * index with MurmurHash3's 32-bit finaliser.
 */
export class KeyedGenerator {
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
}

function mix32(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
