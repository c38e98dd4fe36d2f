/**
 * The draws of NumPy's `np.random.seed(seed)` and what follows: MT19937 (Matsumoto and Nishimura 1998), 53-bit uniforms, and
 * normals by the polar method. With them the references' own draws can be repeated.
 */
export class NumpyRandom {
  private readonly state = new Uint32Array(624);
  private position = 624;
  private spare: number | undefined;

  constructor(seed: number) {
    this.state[0] = seed;
    for (let i = 1; i < 624; i++) {
      const previous = this.state[i - 1] ^ (this.state[i - 1] >>> 30);
      this.state[i] = Math.imul(1_812_433_253, previous) + i;
    }
  }

  private word(): number {
    const { state } = this;
    if (this.position === 624) {
      for (let i = 0; i < 624; i++) {
        const mixed = (state[i] & 0x8000_0000) | (state[(i + 1) % 624] & 0x7fff_ffff);
        state[i] = state[(i + 397) % 624] ^ (mixed >>> 1) ^ (mixed & 1 ? 0x9908_b0df : 0);
      }
      this.position = 0;
    }
    let word = state[this.position++];
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c_5680;
    word ^= (word << 15) & 0xefc6_0000;
    return (word ^ (word >>> 18)) >>> 0;
  }

  /** `uniform(low, high)`. */
  between(low: number, high: number): number {
    const unit = ((this.word() >>> 5) * 67_108_864 + (this.word() >>> 6)) / 9_007_199_254_740_992;
    return low + (high - low) * unit;
  }

  /** `normal()`. */
  normal(): number {
    if (this.spare !== undefined) {
      const value = this.spare;
      this.spare = undefined;
      return value;
    }
    for (;;) {
      const x = 2 * this.between(0, 1) - 1;
      const y = 2 * this.between(0, 1) - 1;
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(square)) / square);
      this.spare = factor * x;
      return factor * y;
    }
  }
}
