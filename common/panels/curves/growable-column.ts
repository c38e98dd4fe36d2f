import type { Measured } from '../measured';

const firstCapacity = 256;

/**
 * Numbers one after the other in little memory: as float32 while all are (a tensor's values are, and counts up to 2^24),
 * as float64 from the first that is not. Reads give back what was written, except that what is not finite becomes NaN.
 */
export class GrowableColumn {
  length = 0;

  private constructor(private values: Float32Array | Float64Array) {}

  static empty(): GrowableColumn {
    return new GrowableColumn(new Float32Array(0));
  }

  /** Takes over these values. */
  static of(values: Float32Array | Float64Array): GrowableColumn {
    const column = new GrowableColumn(values);
    column.length = values.length;
    return column;
  }

  push(value: number): void {
    const kept = Number.isFinite(value) ? value : Number.NaN;
    if (this.values instanceof Float32Array && Math.fround(kept) !== kept && !Number.isNaN(kept)) {
      this.values = this.copy(new Float64Array(Math.max(firstCapacity, this.values.length)));
    }
    if (this.length === this.values.length) {
      const capacity = Math.max(firstCapacity, this.length * 2);
      this.values = this.copy(
        this.values instanceof Float32Array ? new Float32Array(capacity) : new Float64Array(capacity),
      );
    }
    this.values[this.length++] = kept;
  }

  at(index: number): number | undefined {
    return index < 0 || index >= this.length ? undefined : this.values[index];
  }

  get last(): number | undefined {
    return this.at(this.length - 1);
  }

  truncate(length: number): void {
    this.length = Math.min(this.length, length);
  }

  /** A copy in memory of its own. */
  slice(start = 0, end = this.length): Float32Array | Float64Array {
    return this.values.slice(start, Math.min(end, this.length));
  }

  /** For JSON, which has no NaN. */
  toMeasured(start = 0, end = this.length): Measured[] {
    return Array.from(this.values.subarray(start, Math.max(start, Math.min(end, this.length))), (value) =>
      Number.isNaN(value) ? null : value,
    );
  }

  private copy<T extends Float32Array | Float64Array>(target: T): T {
    target.set(this.values.subarray(0, this.length));
    return target;
  }
}
