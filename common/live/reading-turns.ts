import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * Lets one reader at a time work, the one with the least to read first, so that short runs do not wait behind long ones.
 */
export class ReadingTurns {
  private readonly waiting: { bytes: number; begin: () => void }[] = [];
  private isBusy = false;

  /** Waits for its turn, works, and hands on. */
  async take<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    const turn = new Promise<void>((begin) => {
      const place = this.waiting.findIndex((other) => other.bytes > bytes);
      this.waiting.splice(place < 0 ? this.waiting.length : place, 0, { bytes, begin });
    });
    if (!this.isBusy) {
      this.isBusy = true;
      // Those that come with the first are sorted before it begins.
      void nextTurn().then(() => this.handOn());
    }
    await turn;
    try {
      return await work();
    } finally {
      this.handOn();
    }
  }

  private handOn(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.isBusy = false;
    else next.begin();
  }
}
