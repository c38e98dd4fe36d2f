import { setImmediate as nextTurn } from 'node:timers/promises';

/** Spreads work over the pauses between steps: in each about a step's time, or one piece of work if that is longer. */
export class Pauses {
  private began = performance.now();
  /** Duration of the last piece, in ms. */
  private lastPiece = 0;

  /** @param stepMs duration of a step, in ms */
  constructor(private readonly stepMs: () => number) {}

  /** Does a piece of work: in this pause if it is likely to fit, else in the next. */
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
