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
    // About as many blocks as a block has entries: neither they nor the entries beside them are many.
    const level = this.levelUpTo(Math.sqrt(end - start));
    if (level < 0) {
      this.look(start, end, found);
      return found;
    }
    const block = minBlock * 2 ** level;
    const [first, last] = [Math.ceil(start / block), Math.floor(end / block)];
    this.look(start, first * block, found);
    this.lookAtBlocks(level, first, last, found);
    this.look(last * block, end, found);
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
    const level = this.levelUpTo((end - start) / 2);
    if (level < 0) {
      this.look(start, end, found);
      return false;
    }
    const block = minBlock * 2 ** level;
    const last = Math.ceil(end / block);
    const blocks = this.levels[level]!.low.length;
    this.lookAtBlocks(level, Math.floor(start / block), Math.min(last, blocks), found);
    // Behind the last whole block there are entries without one.
    if (last > blocks) this.look(Math.max(start, blocks * block), end, found);
    return end % block !== 0;
  }

  /** The level of the longest blocks of at most `length` entries; -1 where all are longer. */
  private levelUpTo(length: number): number {
    return Math.min(this.levels.length - 1, Math.max(-1, Math.floor(Math.log2(length / minBlock))));
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
