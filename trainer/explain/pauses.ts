import { nextTurn } from '../execution/next-turn';

/** Spreads work over the pauses between two steps: in each of them it takes about a step's time, or one piece if that is longer. */
export class Pauses {
  private began = performance.now();
  /** What the last piece took, in ms. */
  private lastPiece = 0;

  /** @param stepMs what a step takes, in ms */
  constructor(private readonly stepMs: () => number) {}

  /** Does a piece of work: in this pause where it is likely to fit, else in the next. */
  async do<T>(piece: () => T): Promise<T> {
    if (performance.now() - this.began + this.lastPiece > this.stepMs()) {
      await nextTurn();
      this.began = performance.now();
    }
    const start = performance.now();
    const result = piece();
    this.lastPiece = performance.now() - start;
    return result;
  }
}
