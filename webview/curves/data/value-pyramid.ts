import { rememberedPerColumn } from './columns';

/** Entries of the smallest block. */
const minBlock = 16;

export interface LowHigh {
  /** Infinity where there is no finite value. */
  low: number;
  /** -Infinity where there is no finite value. */
  high: number;
}

/** Of the blocks of one length, in their order. */
interface Level {
  low: Float64Array;
  high: Float64Array;
}

/**
 * The lowest and the highest value of any part of a column, from those of blocks of 16 entries and of blocks twice, four times,
 * … as long. Values that are not finite do not count.
 */
export class ValuePyramid {
  private readonly levels: Level[] = [];

  static readonly of = rememberedPerColumn((values) => new ValuePyramid(values));

  private constructor(private readonly values: ArrayLike<number>) {
    let level = lowestLevel(values);
    while (level.low.length > 0) {
      this.levels.push(level);
      level = levelAbove(level);
    }
  }

  /** Of the entries from `start` to before `end`. */
  exact(start: number, end: number): LowHigh {
    const found: LowHigh = { low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY };
    let from = start;
    let block = minBlock;
    // Up: to where longer blocks begin, as long as one of them fits.
    const firstBlock = Math.min(end, Math.ceil(from / block) * block);
    this.look(from, firstBlock, found);
    from = firstBlock;
    let level = 0;
    for (; level + 1 < this.levels.length && from + 2 * block <= end; level++, block *= 2) {
      if (from % (2 * block) === 0) continue;
      this.lookAtBlocks(level, from / block, from / block + 1, found);
      from += block;
    }
    // Down again, with what is left.
    for (; level >= 0 && this.levels.length > 0; level--, block /= 2) {
      const count = Math.floor((end - from) / block);
      if (count <= 0) continue;
      const first = from / block;
      const last = Math.min(first + count, this.levels[level]!.low.length);
      this.lookAtBlocks(level, first, last, found);
      from = last * block;
    }
    this.look(from, end, found);
    return found;
  }

  /**
   * Into `found`, of the entries from `start` to before `end` and perhaps of a few on either side, up to half of their
   * number: a part that is a column of pixels needs no more, and costs the same however long it is.
   * @returns whether entries behind `end` may be among them
   */
  near(start: number, end: number, found: LowHigh): boolean {
    found.low = Number.POSITIVE_INFINITY;
    found.high = Number.NEGATIVE_INFINITY;
    const half = (end - start) / 2;
    let level = -1;
    let block = minBlock / 2;
    while (block * 2 <= half && level + 1 < this.levels.length) {
      level++;
      block *= 2;
    }
    if (level < 0) {
      this.look(start, end, found);
      return false;
    }
    const last = Math.ceil(end / block);
    const blocks = this.levels[level]!.low.length;
    this.lookAtBlocks(level, Math.floor(start / block), Math.min(last, blocks), found);
    // Behind the last whole block there are entries without one.
    if (last > blocks) this.look(Math.max(start, blocks * block), end, found);
    return end % block !== 0;
  }

  private look(start: number, end: number, found: LowHigh): void {
    const { values } = this;
    let { low, high } = found;
    for (let index = start; index < end; index++) {
      const value = values[index]!;
      // Not for what is not finite.
      if (value - value !== 0) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    found.low = low;
    found.high = high;
  }

  private lookAtBlocks(level: number, first: number, last: number, found: LowHigh): void {
    const { low, high } = this.levels[level]!;
    for (let block = first; block < last; block++) {
      if (low[block]! < found.low) found.low = low[block]!;
      if (high[block]! > found.high) found.high = high[block]!;
    }
  }
}

/** Only of whole blocks. */
function lowestLevel(values: ArrayLike<number>): Level {
  const count = Math.floor(values.length / minBlock);
  const low = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  const high = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
  for (let block = 0, index = 0; block < count; block++) {
    for (const end = index + minBlock; index < end; index++) {
      const value = values[index]!;
      if (value - value !== 0) continue;
      if (value < low[block]!) low[block] = value;
      if (value > high[block]!) high[block] = value;
    }
  }
  return { low, high };
}

function levelAbove({ low, high }: Level): Level {
  const count = Math.floor(low.length / 2);
  const above: Level = { low: new Float64Array(count), high: new Float64Array(count) };
  for (let block = 0; block < count; block++) {
    above.low[block] = Math.min(low[2 * block]!, low[2 * block + 1]!);
    above.high[block] = Math.max(high[2 * block]!, high[2 * block + 1]!);
  }
  return above;
}
